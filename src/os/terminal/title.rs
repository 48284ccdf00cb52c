//! The terminal's title, and tmux's word for the pane, while a role shell runs.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::domain::escape_unprintable;

use crate::os::terminal::tty;

/// The option of a tmux pane that status lines show as `#{@rolecall}`.
const PANE_OPTION: &str = "@rolecall";

/// Gives title and pane option back when dropped.
#[derive(Debug)]
pub struct TitleGuard {
    title_saved: bool,
    pane: Option<TmuxPane>,
}

#[derive(Debug)]
struct TmuxPane {
    id: String,
    previous: Option<String>,
}

impl TitleGuard {
    /// Shows the text: in the title, which the terminal remembers on its own stack, and in the
    /// option of the tmux pane of this id. A terminal or a tmux that does not listen is no
    /// failure.
    #[must_use]
    pub fn set(text: &str, terminal: bool, pane: Option<&str>) -> Self {
        let terminal = terminal && send_sequence(&title_sequence(text));
        // `#` begins a format in a status line.
        let text = escape_unprintable(text).replace('#', "");
        let pane = pane.map(|id| TmuxPane { id: id.to_owned(), previous: pane_option(id) });
        if let Some(pane) = &pane {
            run_tmux(&["set-option", "-p", "-t", &pane.id, PANE_OPTION, &text]);
        }
        Self { title_saved: terminal, pane }
    }
}

impl Drop for TitleGuard {
    fn drop(&mut self) {
        if self.title_saved {
            send_sequence("\x1b[23;0t");
        }
        match &self.pane {
            Some(TmuxPane { id, previous: Some(before) }) => {
                run_tmux(&["set-option", "-p", "-t", id, PANE_OPTION, before])
            }
            Some(TmuxPane { id, previous: None }) => {
                run_tmux(&["set-option", "-p", "-u", "-t", id, PANE_OPTION])
            }
            None => {}
        }
    }
}

/// Saves the title that is there and sets this one.
fn title_sequence(text: &str) -> String {
    format!("\x1b[22;0t\x1b]0;{}\x07", escape_unprintable(text))
}

fn send_sequence(sequence: &str) -> bool {
    tty::open().is_ok_and(|mut terminal| terminal.write_all(sequence.as_bytes()).is_ok())
}

/// What the option says now: a role shell may stand inside another.
fn pane_option(pane: &str) -> Option<String> {
    let output = Command::new("tmux")
        .args(["show-options", "-pqv", "-t", pane, PANE_OPTION])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim_end_matches('\n').to_owned()).filter(|text| !text.is_empty())
}

fn run_tmux(args: &[&str]) {
    let _ = Command::new("tmux")
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_can_not_end_the_title_early() {
        assert_eq!(
            title_sequence("a\x07\x1b]2;evil/Admin"),
            "\x1b[22;0t\x1b]0;a\\u{7}\\u{1b}]2;evil/Admin\x07"
        );
    }
}
