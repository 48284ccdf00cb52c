//! What the picker does with roles: tasks, and what they wait for.

use crate::domain::RoleId;
use crate::ops::backend::messages::SecretKind;
use crate::tui::PickAction;

/// A task in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct PendingTask {
    /// The role.
    pub(in crate::tui) role: RoleId,
    /// The task.
    pub(in crate::tui) task: RoleTask,
    /// The number of the last request for it.
    pub(in crate::tui) number: u64,
    /// What the task waits for.
    pub(in crate::tui) waiting_for: WaitingFor,
    /// Whether a sign-in was tried for it; each task gets one.
    pub(in crate::tui) tried_sign_in: bool,
    /// Whether a passphrase was asked for it; each task gets one.
    pub(in crate::tui) tried_unlock: bool,
}

impl PendingTask {
    /// A task that has requested nothing yet.
    pub(in crate::tui) fn new(role: RoleId, task: RoleTask) -> Self {
        Self {
            role,
            task,
            number: 0,
            waiting_for: WaitingFor::Credentials,
            tried_sign_in: false,
            tried_unlock: false,
        }
    }
}

/// A task with one or more roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum RoleTask {
    /// Leave the picker and run this action.
    Exit(PickAction),
    /// Leave the picker and run this command line in each role.
    RunEach(String),
    /// Copy a secret to the clipboard.
    CopySecret(SecretKind),
    /// Write profiles into the AWS config file.
    WriteProfiles,
    /// Get new credentials, and nothing else.
    Renew,
}

/// What a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum WaitingFor {
    /// Credentials.
    Credentials,
    /// The console: a program that opens it, or a link.
    Console,
    /// The sign-in with this number.
    SignIn(u64),
    /// The passphrase of the vault.
    Passphrase,
}
