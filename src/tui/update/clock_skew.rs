//! A wrong clock of this machine: a panel warns once, and an exit that would fail waits for the
//! user.

use crate::domain::{Error, ErrorKind, RoleId, clock_warning};
use crate::os::platform::SET_CLOCK_COMMAND;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::state::overlay::{ClockSkewPanel, Overlay};
use crate::tui::{Exit, PickAction, Picked};

/// Whether the clock is so wrong that AWS refuses signatures.
pub(in crate::tui) fn is_skewed(state: &State) -> bool {
    clock_warning(state.clock.skew_seconds).is_some()
}

/// Handles a new clock skew in seconds. When the clock is right again, the panel closes and a
/// waiting exit continues.
pub(super) fn on_clock_skew(state: &mut State, skew_seconds: i64) -> Vec<Effect> {
    let before = is_skewed(state);
    state.clock.skew_seconds = skew_seconds;
    match (before, clock_warning(skew_seconds)) {
        (false, Some(words)) => {
            state.clock.skewed_since = Some(state.now);
            state.log_error(&Error::new(ErrorKind::AccessDenied, words).hint(SET_CLOCK_COMMAND));
            show(state, ClockSkewPanel::default());
        }
        (true, None) => {
            state.clock.skewed_since = None;
            state.clock.accepted = false;
            let pending_exit = find_panel(state).and_then(|clock| clock.pending_exit.clone());
            state.overlays.retain(|overlay| !matches!(overlay, Overlay::ClockSkew(_)));
            state.notify("this machine's clock is right now");
            return pending_exit
                .map(|(role, action)| exit_with(role, action))
                .into_iter()
                .collect();
        }
        _ => {}
    }
    Vec::new()
}

/// Shows an error that the wrong clock may have caused.
pub(super) fn show_failure(state: &mut State, role: RoleId, error: Error) {
    show(state, ClockSkewPanel { failed: Some((role, error)), ..ClockSkewPanel::default() });
}

/// Holds an exit whose role is of little use with this clock.
pub(super) fn hold_exit(state: &mut State, role: RoleId, action: PickAction) {
    show(state, ClockSkewPanel { pending_exit: Some((role, action)), ..ClockSkewPanel::default() });
}

/// Continues with the wrong clock, as the user decided.
pub(in crate::tui) fn accept(
    state: &mut State,
    pending_exit: Option<(RoleId, PickAction)>,
) -> Vec<Effect> {
    state.clock.accepted = true;
    pending_exit.map(|(role, action)| exit_with(role, action)).into_iter().collect()
}

fn exit_with(role: RoleId, action: PickAction) -> Effect {
    Effect::Exit(Exit::Picked(Picked { roles: vec![role], action }))
}

fn find_panel(state: &State) -> Option<&ClockSkewPanel> {
    state.overlays.iter().find_map(|overlay| {
        if let Overlay::ClockSkew(clock) = overlay { Some(clock) } else { None }
    })
}

/// Opens the panel in place of an older one, below panels that take all keys.
fn show(state: &mut State, clock: ClockSkewPanel) {
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::ClockSkew(_)));
    let free = state
        .overlays
        .iter()
        .position(|overlay| !overlay.is_modeless())
        .unwrap_or(state.overlays.len());
    let at = if clock == ClockSkewPanel::default() { free } else { state.overlays.len() };
    state.overlays.insert(at, Overlay::ClockSkew(clock));
}
