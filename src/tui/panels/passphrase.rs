//! The vault asks for its passphrase; where there is no vault yet, for a new one, twice.

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::line::{Edit, Line};
use super::super::state::{State, Waits};
use super::super::view::signs;
use super::super::view::words::grouped;
use super::sheet::{Extent, Field, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed};
use crate::domain::{Error, Secret};
use crate::ops::work::{Request, UnlockPrompt};
use crate::os::tty::MAX_PASSPHRASE_CHARS;

/// From so many that did not fit on, it may well be forgotten.
const PERHAPS_FORGOTTEN: usize = 3;

/// The passphrase as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Passphrase {
    asks: UnlockPrompt,
    typed: Secret<String>,
    /// A new one, typed once.
    chosen: Option<Secret<String>>,
    /// The second one was another one.
    differ: bool,
    /// What was said of the last one.
    error: Option<Error>,
    /// How many did not fit.
    tries: usize,
    /// Sent, and not answered yet.
    waiting: bool,
    /// More was typed or pasted than a passphrase may have. A part of it would be another one, so
    /// all of it is dropped.
    too_long: bool,
}

impl Passphrase {
    /// An empty field.
    pub(in crate::tui) fn new(asks: UnlockPrompt) -> Self {
        Self {
            asks,
            typed: Secret::from(""),
            chosen: None,
            differ: false,
            error: None,
            tries: 0,
            waiting: false,
            too_long: false,
        }
    }

    /// The last one did not open the vault: another one may be typed, as often as it takes.
    pub(in crate::tui) fn refused(&mut self, error: Error) {
        self.tries += 1;
        (self.error, self.waiting) = (Some(error), false);
    }

    /// Adds text, or drops everything if it is too long; then whatever follows belongs to it and is
    /// dropped too.
    fn add(&mut self, text: &str) {
        let length = self.typed.expose().chars().count() + text.chars().count();
        self.too_long |= length > MAX_PASSPHRASE_CHARS;
        self.typed = if self.too_long {
            Secret::from("")
        } else {
            Secret::new(format!("{}{text}", self.typed.expose()))
        };
    }

    /// Enter: a new one is asked for once more, and whatever is complete is sent.
    fn enter(&mut self) -> Vec<Effect> {
        let typed = std::mem::replace(&mut self.typed, Secret::from(""));
        match (self.asks, self.chosen.take()) {
            (UnlockPrompt::NewPassphrase, None) => {
                (self.chosen, self.differ, self.error) = (Some(typed), false, None);
                return Vec::new();
            }
            (UnlockPrompt::NewPassphrase, Some(chosen)) if chosen != typed => {
                self.differ = true;
                return Vec::new();
            }
            _ => {}
        }
        (self.waiting, self.error, self.differ) = (true, None, false);
        vec![Effect::Request(Request::Unlock { passphrase: typed })]
    }

    /// What stands above the field.
    fn says(&self, state: &State) -> Vec<Row> {
        let signs = signs(state.looks);
        let soft = |text: &str| Row::text(Tone::Soft, text);
        let dim = |text: &str| Row::text(Tone::Dim, text);
        if self.too_long {
            let most = grouped(MAX_PASSPHRASE_CHARS);
            let text = format!("{} a passphrase has at most {most} characters", signs.failed);
            return vec![Row::text(Tone::Danger, text), soft("Backspace empties the field.")];
        }
        if self.waiting {
            return vec![soft(&format!("Opening{}", signs.dots))];
        }
        if let Some(error) = &self.error {
            let mut rows =
                vec![Row::text(Tone::Danger, format!("{} {}", signs.failed, error.message))];
            if self.tries < PERHAPS_FORGOTTEN {
                rows.push(soft("Nothing is lost: try again."));
            } else {
                rows.push(soft(
                    "Nothing is lost by trying on. Forgotten? `rolecall vault reset` makes a new vault: you sign in again, that is all.",
                ));
            }
            return rows;
        }
        match (self.asks, &self.chosen, self.differ) {
            (UnlockPrompt::Passphrase, ..) => vec![soft(
                "Your sign-ins and the credentials of your roles are sealed with a passphrase.",
            )],
            (UnlockPrompt::AnotherPassphrase, ..) => vec![soft(
                "Your sign-ins and the credentials of your roles are sealed with another passphrase than AWS_SSO_FILE_PASSWORD, or its file, says.",
            )],
            (UnlockPrompt::NewPassphrase, None, true) => {
                vec![
                    Row::text(
                        Tone::Danger,
                        format!("{} these two were not the same", signs.failed),
                    ),
                    soft("Choose it again."),
                ]
            }
            (UnlockPrompt::NewPassphrase, None, false) => vec![
                soft(
                    "Sign-ins are kept sealed, and there is no keyring here: choose a passphrase.",
                ),
                dim("It is asked for again after a restart of the machine."),
            ],
            (UnlockPrompt::NewPassphrase, Some(_), _) => {
                vec![soft("The same once more, so that a slip of the finger locks nobody out.")]
            }
        }
    }
}

impl Panel for Passphrase {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        if let Some(Command::Back) = pressed.command {
            state.pending.take_if(|pending| pending.waits == Waits::Passphrase);
            return Heard::Close(Vec::new());
        }
        // What is typed while the vault tries the last one is for the next.
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => self.add(letter.encode_utf8(&mut [0; 4])),
            (None, Some(Command::Edit(Edit::Backspace | Edit::CutToStart | Edit::CutWord)))
                if self.too_long =>
            {
                self.too_long = false
            }
            (None, Some(Command::Act)) if !self.waiting && !self.typed.expose().is_empty() => {
                return Heard::Stay(self.enter());
            }
            (None, Some(Command::Edit(Edit::Backspace))) => {
                let mut shorter = self.typed.expose().clone();
                shorter.pop();
                self.typed = Secret::new(shorter);
            }
            (None, Some(Command::Edit(Edit::CutToStart | Edit::CutWord))) => {
                self.typed = Secret::from("")
            }
            _ => {}
        }
        Heard::Stay(Vec::new())
    }

    fn paste(&mut self, text: &str) -> Pasted {
        self.add(text.trim_end_matches(['\r', '\n']));
        Pasted::Done
    }

    fn sheet(&self, state: &State) -> Sheet {
        let (title, label) = match (self.asks, &self.chosen) {
            (UnlockPrompt::Passphrase | UnlockPrompt::AnotherPassphrase, _) => {
                ("the vault is locked", "passphrase")
            }
            (UnlockPrompt::NewPassphrase, None) => ("a passphrase for the vault", "new passphrase"),
            (UnlockPrompt::NewPassphrase, Some(_)) => ("a passphrase for the vault", "once more"),
        };
        let mut sheet = Sheet::new(title, Extent::Words, self.says(state));
        // One mark a letter; the length is no more of a secret than the sound of the keys.
        let marks = Line::new(&"x".repeat(self.typed.expose().chars().count()));
        sheet.field = Some(Field { label, typed: marks, empty: "", masked: true });
        sheet
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        let act = match (self.asks, &self.chosen) {
            (UnlockPrompt::Passphrase | UnlockPrompt::AnotherPassphrase, _) => "unlock",
            (UnlockPrompt::NewPassphrase, None) => "go on",
            (UnlockPrompt::NewPassphrase, Some(_)) => "make the vault",
        };
        vec![(Command::Act, act), (Command::Back, "close")]
    }
}
