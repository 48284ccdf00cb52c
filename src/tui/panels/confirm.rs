//! The confirmation before protected roles are used: `y`, or a text to type.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::{ConfirmQuestion, RoleId, is_yes};
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::format::capitalize;
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::{role_label, task_label};
use crate::tui::state::State;
use crate::tui::state::overlay::ConfirmPanel;
use crate::tui::state::paste::PasteResult;
use crate::tui::update::activate;

/// The maximum number of roles that are listed by name.
const MAX_NAMED_ROLES: usize = 6;

impl ConfirmPanel {
    fn confirm(&self, state: &mut State) -> EventResult {
        EventResult::Close(activate::on_confirmed(
            state,
            self.roles.clone(),
            self.task.clone(),
            &self.question,
        ))
    }

    fn handle_edit(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => drop(self.input.insert(letter.encode_utf8(&mut [0; 4]))),
            (None, Some(PickerCommand::Activate))
                if self.question.check(self.input.text()).is_ok() =>
            {
                return self.confirm(state);
            }
            (None, Some(PickerCommand::Activate)) => {
                self.is_wrong = true;
                return EventResult::Consumed(Vec::new());
            }
            (None, Some(PickerCommand::Edit(edit))) => drop(self.input.edit(edit)),
            (None, Some(PickerCommand::Back)) => return EventResult::Close(Vec::new()),
            _ => {}
        }
        self.is_wrong = false;
        EventResult::Consumed(Vec::new())
    }
}

impl Panel for ConfirmPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match (&self.question, pressed.letter) {
            (ConfirmQuestion::YesNo(_), Some(letter)) if is_yes(&letter.to_string()) => {
                self.confirm(state)
            }
            (ConfirmQuestion::YesNo(_), _) => EventResult::Close(Vec::new()),
            (ConfirmQuestion::AccountName(_) | ConfirmQuestion::RoleCount { .. }, _) => {
                self.handle_edit(state, pressed)
            }
        }
    }

    // Pasted text is dropped: typing the answer is the point of the question.

    fn handle_paste(&mut self, _: &str) -> PasteResult {
        PasteResult::Done
    }

    fn content(&self, state: &State) -> PanelContent {
        let mark = Glyphs::from_appearance(state.appearance).protected;
        let protected =
            |role: &RoleId| state.roster.find(role).is_some_and(|entry| entry.is_protected());
        let mut rows =
            vec![ContentRow::text(Tone::Soft, capitalize(&task_label(state, &self.task)))];
        let named = self.roles.iter().take(MAX_NAMED_ROLES).map(|role| match protected(role) {
            true => ContentRow::text(Tone::Danger, format!("{} {mark}", role_label(state, role))),
            false => ContentRow::text(Tone::Text, role_label(state, role)),
        });
        rows.extend(named);
        if self.roles.len() > MAX_NAMED_ROLES {
            rows.push(ContentRow::text(
                Tone::Soft,
                format!("and {} more", self.roles.len() - MAX_NAMED_ROLES),
            ));
        }
        let title = if self.roles.len() == 1 { "protected role" } else { "protected roles" };
        let content = |rows| PanelContent::new(title, PanelSize::Text, rows);
        let expected = self.question.expected_answer();
        let (label, ask) = match &self.question {
            ConfirmQuestion::YesNo(_) => {
                return content(rows).with_shortcut("y", "yes; any other key cancels");
            }
            ConfirmQuestion::AccountName(entry) => {
                let account = entry.account_label();
                let id = if entry.has_typable_label() {
                    String::new()
                } else {
                    format!(", {}", entry.account)
                };
                ("account", format!("Type {expected} to continue: {account}{id}"))
            }
            ConfirmQuestion::RoleCount { protected, total } => {
                let protected = protected.len();
                let are = if protected == 1 { "is" } else { "are" };
                let reason = format!("{protected} of these {total} roles {are} protected.");
                ("roles", format!("{reason} Type {expected} to continue: {total}"))
            }
        };
        rows.push(ContentRow::Blank);
        rows.push(if self.is_wrong {
            ContentRow::text(Tone::Danger, format!("Wrong answer. {ask}"))
        } else {
            ContentRow::text(Tone::Soft, ask)
        });
        content(rows).with_input(label, &self.input, "")
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        match self.question {
            ConfirmQuestion::YesNo(_) => vec![(PickerCommand::Back, "no")],
            ConfirmQuestion::AccountName(_) | ConfirmQuestion::RoleCount { .. } => {
                vec![(PickerCommand::Activate, "continue"), (PickerCommand::Back, "no")]
            }
        }
    }
}
