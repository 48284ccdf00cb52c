//! Roles that have credentials in the vault, the one that expires first on top, counting down.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::select::SelectList;
use super::{EventResult, KeyPress, Panel, account_label};
use crate::domain::{RoleId, Timestamp, format_duration_spaced, format_long_countdown};
use crate::ops::backend::messages::Request;
use crate::tui::commands::PickerCommand;
use crate::tui::effect::Effect;
use crate::tui::state::{RoleTask, State};
use crate::tui::update::activate;

/// From so few seconds on a session is about to end.
const EXPIRING_SECONDS: i64 = 300;

/// Which of them is under the bar.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct SessionsPanel {
    select: SelectList<RoleId>,
}

impl SessionsPanel {
    /// With the bar on the first of them, wherever that goes when it is renewed.
    pub(in crate::tui) fn new(state: &State) -> Self {
        let mut chooser = SelectList::default();
        chooser.pin(&Self::roles(state));
        Self { select: chooser }
    }

    fn roles(state: &State) -> Vec<RoleId> {
        Self::active_sessions(state).into_iter().map(|(role, _)| role).collect()
    }

    fn active_sessions(state: &State) -> Vec<(RoleId, Timestamp)> {
        let mut roles: Vec<_> = state
            .sessions
            .roles
            .iter()
            .filter(|(_, at)| at.since(state.now) > 0)
            .cloned()
            .collect();
        roles.sort_by(|left, right| (left.1, &left.0).cmp(&(right.1, &right.0)));
        roles
    }
}

impl Panel for SessionsPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        let roles = Self::roles(state);
        self.select.pin(&roles);
        let chosen = self.select.selected(&roles);
        match (pressed.letter, pressed.command, chosen) {
            (_, Some(PickerCommand::Back | PickerCommand::Open(_)), _) => {
                return EventResult::Close(Vec::new());
            }
            (_, Some(PickerCommand::Activate), Some(role)) => {
                return EventResult::Close(activate::start(
                    state,
                    vec![role],
                    RoleTask::Exit(state.action),
                ));
            }
            (Some('r'), _, Some(role)) => {
                return EventResult::Consumed(activate::start(state, vec![role], RoleTask::Renew));
            }
            (Some('d'), _, Some(role)) => {
                return EventResult::Consumed(vec![Effect::Request(Request::ForgetCredentials {
                    role,
                })]);
            }
            (Some('o'), _, Some(role)) => {
                return EventResult::Consumed(vec![Effect::Request(Request::SignOut {
                    instance: role.instance,
                })]);
            }
            _ => {}
        }
        self.select.handle_move(pressed, &roles);
        EventResult::Consumed(Vec::new())
    }

    fn content(&self, state: &State) -> PanelContent {
        let running = Self::active_sessions(state);
        let row = |(role, at): &(RoleId, Timestamp)| {
            let left = at.since(state.now);
            let said = if state.appearance.motion {
                format_long_countdown(left)
            } else {
                format_duration_spaced(left)
            };
            let tone = if left <= EXPIRING_SECONDS { Tone::Danger } else { Tone::Accent };
            ContentRow::Choice(
                None,
                vec![
                    (Tone::Text, account_label(state, role)),
                    (Tone::Soft, role.role.to_string()),
                    (tone, said),
                ],
            )
        };
        let mut rows: Vec<ContentRow> = running.iter().map(row).collect();
        let roles: Vec<RoleId> = running.into_iter().map(|(role, _)| role).collect();
        let Some(chosen) = self.select.selected(&roles) else {
            rows.push(ContentRow::text(
                Tone::Soft,
                "No role has credentials in the vault yet. Enter on a role gets some.",
            ));
            return PanelContent::new("sessions", PanelSize::Text, rows);
        };
        PanelContent::new("sessions", PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&roles))
            .with_shortcut("r", "renew")
            .with_shortcut("d", "drop")
            .with_shortcut("o", format!("sign out of {}", chosen.instance))
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        let some = !Self::active_sessions(state).is_empty();
        let act = some.then(|| (PickerCommand::Activate, state.action.label()));
        act.into_iter().chain([(PickerCommand::Back, "close")]).collect()
    }

    fn has_countdown(&self) -> bool {
        true
    }
}
