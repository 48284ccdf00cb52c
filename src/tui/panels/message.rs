//! Something went wrong: what, on what, and what to do now.

use super::super::catalog::Command;
use super::super::state::State;
use super::super::view::signs;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pressed};
use crate::domain::Error;

/// An error with its hints.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Message {
    /// What was tried, in a few words.
    pub(in crate::tui) title: String,
    /// What failed.
    pub(in crate::tui) error: Error,
}

impl Panel for Message {
    fn press(&mut self, _: &mut State, pressed: Pressed) -> Heard {
        match pressed.command {
            Some(Command::Back | Command::Act) => Heard::Close(Vec::new()),
            _ => Heard::Yield,
        }
    }

    fn sheet(&self, state: &State) -> Sheet {
        let mut rows = vec![Row::text(Tone::Danger, format!("{} {}", signs(state.looks).failed, self.error.message))];
        if !self.error.hints.is_empty() {
            rows.push(Row::Blank);
        }
        rows.extend(self.error.hints.iter().map(|hint| Row::text(Tone::Text, hint)));
        Sheet::new(&self.title, Extent::Words, rows)
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Back, "close")]
    }
}
