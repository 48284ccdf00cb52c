//! Rows of profiles outside of IAM Identity Center: what can be done with them.

use crate::domain::RoleId;
use crate::tui::PickAction;
use crate::tui::state::RoleTask;

/// Returns why a task can't be done with these rows, if one of them is a profile.
pub(super) fn refusal(roles: &[RoleId], task: &RoleTask) -> Option<String> {
    let name = roles.iter().find_map(RoleId::profile)?;
    let is_possible = matches!(
        task,
        RoleTask::Exit(
            PickAction::Shell
                | PickAction::Exports
                | PickAction::Console
                | PickAction::Service(_)
                | PickAction::Print
        )
    );
    (!is_possible).then(|| format!("{name} is a profile: it has a shell and the console only"))
}

/// Whether the only row is a profile.
pub(super) fn is_profile(roles: &[RoleId]) -> bool {
    matches!(roles, [role] if role.profile().is_some())
}
