//! Copying text to a clipboard: the desktop's, with its own tools, or the terminal's, which also
//! works over SSH.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::{Error, ErrorKind, Result, ResultExt};
use crate::os::platform::CLIPBOARD_TOOLS;
use crate::os::process::describe_exit;
use crate::os::terminal::tty;
use crate::os::thread;

/// How long a tool may take: without its display or server it can wait without end.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The pause between two looks at whether a tool has ended.
const EXIT_POLL: Duration = Duration::from_millis(5);

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
    let mut reasons = Vec::new();
    for tool in tools(desktop) {
        match pipe_to(tool, text, TIME_LIMIT) {
            Ok(()) => return Ok(()),
            Err(reason) => reasons.push(format!("{} {reason}", tool[0])),
        }
    }
    let reason = match reasons.is_empty() {
        true => "no desktop here".to_owned(),
        false => reasons.join(", "),
    };
    Err(Error::new(ErrorKind::Usage, format!("no clipboard to copy to: {reason}"))
        .hint("use `--url-action osc52` for the terminal's own clipboard, or `--url-action print`"))
}

fn tools(desktop: Desktop) -> Vec<&'static [&'static str]> {
    let mut tools: Vec<&'static [&'static str]> = CLIPBOARD_TOOLS.to_vec();
    if desktop.wsl {
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

/// Runs a tool with the text on its standard input. Its messages are not read: the process that
/// serves the clipboard outlives the tool.
///
/// # Errors
/// Why the text was not copied: `not found`, `exited with 1`.
fn pipe_to(tool: &[&str], text: &str, limit: Duration) -> std::result::Result<(), String> {
    let mut command = Command::new(tool[0]);
    command.args(&tool[1..]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "not found".to_owned(),
        _ => format!("can't be run: {error}"),
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        let text = text.to_owned();
        // A tool that reads nothing must not block this program.
        drop(thread::spawn("clipboard", move || drop(stdin.write_all(text.as_bytes()))));
    }
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(describe_exit(status)),
            Ok(None) if Instant::now() < end => std::thread::sleep(EXIT_POLL),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("has not ended within {} s", limit.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Copies a text to the terminal's clipboard with OSC 52. Inside tmux, tmux forwards it.
///
/// # Errors
/// [`ErrorKind::Usage`] if there is no terminal.
pub fn copy_osc52(text: &str, in_tmux: bool) -> Result<()> {
    // By default tmux ignores OSC 52 of its panes. With `-w` it sends its own to the outer
    // terminal.
    if in_tmux && pipe_to(&["tmux", "load-buffer", "-w", "-"], text, TIME_LIMIT).is_ok() {
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
    fn without_a_desktop_the_other_ways_are_named() {
        if !CLIPBOARD_TOOLS.is_empty() {
            return;
        }
        let error = copy("hi", Desktop::default()).unwrap_err();
        assert!(error.hints[0].contains("osc52"), "{error:?}");
    }

    #[test]
    #[cfg(unix)]
    fn a_tool_that_is_missing_fails_or_hangs_is_reported() {
        let long = Duration::from_secs(60);
        let sh = |script| pipe_to(&["sh", "-c", script], "text", long);
        assert_eq!(sh("test \"$(cat)\" = text"), Ok(()));
        assert_eq!(sh("exit 3").unwrap_err(), "exited with 3");
        assert_eq!(pipe_to(&["no-such-tool"], "text", long).unwrap_err(), "not found");
        let hanging = pipe_to(&["sleep", "600"], "text", Duration::from_millis(1));
        assert_eq!(hanging.unwrap_err(), "has not ended within 0 s");
    }
}
