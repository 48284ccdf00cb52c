//! Names of roles, accounts and keys as the screen shows them.

use super::commands::{COMMANDS, PickerCommand};
use super::state::State;
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
