//! The passphrase prompt of the vault. If there is no vault yet, a new passphrase is asked for
//! twice.

use super::content::{ContentRow, InputField, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::Secret;
use crate::ops::backend::messages::{Request, UnlockPrompt};
use crate::os::terminal::tty::MAX_PASSPHRASE_CHARS;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::format::group_digits;
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::{role_label, task_label};
use crate::tui::state::overlay::PassphrasePanel;
use crate::tui::state::paste::PasteResult;
use crate::tui::state::text_input::{TextEdit, TextInput};
use crate::tui::state::{PendingTask, State, WaitingFor};

/// After this many failed attempts, the passphrase may be forgotten.
const ATTEMPTS_BEFORE_RESET_HINT: usize = 3;

impl PassphrasePanel {
    /// Adds text, or drops all input if it is too long. Text that follows is then part of it and is
    /// dropped, too.
    fn push(&mut self, text: &str) {
        let length = self.input.expose().chars().count() + text.chars().count();
        self.too_long |= length > MAX_PASSPHRASE_CHARS;
        self.input = if self.too_long {
            Secret::from("")
        } else {
            Secret::new(format!("{}{text}", self.input.expose()))
        };
    }

    /// Handles Enter: asks for a new passphrase again, or sends a complete one.
    fn submit(&mut self) -> Vec<Effect> {
        let typed = std::mem::replace(&mut self.input, Secret::from(""));
        match (self.prompt, self.first_entry.take()) {
            (UnlockPrompt::NewPassphrase, None) => {
                (self.first_entry, self.is_mismatch, self.error) = (Some(typed), false, None);
                return Vec::new();
            }
            (UnlockPrompt::NewPassphrase, Some(chosen)) if chosen != typed => {
                self.is_mismatch = true;
                return Vec::new();
            }
            _ => {}
        }
        (self.waiting, self.error, self.is_mismatch) = (true, None, false);
        vec![Effect::Request(Request::Unlock { passphrase: typed })]
    }

    /// What happens after the vault is open, if something waits for it.
    fn next_step(&self, state: &State) -> Option<ContentRow> {
        let waiting = state.pending.as_ref();
        let next = match (&self.sign_in, waiting) {
            (Some(blocked), _) => format!("sign in to {}", blocked.instance),
            (None, Some(PendingTask { role, task, waiting_for: WaitingFor::Passphrase, .. })) => {
                format!("{} {}", task_label(state, task), role_label(state, role))
            }
            (None, _) => return None,
        };
        Some(ContentRow::text(Tone::Dim, format!("Next: {next}")))
    }

    /// The text above the field.
    fn message_rows(&self, state: &State) -> Vec<ContentRow> {
        let glyphs = Glyphs::from_appearance(state.appearance);
        let soft = |text: &str| ContentRow::text(Tone::Soft, text);
        let dim = |text: &str| ContentRow::text(Tone::Dim, text);
        if self.too_long {
            let most = group_digits(MAX_PASSPHRASE_CHARS);
            let text = format!("{} a passphrase has at most {most} characters", glyphs.error);
            return vec![
                ContentRow::text(Tone::Danger, text),
                soft("Backspace empties the field."),
            ];
        }
        if self.waiting {
            return vec![soft(&format!("Opening{}", glyphs.in_progress))];
        }
        if let Some(error) = &self.error {
            let mut rows =
                vec![ContentRow::text(Tone::Danger, format!("{} {}", glyphs.error, error.message))];
            if self.failed_attempts < ATTEMPTS_BEFORE_RESET_HINT {
                rows.push(soft("Nothing is lost: try again."));
            } else {
                rows.push(soft(
                    "Nothing is lost by trying again. If you forgot it, `rolecall vault reset` \
                     creates a new vault, and you only have to sign in again.",
                ));
            }
            return rows;
        }
        match (self.prompt, &self.first_entry, self.is_mismatch) {
            (UnlockPrompt::Passphrase, ..) => {
                let text = "Your sign-ins and the credentials of your roles are encrypted with a passphrase.";
                [soft(text)].into_iter().chain(self.next_step(state)).collect()
            }
            (UnlockPrompt::AnotherPassphrase, ..) => {
                let text = "Your sign-ins and the credentials of your roles are encrypted with a passphrase that differs from AWS_SSO_FILE_PASSWORD or its file.";
                [soft(text)].into_iter().chain(self.next_step(state)).collect()
            }
            (UnlockPrompt::NewPassphrase, None, true) => {
                vec![
                    ContentRow::text(
                        Tone::Danger,
                        format!("{} the two passphrases differ", glyphs.error),
                    ),
                    soft("Choose a passphrase again."),
                ]
            }
            (UnlockPrompt::NewPassphrase, None, false) => vec![
                soft(
                    "Sign-ins are stored encrypted, and there is no keyring here: choose a passphrase.",
                ),
                dim("You are asked for it again after the machine restarts."),
            ],
            (UnlockPrompt::NewPassphrase, Some(_), _) => {
                vec![soft("Type it again to confirm it.")]
            }
        }
    }
}

impl Panel for PassphrasePanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        if let Some(PickerCommand::Back) = pressed.command {
            let sign_in = self.sign_in.take().map(|blocked| WaitingFor::SignIn(blocked.number));
            state.pending.take_if(|pending| {
                pending.waiting_for == WaitingFor::Passphrase
                    || Some(pending.waiting_for) == sign_in
            });
            return EventResult::Close(Vec::new());
        }
        // Keys typed while a passphrase is tried belong to the next attempt.
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => self.push(letter.encode_utf8(&mut [0; 4])),
            (
                None,
                Some(PickerCommand::Edit(
                    TextEdit::Backspace | TextEdit::CutToStart | TextEdit::CutWord,
                )),
            ) if self.too_long => self.too_long = false,
            (None, Some(PickerCommand::Activate))
                if !self.waiting && !self.input.expose().is_empty() =>
            {
                return EventResult::Consumed(self.submit());
            }
            (None, Some(PickerCommand::Edit(TextEdit::Backspace))) => {
                let mut shorter = self.input.expose().clone();
                shorter.pop();
                self.input = Secret::new(shorter);
            }
            (None, Some(PickerCommand::Edit(TextEdit::CutToStart | TextEdit::CutWord))) => {
                self.input = Secret::from("")
            }
            _ => {}
        }
        EventResult::Consumed(Vec::new())
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        self.push(text.trim_end_matches(['\r', '\n']));
        PasteResult::Done
    }

    fn content(&self, state: &State) -> PanelContent {
        let (title, label) = match (self.prompt, &self.first_entry) {
            (UnlockPrompt::Passphrase | UnlockPrompt::AnotherPassphrase, _) => {
                ("the vault is locked", "passphrase")
            }
            (UnlockPrompt::NewPassphrase, None) => ("a passphrase for the vault", "new passphrase"),
            (UnlockPrompt::NewPassphrase, Some(_)) => ("a passphrase for the vault", "again"),
        };
        let mut content = PanelContent::new(title, PanelSize::Text, self.message_rows(state));
        // One mark per letter. The length is not secret: the keys can be heard.
        let marks = TextInput::new(&"x".repeat(self.input.expose().chars().count()));
        content.input = Some(InputField { label, input: marks, placeholder: "", masked: true });
        content
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        let act = match (self.prompt, &self.first_entry) {
            (UnlockPrompt::Passphrase | UnlockPrompt::AnotherPassphrase, _) => "unlock",
            (UnlockPrompt::NewPassphrase, None) => "continue",
            (UnlockPrompt::NewPassphrase, Some(_)) => "create the vault",
        };
        vec![(PickerCommand::Activate, act), (PickerCommand::Back, "close")]
    }
}
