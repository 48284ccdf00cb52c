//! Copying text to a clipboard: the desktop's, with its own tools, or the terminal's, which also
//! works over SSH.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::{Error, ErrorKind, Result, ResultExt};
use crate::os::terminal::tty;

/// The desktop, as far as the environment reveals it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Desktop {
    /// A Wayland display.
    pub wayland: bool,
    /// An X display.
    pub x11: bool,
    /// Windows Subsystem for Linux.
    pub wsl: bool,
}

/// Copies a text to the desktop's clipboard. The tool gets it through a pipe, since arguments can
/// be read by every user.
///
/// # Errors
/// [`ErrorKind::Usage`] if there is no desktop, or no tool for its clipboard.
pub fn copy(text: &str, desktop: Desktop) -> Result<()> {
    let tools = tools(desktop);
    if tools.iter().any(|tool| pipe_to(tool, text)) {
        return Ok(());
    }
    let names: Vec<&str> = tools.iter().map(|tool| tool[0]).collect();
    let reason = if names.is_empty() {
        "no desktop here".to_owned()
    } else {
        format!("none of {} works", names.join(", "))
    };
    Err(Error::new(ErrorKind::Usage, format!("no clipboard to copy to: {reason}"))
        .hint("use `--url-action osc52` for the terminal's own clipboard, or `--url-action print`"))
}

fn tools(desktop: Desktop) -> Vec<&'static [&'static str]> {
    let mut tools: Vec<&'static [&'static str]> = Vec::new();
    if cfg!(target_os = "macos") {
        tools.push(&["pbcopy"]);
    }
    if cfg!(windows) || desktop.wsl {
        tools.push(&["clip.exe"]);
    }
    if desktop.wayland {
        tools.push(&["wl-copy"]);
    }
    if desktop.x11 {
        tools.extend([
            &["xclip", "-selection", "clipboard"][..],
            &["xsel", "--clipboard", "--input"],
        ]);
    }
    tools
}

/// Runs a tool with the text on its standard input; `true` if it succeeded.
fn pipe_to(tool: &[&str], text: &str) -> bool {
    let mut command = Command::new(tool[0]);
    command.args(&tool[1..]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let written =
        child.stdin.take().is_some_and(|mut stdin| stdin.write_all(text.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

/// Copies a text to the terminal's clipboard with OSC 52. Inside tmux, tmux forwards it.
///
/// # Errors
/// [`ErrorKind::Usage`] if there is no terminal.
pub fn copy_osc52(text: &str, in_tmux: bool) -> Result<()> {
    // By default tmux ignores OSC 52 of its panes. With `-w` it sends its own to the outer
    // terminal.
    if in_tmux && pipe_to(&["tmux", "load-buffer", "-w", "-"], text) {
        return Ok(());
    }
    let mut terminal = tty::open()?;
    terminal
        .write_all(osc52_sequence(text, in_tmux).as_bytes())
        .and_then(|()| terminal.flush())
        .context(ErrorKind::Os, "copying")
}

fn osc52_sequence(text: &str, in_tmux: bool) -> String {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if in_tmux { format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")) } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_wrapped_for_tmux() {
        assert_eq!(osc52_sequence("hi", false), "\x1b]52;c;aGk=\x07");
        assert_eq!(osc52_sequence("hi", true), "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_desktop_the_other_ways_are_named() {
        let error = copy("hi", Desktop::default()).unwrap_err();
        assert!(error.hints[0].contains("osc52"), "{error:?}");
    }
}
