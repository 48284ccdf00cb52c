//! Opens the panel for an error of a role.

use crate::domain::{Error, RoleId, role_label};
use crate::tui::labels;
use crate::tui::state::overlay::{ErrorPanel, Overlay};
use crate::tui::state::{RoleTask, State};

/// Shows why something failed for a role. The task is offered again unless AWS refuses the role.
pub(super) fn show(state: &mut State, role: &RoleId, error: Error, task: Option<RoleTask>) {
    let title = labels::role_label(state, role);
    let retry = task.filter(|_| !error.kind.is_refusal()).map(|task| (role.clone(), task));
    // AWS knows the role by the id of its account, the rest of the screen by the label.
    let id = role_label(role.account.as_str(), role.role.as_str());
    let error = error.replace(&id, &title);
    state.overlays.push(Overlay::Error(ErrorPanel { title, error, retry }));
}
