//! Refreshing the roles of an instance.

use crate::domain::InstanceName;
use crate::ops::backend::messages::Request;
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// Starts a refresh that the user requested. It needs the vault, so a locked one is asked for its
/// passphrase.
pub(in crate::tui) fn request_refresh(state: &mut State, instance: InstanceName) -> Effect {
    if state.is_vault_locked() {
        state.open_passphrase_prompt();
    }
    state.refresh.requested.add(instance.clone());
    start_refresh(state, instance)
}

/// Requests the roles of an instance and shows the progress from now on.
pub(in crate::tui) fn start_refresh(state: &mut State, instance: InstanceName) -> Effect {
    state.set_refresh_progress(instance.clone(), 0, 0, false, None);
    Effect::Request(Request::Refresh { instance })
}
