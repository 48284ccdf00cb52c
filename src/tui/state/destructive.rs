//! Actions that lose something, or that the same key does not undo, and the question before them.

use crate::domain::{InstanceName, RoleId};

/// An action that asks first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum DestructiveAction {
    /// End the session with an instance and remove everything that was fetched with it.
    SignOut(InstanceName),
    /// Remove the stored credentials of a role.
    DropCredentials(RoleId),
    /// Remove roles from the list.
    Hide(Vec<RoleId>),
}

/// The question before a destructive action.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct DestructivePanel {
    /// The action that `y` runs.
    pub(in crate::tui) action: DestructiveAction,
}
