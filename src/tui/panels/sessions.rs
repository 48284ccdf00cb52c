//! The roles with credentials in the vault and their remaining time, the first to expire first.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::{RoleId, Timestamp, format_duration};
use crate::ops::backend::messages::UnlockPrompt;
use crate::tui::PickAction;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::labels::{account_label, action_label};
use crate::tui::state::destructive::DestructiveAction;
use crate::tui::state::overlay::SessionsPanel;
use crate::tui::state::{RoleTask, State};
use crate::tui::update::availability::is_action_allowed;
use crate::tui::update::{activate, destructive};

/// From this remaining time on, a session is shown as expiring.
const EXPIRING_SECONDS: i64 = 300;

impl Panel for SessionsPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        let roles = session_roles(state);
        self.select.pin(&roles);
        let chosen = self.select.selected(&roles);
        match (pressed.letter, pressed.command, chosen) {
            (_, Some(PickerCommand::Back), _) => {
                return EventResult::Close(Vec::new());
            }
            (_, Some(PickerCommand::Activate), Some(role)) => {
                return EventResult::Close(activate::start(
                    state,
                    vec![role],
                    RoleTask::Exit(state.action),
                ));
            }
            (_, Some(PickerCommand::Console), Some(role))
                if is_action_allowed(state, PickAction::Console) =>
            {
                let task = RoleTask::Exit(PickAction::Console);
                return EventResult::Close(activate::start(state, vec![role], task));
            }
            (Some('r'), _, Some(role)) => {
                return EventResult::Consumed(activate::start(state, vec![role], RoleTask::Renew));
            }
            (Some('D'), _, Some(role)) => {
                destructive::ask(state, DestructiveAction::DropCredentials(role));
                return EventResult::Consumed(Vec::new());
            }
            (Some('O'), _, Some(role)) => {
                destructive::ask(state, DestructiveAction::SignOut(role.instance));
                return EventResult::Consumed(Vec::new());
            }
            _ => {}
        }
        self.select.handle_move(pressed, &roles);
        EventResult::Consumed(Vec::new())
    }

    fn content(&self, state: &State) -> PanelContent {
        let running = state.active_sessions();
        let row = |(role, at): &(RoleId, Timestamp)| {
            let left = at.seconds_since(state.now);
            let tone = if left <= EXPIRING_SECONDS { Tone::Danger } else { Tone::Accent };
            ContentRow::Choice(
                None,
                vec![
                    (Tone::Text, account_label(state, role)),
                    (Tone::Soft, role.role.to_string()),
                    (tone, format_duration(left)),
                ],
            )
        };
        let mut rows: Vec<ContentRow> = running.iter().map(row).collect();
        let roles: Vec<RoleId> = running.into_iter().map(|(role, _)| role).collect();
        let Some(chosen) = self.select.selected(&roles) else {
            let text = match state.unlock_prompt.is_some_and(UnlockPrompt::is_locked) {
                true => "The vault is locked. Enter on a role asks for the passphrase.",
                false => "No role has credentials in the vault yet. Enter on a role gets some.",
            };
            rows.push(ContentRow::text(Tone::Soft, text));
            return PanelContent::new("credentials", PanelSize::Text, rows);
        };
        PanelContent::new("credentials", PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&roles))
            .with_shortcut("r", "renew")
            .with_shortcut("D", "drop")
            .with_shortcut("O", format!("sign out of {}", chosen.instance))
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        let some = !state.active_sessions().is_empty();
        let act = some.then(|| (PickerCommand::Activate, action_label(state)));
        act.into_iter().chain([(PickerCommand::Back, "close")]).collect()
    }
}

fn session_roles(state: &State) -> Vec<RoleId> {
    state.active_sessions().into_iter().map(|(role, _)| role).collect()
}
