//! The vault asks for its passphrase.

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::line::{Edit, Line};
use super::super::state::{State, Waits};
use super::super::view::signs;
use super::sheet::{Extent, Field, Row, Sheet, Tone};
use super::{Heard, Panel, Pressed};
use crate::domain::{Error, Secret};
use crate::ops::work::Request;

/// The passphrase as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Passphrase {
    typed: Secret<String>,
    error: Option<Error>,
    /// Sent, and not answered yet.
    waiting: bool,
}

impl Passphrase {
    /// An empty field; `error` says why it is asked for, or why the last one was not good.
    pub(in crate::tui) fn new(error: Option<Error>) -> Self {
        Self { typed: Secret::from(""), error, waiting: false }
    }

    fn add(&mut self, text: &str) {
        self.typed = Secret::new(format!("{}{text}", self.typed.expose()));
    }
}

impl Panel for Passphrase {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        if let Some(Command::Back) = pressed.command {
            state.pending.take_if(|pending| pending.waits == Waits::Passphrase);
            return Heard::Close(Vec::new());
        }
        if self.waiting {
            return Heard::Stay(Vec::new());
        }
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => self.add(letter.encode_utf8(&mut [0; 4])),
            (None, Some(Command::Act)) if !self.typed.expose().is_empty() => {
                (self.waiting, self.error) = (true, None);
                return Heard::Stay(vec![Effect::Request(Request::Unlock { passphrase: self.typed.clone() })]);
            }
            (None, Some(Command::Edit(Edit::Backspace))) => {
                let mut shorter = self.typed.expose().clone();
                shorter.pop();
                self.typed = Secret::new(shorter);
            }
            (None, Some(Command::Edit(Edit::CutToStart | Edit::CutWord))) => self.typed = Secret::from(""),
            _ => {}
        }
        Heard::Stay(Vec::new())
    }

    fn paste(&mut self, text: &str) -> bool {
        if !self.waiting {
            self.add(text.trim_end_matches(['\r', '\n']));
        }
        true
    }

    fn sheet(&self, state: &State) -> Sheet {
        let said = match (&self.error, self.waiting) {
            (_, true) => Row::text(Tone::Soft, format!("Opening{}", signs(state.looks).dots)),
            (Some(error), false) => Row::text(Tone::Soft, &error.message),
            (None, false) => Row::text(Tone::Soft, "Your role credentials are sealed with a passphrase."),
        };
        let mut sheet = Sheet::new("the vault is locked", Extent::Words, vec![said]);
        // One mark a letter; the length is no more of a secret than the sound of the keys.
        let marks = Line::new(&"x".repeat(self.typed.expose().chars().count()));
        sheet.field = Some(Field { label: "passphrase", typed: marks, empty: "", masked: true });
        sheet
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Act, "unlock"), (Command::Back, "close")]
    }
}
