//! The other roles of the selected role's account: listed below the preview, and here to use one.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::{RoleId, RosterEntry, format_duration};
use crate::tui::PickAction;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::glyphs::Glyphs;
use crate::tui::labels;
use crate::tui::state::overlay::{AccountRolesPanel, MenuPanel, Overlay};
use crate::tui::state::{RoleTask, State};
use crate::tui::update::activate;
use crate::tui::update::availability::is_action_allowed;

/// One row for each of these roles: name, protection and remaining time.
pub(in crate::tui) fn rows(state: &State, roles: &[usize]) -> Vec<ContentRow> {
    let (roster, glyphs) = (&state.list.roster, Glyphs::from_appearance(state.appearance));
    let row = |entry: &RosterEntry| {
        let mark = if entry.is_protected() { glyphs.protected } else { "" };
        let left = state
            .expires_at(&roster.id(entry))
            .map(|at| format_duration(at.seconds_since(state.now)))
            .unwrap_or_default();
        let cells = [
            (Tone::Text, entry.role.to_string()),
            (Tone::DangerMark, mark.to_owned()),
            (Tone::Dim, left),
        ];
        ContentRow::Choice(None, cells.to_vec())
    };
    roles.iter().filter_map(|at| roster.entries.get(*at)).map(row).collect()
}

impl AccountRolesPanel {
    fn roles(&self, state: &State) -> Vec<RoleId> {
        let roster = &state.list.roster;
        state.other_roles_of(&self.role).iter().map(|at| roster.id(&roster.entries[*at])).collect()
    }

    /// The index of the selected role among [`State::other_roles`].
    pub(in crate::tui) fn selected_index(&self, state: &State) -> usize {
        self.select.selected_index(&self.roles(state))
    }
}

impl Panel for AccountRolesPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        let roles = self.roles(state);
        let chosen = self.select.selected(&roles);
        match (pressed.command, chosen) {
            (Some(PickerCommand::Back | PickerCommand::Open(_)), _) => {
                EventResult::Close(Vec::new())
            }
            (Some(PickerCommand::Activate), Some(role)) => {
                let task = RoleTask::Exit(state.action);
                EventResult::Close(activate::start(state, vec![role], task))
            }
            (Some(PickerCommand::Console), Some(role))
                if is_action_allowed(state, PickAction::Console) =>
            {
                let task = RoleTask::Exit(PickAction::Console);
                EventResult::Close(activate::start(state, vec![role], task))
            }
            (Some(PickerCommand::Menu), Some(role)) => {
                state.overlays.push(Overlay::Menu(MenuPanel::new(vec![role])));
                EventResult::Close(Vec::new())
            }
            // Typing continues in the query.
            (None, _) if pressed.letter.is_some() => EventResult::CloseAndForward,
            (Some(PickerCommand::Edit(_)), _) => EventResult::CloseAndForward,
            _ => {
                self.select.handle_move(pressed, &roles);
                EventResult::Consumed(Vec::new())
            }
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let roles = self.roles(state);
        let is_profile = self.role.profile().is_some();
        let title = match is_profile {
            true => "AWS profiles".to_owned(),
            false => format!("roles of {}", labels::account_label(state, &self.role)),
        };
        let mut rows = rows(state, &state.other_roles_of(&self.role));
        if rows.is_empty() {
            let none = match is_profile {
                true => "there is no other profile",
                false => "you have no other role in this account",
            };
            rows.push(ContentRow::text(Tone::Dim, none));
        }
        PanelContent::new(title, PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&roles))
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        let console = is_action_allowed(state, PickAction::Console)
            .then_some((PickerCommand::Console, "console"));
        [(PickerCommand::Activate, labels::action_label(state))]
            .into_iter()
            .chain(console)
            .chain([(PickerCommand::Menu, "actions"), (PickerCommand::Back, "back")])
            .collect()
    }
}
