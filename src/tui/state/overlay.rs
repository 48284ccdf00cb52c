//! Panels above the list: each an enum value with its data.

use crate::domain::{Error, InstanceName, RoleId, Secret};
use crate::ops::work::SignInStep;

use super::super::Action;

/// One panel. They stand on a stack; the top one hears keys first.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Overlay {
    /// All commands with their keys.
    Help {
        /// The first line shown.
        top: usize,
    },
    /// What the preview would show, where there is no room for it.
    Details,
    /// What else can be done with the selected role.
    Menu(Menu),
    /// A sign-in under way.
    Login(Login),
    /// The vault asks for its passphrase.
    Passphrase(Passphrase),
    /// Something went wrong.
    Message(Message),
    /// A protected role was chosen.
    Confirm(Confirm),
}

/// The action menu of one role.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Menu {
    /// The role.
    pub(in crate::tui) role: RoleId,
    /// The line under the bar.
    pub(in crate::tui) at: usize,
}

/// A sign-in under way.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Login {
    /// Where to.
    pub(in crate::tui) instance: InstanceName,
    /// The request's number.
    pub(in crate::tui) number: u64,
    /// Where it stands.
    pub(in crate::tui) step: SignInStep,
    /// Whether the address was copied.
    pub(in crate::tui) copied: bool,
}

/// The vault's passphrase as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Passphrase {
    /// What is typed so far.
    pub(in crate::tui) typed: Secret<String>,
    /// Why it is asked for, or why the last one was not good.
    pub(in crate::tui) error: Option<Error>,
    /// Sent, and not answered yet.
    pub(in crate::tui) waiting: bool,
}

/// An error with its hints.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Message {
    /// What was tried, in a few words.
    pub(in crate::tui) title: String,
    /// What failed, on what, what to do.
    pub(in crate::tui) error: Error,
}

/// A question before a protected role is used.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Confirm {
    /// The chosen roles.
    pub(in crate::tui) roles: Vec<RoleId>,
    /// What would be done.
    pub(in crate::tui) action: Action,
}
