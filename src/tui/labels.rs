//! Names of roles, accounts and keys as the screen shows them.

use super::PickAction;
use super::commands::{COMMANDS, PickerCommand};
use super::state::{RoleTask, State};
use crate::domain::{self, RoleId};

/// The key of a command as it is shown, in the current vi mode. A command whose keys were all
/// removed by the configuration is shown by its name.
pub(super) fn key_label(state: &State, command: PickerCommand) -> String {
    let label = state.key_bindings.label_of(command, state.vi.mode, state.appearance.charset());
    label
        .or_else(|| {
            COMMANDS
                .iter()
                .find(|entry| entry.command == command)
                .map(|entry| format!("`{}`", entry.id))
        })
        .unwrap_or_default()
}

/// The name of a role: `payments-prod/ReadOnlyAccess`.
pub(super) fn role_label(state: &State, role: &RoleId) -> String {
    domain::role_label(&account_label(state, role), role.role.as_str())
}

/// The name of the role's account, or its ID if it has no name.
pub(super) fn account_label(state: &State, role: &RoleId) -> String {
    state.roster.find(role).map_or(role.account.as_str(), |entry| entry.account_label()).to_owned()
}

/// What Enter does with a role, for the footer.
pub(super) fn action_label(state: &State) -> &'static str {
    state.action_label.map_or_else(|| state.action.label(), |label| label.short)
}

/// A task with a role, to be followed by the name of the role: `start a shell with`.
pub(super) fn task_label(state: &State, task: &RoleTask) -> String {
    match task {
        RoleTask::Exit(action)
            if *action == state.action
                && let Some(label) = state.action_label =>
        {
            label.with_role.to_owned()
        }
        RoleTask::Exit(PickAction::Shell) => "start a shell with".to_owned(),
        RoleTask::Exit(PickAction::Exports) => "use in this shell".to_owned(),
        RoleTask::Exit(PickAction::Console) => "open the console of".to_owned(),
        RoleTask::Exit(PickAction::Service(service)) => format!("open {service} in the console of"),
        RoleTask::Exit(PickAction::Print) => "pick".to_owned(),
        RoleTask::RunEach(line) => format!("run `{line}` in"),
        RoleTask::CopySecret(what) => format!("copy {} of", what.label()),
        RoleTask::WriteProfiles | RoleTask::Exit(PickAction::Profile) => {
            "write a profile that programs can use without asking for".to_owned()
        }
        RoleTask::Renew => "get new credentials of".to_owned(),
    }
}
