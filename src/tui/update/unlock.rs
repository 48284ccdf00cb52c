//! Continues after the vault was unlocked, or not.

use super::activate;
use super::refresh::start_refresh;
use crate::domain::{Error, ErrorKind};
use crate::tui::effect::Effect;
use crate::tui::state::overlay::{BlockedSignIn, ErrorPanel, Overlay};
use crate::tui::state::{RefreshStatus, State, WaitingFor};

/// Continues everything that waited for the vault, once each.
pub(super) fn on_unlocked(state: &mut State) -> Vec<Effect> {
    state.unlock_prompt = None;
    let sign_in = state.passphrase_panel().and_then(|panel| panel.sign_in.take());
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Passphrase(_)));
    let is_vault_error = |error: &Error| error.kind == ErrorKind::Vault;
    let mut effects = activate::resume(state, WaitingFor::Passphrase);
    if let Some(BlockedSignIn { instance, number }) = sign_in {
        effects.extend(activate::retry_sign_in(state, instance, number));
    }
    let failed = state.refresh.by_instance.iter().filter(
        |(_, refresh)| matches!(refresh, RefreshStatus::Failed { error, .. } if is_vault_error(error)),
    );
    let failed: Vec<_> = failed.map(|(instance, _)| instance.clone()).collect();
    effects.extend(failed.into_iter().map(|instance| start_refresh(state, instance)));
    effects
}

/// Shows why the vault was not unlocked: in the prompt, or as an error if no passphrase would help.
pub(super) fn on_unlock_failed(state: &mut State, error: Error) {
    if error.kind == ErrorKind::Vault {
        state.open_passphrase_prompt();
        if let Some(prompt) = state.passphrase_panel() {
            prompt.on_refused(error);
        }
        return;
    }
    state.log_error(&error);
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Passphrase(_)));
    state.overlays.push(Overlay::Error(ErrorPanel {
        title: "vault".to_owned(),
        error,
        retry: None,
    }));
}
