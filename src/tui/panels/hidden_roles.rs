//! The hidden roles, to show them again.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::RoleId;
use crate::ops::backend::messages::RoleFlag;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::labels::{account_label, key_label};
use crate::tui::role_actions::RoleAction;
use crate::tui::state::State;
use crate::tui::state::overlay::HiddenRolesPanel;
use crate::tui::state::paste::PasteResult;
use crate::tui::update::favorites::{self, FlagChange};

impl HiddenRolesPanel {
    fn matching_roles(&self, state: &State) -> Vec<RoleId> {
        let fits = |role: &&RoleId| {
            self.select
                .match_rank([
                    account_label(state, role).as_str(),
                    role.role.as_str(),
                    role.account.as_str(),
                ])
                .is_some()
        };
        state.marks.hidden.iter().filter(fits).cloned().collect()
    }
}

impl Panel for HiddenRolesPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        let roles = self.matching_roles(state);
        match pressed.command {
            Some(PickerCommand::Back) => {
                return EventResult::Close(Vec::new());
            }
            Some(PickerCommand::Activate) => {
                let Some(role) = self.select.selected(&roles) else {
                    return EventResult::Consumed(Vec::new());
                };
                let effects: Vec<Effect> =
                    favorites::change_flag(state, vec![role], RoleFlag::Hidden, FlagChange::Clear);
                // The panel stays open after the last one: the next Enter must not use a role.
                return EventResult::Consumed(effects);
            }
            _ => {}
        }
        let _ = self.select.handle_move(pressed, &roles) || self.select.handle_edit(pressed);
        EventResult::Consumed(Vec::new())
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        self.select.handle_paste(text)
    }

    fn content(&self, state: &State) -> PanelContent {
        if state.marks.hidden.is_empty() {
            let text = format!(
                "No role is hidden. {} {} hides the selected role.",
                key_label(state, PickerCommand::Menu),
                RoleAction::Hide.spec().letter
            );
            let rows = vec![ContentRow::text(Tone::Soft, text)];
            return PanelContent::new("hidden roles", PanelSize::Text, rows);
        }
        let roles = self.matching_roles(state);
        let row = |role: &RoleId| {
            let cells = [
                (Tone::Text, account_label(state, role)),
                (Tone::Soft, role.role.to_string()),
                // The account of a profile is not one of AWS.
                (
                    Tone::Dim,
                    role.profile().map_or_else(|| role.account.to_string(), |_| String::new()),
                ),
            ];
            ContentRow::Choice(None, cells.to_vec())
        };
        let all: Vec<ContentRow> = state.marks.hidden.iter().map(row).collect();
        let mut rows: Vec<ContentRow> = roles.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(ContentRow::text(Tone::Soft, "no hidden role matches"));
        }
        let content = PanelContent::new("hidden roles", PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&roles));
        content.with_unfiltered(vec![all]).with_input(
            "find",
            &self.select.filter,
            "type part of a name",
        )
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        if state.marks.hidden.is_empty() {
            return vec![(PickerCommand::Back, "close")];
        }
        vec![(PickerCommand::Activate, "show again"), (PickerCommand::Back, "close")]
    }
}
