//! The confirmation before protected roles are used: `y`, or a text to type.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::RoleId;
use crate::tui::PickAction;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::role_label;
use crate::tui::state::overlay::{ConfirmPanel, ConfirmPrompt};
use crate::tui::state::paste::PasteResult;
use crate::tui::state::{RoleTask, State};
use crate::tui::update::activate;

/// The maximum number of roles that are listed by name.
const MAX_NAMED_ROLES: usize = 6;

impl ConfirmPanel {
    fn confirm(&self, state: &mut State) -> EventResult {
        EventResult::Close(activate::on_confirmed(state, self.roles.clone(), self.task.clone()))
    }

    /// Whether the typed answer is correct.
    fn is_correct(&self, state: &State) -> bool {
        let entry = self.roles.first().and_then(|role| state.roster.find(role));
        match self.prompt {
            ConfirmPrompt::Yes => false,
            ConfirmPrompt::AccountName(..) => {
                entry.is_some_and(|entry| entry.matches_typed_account(self.input.text()))
            }
            ConfirmPrompt::RoleCount(many) => self.input.text().trim() == many.to_string(),
        }
    }

    fn handle_edit(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => drop(self.input.insert(letter.encode_utf8(&mut [0; 4]))),
            (None, Some(PickerCommand::Activate)) if self.is_correct(state) => {
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
        match (&self.prompt, pressed.letter) {
            (ConfirmPrompt::Yes, Some('y' | 'Y')) => self.confirm(state),
            (ConfirmPrompt::Yes, _) => EventResult::Close(Vec::new()),
            (ConfirmPrompt::AccountName(..) | ConfirmPrompt::RoleCount(_), _) => {
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
        let mut rows = vec![ContentRow::text(Tone::Soft, task_label(&self.task))];
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
        let (label, ask) = match &self.prompt {
            ConfirmPrompt::Yes => {
                return content(rows).with_shortcut("y", "yes; any other key cancels");
            }
            ConfirmPrompt::AccountName(account, None) => {
                ("account", format!("Type the account's name to continue: {account}"))
            }
            ConfirmPrompt::AccountName(account, Some(id)) => {
                ("account", format!("Type the account's name or ID to continue: {account}, {id}"))
            }
            ConfirmPrompt::RoleCount(many) => {
                let protected = self.roles.iter().filter(|role| protected(role)).count();
                (
                    "roles",
                    format!("{protected} protected. Type the number of roles to continue: {many}"),
                )
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
        match self.prompt {
            ConfirmPrompt::Yes => vec![(PickerCommand::Back, "no")],
            ConfirmPrompt::AccountName(..) | ConfirmPrompt::RoleCount(_) => {
                vec![(PickerCommand::Activate, "continue"), (PickerCommand::Back, "no")]
            }
        }
    }
}

/// The task, for the first line.
fn task_label(then: &RoleTask) -> String {
    match then {
        RoleTask::Exit(PickAction::Shell) => "Start a shell with".to_owned(),
        RoleTask::Exit(PickAction::Exports) => "Use in this shell".to_owned(),
        RoleTask::Exit(PickAction::Console) => "Open the console of".to_owned(),
        RoleTask::Exit(PickAction::Service(service)) => format!("Open {service} in the console of"),
        RoleTask::Exit(PickAction::Print) => "Pick".to_owned(),
        RoleTask::RunEach(line) => format!("Run `{line}` in"),
        RoleTask::CopySecret(what) => format!("Copy {} of", what.label()),
        RoleTask::WriteProfiles | RoleTask::Exit(PickAction::Profile) => {
            "Write a profile that programs can use without asking for".to_owned()
        }
        RoleTask::Renew => "Get new credentials of".to_owned(),
    }
}
