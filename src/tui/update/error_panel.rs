//! Opens the panel for an error of a role.

use crate::domain::{Error, RoleId, role_label};
use crate::tui::labels;
use crate::tui::state::overlay::{ErrorPanel, Overlay};
use crate::tui::state::{RoleTask, State};

/// Shows why something failed for a role. The task is offered again unless AWS refuses the role.
pub(super) fn show(state: &mut State, role: &RoleId, error: Error, task: Option<RoleTask>) {
    let title = labels::role_label(state, role);
    let retry = task.filter(|_| !error.kind.is_refusal()).map(|task| (role.clone(), task));
    let error = with_label(error, &role_label(role.account.as_str(), role.role.as_str()), &title);
    state.overlays.push(Overlay::Error(ErrorPanel { title, error, retry }));
}

/// Replaces `id/role`, as AWS knows a role, with the label that the rest of the screen shows.
fn with_label(mut error: Error, id: &str, label: &str) -> Error {
    error.message = error.message.replace(id, label);
    error.hints.iter_mut().for_each(|hint| *hint = hint.replace(id, label));
    error
}
