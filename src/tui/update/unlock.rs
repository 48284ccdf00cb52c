//! The vault is closed: the field for its passphrase, and what goes on once it is open.

use super::{activate, start_refresh};
use crate::domain::{Error, ErrorKind};
use crate::ops::backend::messages::{SignInStep, UnlockPrompt};
use crate::tui::effect::Effect;
use crate::tui::panels::overlay::{ErrorPanel, Overlay, PassphrasePanel};
use crate::tui::state::{RefreshStatus, State, WaitingFor};

/// Opens the passphrase field, unless it is open.
pub(super) fn open_prompt(state: &mut State) {
    if !state.overlays.iter().any(|overlay| matches!(overlay, Overlay::Passphrase(_))) {
        let asks = state.unlock_prompt.unwrap_or(UnlockPrompt::Passphrase);
        state.overlays.push(Overlay::Passphrase(PassphrasePanel::new(asks)));
    }
}

/// The vault is open: what was held up goes on, each thing once.
pub(super) fn on_unlocked(state: &mut State) -> Vec<Effect> {
    state.unlock_prompt = None;
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Passphrase(_)));
    let closed = |error: &Error| error.kind == ErrorKind::Vault;
    let mut effects = activate::resume(state, WaitingFor::Passphrase);
    if let Some(login) = state
        .sign_in_panel()
        .filter(|login| matches!(&login.step, SignInStep::Failed(error) if closed(error)))
        .cloned()
    {
        effects.extend(activate::retry_sign_in(state, &login));
    }
    let unread = state.refreshes.iter().filter(
        |(_, refresh)| matches!(refresh, RefreshStatus::Failed { error, .. } if closed(error)),
    );
    let unread: Vec<_> = unread.map(|(instance, _)| instance.clone()).collect();
    effects.extend(unread.into_iter().map(|instance| start_refresh(state, instance)));
    effects
}

/// It did not open: the field says why and takes another. What no passphrase mends is said with its
/// hints.
pub(super) fn on_unlock_failed(state: &mut State, error: Error) {
    if error.kind == ErrorKind::Vault {
        open_prompt(state);
        if let Some(Overlay::Passphrase(field)) =
            state.overlays.iter_mut().find(|overlay| matches!(overlay, Overlay::Passphrase(_)))
        {
            field.on_refused(error);
        }
        return;
    }
    state.log_error(&error);
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Passphrase(_)));
    state.overlays.push(Overlay::Error(ErrorPanel { title: "vault".to_owned(), error }));
}
