//! The question before a destructive action: what is lost, and how to get it back.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::{format_duration, plural};
use crate::tui::commands::{KeyPress, PanelKind, PickerCommand};
use crate::tui::labels::{key_label, role_label};
use crate::tui::state::State;
use crate::tui::state::destructive::{DestructiveAction, DestructivePanel};
use crate::tui::update::destructive;

/// The maximum number of roles that are listed by name.
const MAX_NAMED_ROLES: usize = 6;

impl Panel for DestructivePanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match pressed.letter {
            Some('y' | 'Y') => EventResult::Close(destructive::run(state, self.action.clone())),
            _ => EventResult::Close(Vec::new()),
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let (title, rows) = match &self.action {
            DestructiveAction::SignOut(instance) => {
                let roles = state.active_sessions();
                let count = roles.iter().filter(|(role, _)| role.instance == *instance).count();
                let dropped = match count {
                    0 => String::new(),
                    count => format!(
                        " and drops the stored credentials of {count} {}",
                        plural(count, "role")
                    ),
                };
                let rows = vec![
                    ContentRow::text(Tone::Text, format!("This ends your sign-in{dropped}.")),
                    ContentRow::text(
                        Tone::Soft,
                        "Programs that get credentials from rolecall stop working until you sign in \
                         again.",
                    ),
                ];
                (format!("sign out of {instance}"), rows)
            }
            DestructiveAction::DropCredentials(role) => {
                let left = state.expires_at(role).map(|at| {
                    format!(" They have {} left.", format_duration(at.seconds_since(state.now)))
                });
                let rows = vec![
                    ContentRow::text(Tone::Text, role_label(state, role)),
                    ContentRow::text(
                        Tone::Soft,
                        format!(
                            "This removes the stored credentials.{} A program that asks for the \
                             role gets new ones.",
                            left.unwrap_or_default()
                        ),
                    ),
                ];
                ("drop credentials".to_owned(), rows)
            }
            DestructiveAction::Hide(roles) => {
                let named = roles.iter().take(MAX_NAMED_ROLES);
                let mut rows: Vec<ContentRow> = named
                    .map(|role| ContentRow::text(Tone::Text, role_label(state, role)))
                    .collect();
                if roles.len() > MAX_NAMED_ROLES {
                    let more = roles.len() - MAX_NAMED_ROLES;
                    rows.push(ContentRow::text(Tone::Soft, format!("and {more} more")));
                }
                let key = key_label(state, PickerCommand::Open(PanelKind::HiddenRoles));
                rows.push(ContentRow::text(
                    Tone::Soft,
                    format!("{key} lists hidden roles and shows them again."),
                ));
                (format!("hide {} {}", roles.len(), plural(roles.len(), "role")), rows)
            }
        };
        PanelContent::new(title, PanelSize::Text, rows)
            .with_shortcut("y", "yes; any other key cancels")
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Back, "no")]
    }
}
