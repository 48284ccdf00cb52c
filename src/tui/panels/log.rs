//! What was said since the picker opened, the newest first: notes that a key took away, and what
//! went wrong behind the screen.

use super::super::catalog::Command;
use super::super::state::State;
use super::super::view::{signs, words};
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pressed, help};
use crate::domain::{Error, Timestamp};

/// How much is kept; a person reads the last few.
const KEPT: usize = 200;

/// One thing that was said.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Said {
    /// When.
    pub(in crate::tui) at: Timestamp,
    /// What.
    pub(in crate::tui) text: String,
    /// What to do about it, of something that went wrong.
    pub(in crate::tui) hints: Vec<String>,
    /// Whether something went wrong.
    pub(in crate::tui) failed: bool,
}

/// How far it is scrolled.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct Log {
    top: usize,
}

impl State {
    /// Says something in place of the footer, until the next key, and keeps it for the log.
    pub(in crate::tui) fn say(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.keep(Said { at: self.now, text: text.clone(), hints: Vec::new(), failed: false });
        self.note = Some(text);
    }

    /// Keeps what went wrong for the log. The same twice running is kept once, with its last time.
    pub(in crate::tui) fn failed(&mut self, error: &Error) {
        self.keep(Said {
            at: self.now,
            text: error.message.clone(),
            hints: error.hints.clone(),
            failed: true,
        });
    }

    fn keep(&mut self, said: Said) {
        self.log.pop_if(|last| last.text == said.text);
        self.log.push(said);
        let extra = self.log.len().saturating_sub(KEPT);
        self.log.drain(..extra);
    }
}

impl Panel for Log {
    fn press(&mut self, _: &mut State, pressed: Pressed) -> Heard {
        match pressed.command {
            Some(Command::Move(to)) => self.top = help::scroll(self.top, to),
            Some(Command::Back | Command::Act | Command::Open(_)) => {
                return Heard::Close(Vec::new());
            }
            _ => return Heard::Yield,
        }
        Heard::Stay(Vec::new())
    }

    fn sheet(&self, state: &State) -> Sheet {
        let failed = signs(state.looks).failed;
        let mut rows = Vec::new();
        for said in state.log.iter().rev() {
            let (tone, text) = match said.failed {
                true => (Tone::Danger, format!("{failed} {}", said.text)),
                false => (Tone::Text, said.text.clone()),
            };
            rows.push(Row::Pair {
                left: (Tone::Dim, words::ago(said.at, state.now)),
                right: (tone, text),
            });
            rows.extend(said.hints.iter().map(|hint| Row::pair("", hint)));
        }
        let mut sheet = Sheet::new("messages", Extent::Columns, rows);
        sheet.top = self.top;
        sheet
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Back, "close")]
    }
}
