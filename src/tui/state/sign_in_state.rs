//! Who is signed in, as far as the vault has answered.

use super::State;
use crate::domain::InstanceName;

/// Whether the user is signed in to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum SignInState {
    /// The vault has not answered yet, or it is locked.
    Unknown,
    /// There is a token that is valid or can be refreshed.
    SignedIn,
    /// There is none.
    SignedOut,
}

impl State {
    /// Whether the user is signed in to an instance.
    pub(in crate::tui) fn sign_in_state(&self, instance: &InstanceName) -> SignInState {
        if self.unknown_sessions.contains(instance) {
            SignInState::Unknown
        } else if self.session(instance).is_some_and(|session| session.signed_in) {
            SignInState::SignedIn
        } else {
            SignInState::SignedOut
        }
    }

    /// Whether the user is known to be signed in to an instance.
    pub(in crate::tui) fn is_signed_in(&self, instance: &InstanceName) -> bool {
        self.sign_in_state(instance) == SignInState::SignedIn
    }

    /// Records the outcome of a request that needs a token.
    pub(in crate::tui) fn set_signed_in(&mut self, instance: &InstanceName, state: SignInState) {
        self.unknown_sessions.remove(instance);
        let mut sessions = self.sessions.instances.iter_mut();
        if let Some(session) = sessions.find(|session| session.instance == *instance) {
            session.signed_in = state == SignInState::SignedIn;
        }
    }
}
