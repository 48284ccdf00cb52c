//! Destructive actions: asks first, then says what was done and how to undo it.

use super::favorites::{self, FlagChange};
use crate::domain::{Error, InstanceName, RoleId};
use crate::ops::backend::messages::{Request, RoleFlag};
use crate::tui::commands::{PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::labels::{key_label, role_label};
use crate::tui::state::State;
use crate::tui::state::destructive::{DestructiveAction, DestructivePanel};
use crate::tui::state::overlay::{ErrorPanel, Overlay};

/// Opens the question before an action.
pub(in crate::tui) fn ask(state: &mut State, action: DestructiveAction) {
    state.overlays.push(Overlay::Destructive(DestructivePanel { action }));
}

/// Runs an action that the user has confirmed.
pub(in crate::tui) fn run(state: &mut State, action: DestructiveAction) -> Vec<Effect> {
    match action {
        DestructiveAction::SignOut(instance) => {
            vec![Effect::Request(Request::SignOut { instance })]
        }
        DestructiveAction::DropCredentials(role) => {
            vec![Effect::Request(Request::ForgetCredentials { role })]
        }
        DestructiveAction::Hide(roles) => {
            favorites::change_flag(state, roles, RoleFlag::Hidden, FlagChange::Set)
        }
    }
}

/// Reports a sign-out, possibly with a warning.
pub(super) fn on_signed_out(
    state: &mut State,
    instance: &InstanceName,
    outcome: Result<Vec<Error>, Error>,
) {
    let (title, errors) = match outcome {
        Ok(warnings) if warnings.is_empty() => {
            let panel = key_label(state, PickerCommand::Open(PanelKind::Instances));
            return state.notify(format!(
                "signed out of {instance}; {panel} or `rolecall login --sso {instance}` signs in"
            ));
        }
        Ok(warnings) => (format!("signed out of {instance}"), warnings),
        Err(error) => (format!("sign out of {instance}"), vec![error]),
    };
    errors.iter().for_each(|error| state.log_error(error));
    if let Some(error) = errors.into_iter().next() {
        state.overlays.push(Overlay::Error(ErrorPanel { title, error, retry: None }));
    }
}

/// Reports that the stored credentials of a role were removed.
pub(super) fn on_credentials_dropped(state: &mut State, role: &RoleId) {
    let name = role_label(state, role);
    let key = key_label(state, PickerCommand::Activate);
    state.notify(format!("{name}: credentials dropped; {key} on the role gets new ones"));
}
