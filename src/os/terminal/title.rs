//! The terminal title and the tmux pane option while a role shell runs.

use std::io::Write;
use std::time::Duration;

use crate::domain::escape_unprintable;
use crate::os::process::{TerminalAccess, capture};
use crate::os::terminal::tty;

/// The option of a tmux pane, which status lines show as `#{@rolecall}`.
const PANE_OPTION: &str = "@rolecall";
/// How long tmux may take.
const TMUX_TIME_LIMIT: Duration = Duration::from_secs(2);

/// Restores the title and the pane option when dropped.
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
    /// Sets the title of the terminal, if it `has_title`, and the option of the tmux pane with this
    /// id. The terminal saves the old title on its own stack. Errors are ignored.
    #[must_use]
    pub fn set(text: &str, has_title: bool, pane: Option<&str>) -> Self {
        let title_saved = has_title && send_sequence(&title_sequence(text));
        // `#` starts a format in a status line.
        let text = escape_unprintable(text).replace('#', "");
        let pane = pane.map(|id| TmuxPane { id: id.to_owned(), previous: pane_option(id) });
        if let Some(pane) = &pane {
            let _ = run_tmux(&["set-option", "-p", "-t", &pane.id, PANE_OPTION, &text]);
        }
        Self { title_saved, pane }
    }
}

impl Drop for TitleGuard {
    fn drop(&mut self) {
        if self.title_saved {
            send_sequence("\x1b[23;0t");
        }
        match &self.pane {
            Some(TmuxPane { id, previous: Some(previous) }) => {
                let _ = run_tmux(&["set-option", "-p", "-t", id, PANE_OPTION, previous]);
            }
            Some(TmuxPane { id, previous: None }) => {
                let _ = run_tmux(&["set-option", "-p", "-u", "-t", id, PANE_OPTION]);
            }
            None => {}
        }
    }
}

/// The sequence that saves the current title and sets this one.
fn title_sequence(text: &str) -> String {
    format!("\x1b[22;0t\x1b]0;{}\x07", escape_unprintable(text))
}

fn send_sequence(sequence: &str) -> bool {
    tty::open().is_ok_and(|mut terminal| terminal.write_all(sequence.as_bytes()).is_ok())
}

/// Returns the current value of the option. Role shells can be nested.
fn pane_option(pane: &str) -> Option<String> {
    let stdout = run_tmux(&["show-options", "-pqv", "-t", pane, PANE_OPTION])?;
    let text = String::from_utf8(stdout).ok()?;
    Some(text.trim_end_matches('\n').to_owned()).filter(|text| !text.is_empty())
}

/// Runs tmux, which waits without end for a server that does not answer.
fn run_tmux(args: &[&str]) -> Option<Vec<u8>> {
    let args: Vec<String> = args.iter().map(ToString::to_string).collect();
    let captured = capture("tmux", &args, TMUX_TIME_LIMIT, TerminalAccess::None).ok()?;
    Some(captured.stdout.expose().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_cannot_end_the_title_early() {
        assert_eq!(
            title_sequence("a\x07\x1b]2;evil/Admin"),
            "\x1b[22;0t\x1b]0;a\\u{7}\\u{1b}]2;evil/Admin\x07"
        );
    }
}
