//! The vault is closed: the field for its passphrase, and what goes on once it is open.

use super::super::effect::Effect;
use super::super::state::overlay::{Message, Overlay, Passphrase};
use super::super::state::{Refresh, State, Waits};
use super::{choose, refresh};
use crate::domain::{Error, ErrorKind};
use crate::ops::work::{SignInStep, UnlockPrompt};

/// Opens the passphrase field, unless it is open.
pub(super) fn ask(state: &mut State) {
    if !state.overlays.iter().any(|overlay| matches!(overlay, Overlay::Passphrase(_))) {
        let asks = state.locked.unwrap_or(UnlockPrompt::Passphrase);
        state.overlays.push(Overlay::Passphrase(Passphrase::new(asks)));
    }
}

/// The vault is open: what was held up goes on, each thing once.
pub(super) fn opened(state: &mut State) -> Vec<Effect> {
    state.locked = None;
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Passphrase(_)));
    let closed = |error: &Error| error.kind == ErrorKind::Vault;
    let mut effects = choose::resume(state, Waits::Passphrase);
    if let Some(login) = state
        .login()
        .filter(|login| matches!(&login.step, SignInStep::Failed(error) if closed(error)))
        .cloned()
    {
        effects.extend(choose::sign_in_again(state, &login));
    }
    let unread = state
        .refreshes
        .iter()
        .filter(|(_, refresh)| matches!(refresh, Refresh::Failed { error, .. } if closed(error)));
    let unread: Vec<_> = unread.map(|(instance, _)| instance.clone()).collect();
    effects.extend(unread.into_iter().map(|instance| refresh(state, instance)));
    effects
}

/// It did not open: the field says why and takes another. What no passphrase mends is said with its
/// hints.
pub(super) fn refused(state: &mut State, error: Error) {
    if error.kind == ErrorKind::Vault {
        ask(state);
        if let Some(Overlay::Passphrase(field)) =
            state.overlays.iter_mut().find(|overlay| matches!(overlay, Overlay::Passphrase(_)))
        {
            field.refused(error);
        }
        return;
    }
    state.failed(&error);
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Passphrase(_)));
    state.overlays.push(Overlay::Message(Message { title: "vault".to_owned(), error }));
}
