//! Continues after the vault was unlocked, or not.

use super::activate;
use super::refresh::start_refresh;
use crate::domain::{Error, ErrorKind};
use crate::ops::backend::messages::SignInStep;
use crate::tui::effect::Effect;
use crate::tui::state::overlay::{ErrorPanel, Overlay};
use crate::tui::state::{RefreshStatus, State, WaitingFor};

/// Continues everything that waited for the vault, once each.
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

/// Shows why the vault was not unlocked: in the prompt, or as an error if no passphrase would help.
pub(super) fn on_unlock_failed(state: &mut State, error: Error) {
    if error.kind == ErrorKind::Vault {
        state.open_passphrase_prompt();
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
