//! This machine's clock is wrong: a panel says so once, and what a wrong clock would spoil waits
//! for a word.

use super::super::effect::Effect;
use super::super::state::State;
use super::super::state::overlay::{Clock, Overlay};
use super::super::{Action, Exit, Picked};
use crate::domain::{Error, ErrorKind, RoleId};
use crate::ops::work::{SET_CLOCK_COMMAND, clock_warning};

/// Whether AWS would refuse what is signed here.
pub(in crate::tui) fn is_wrong(state: &State) -> bool {
    clock_warning(state.clock_ahead).is_some()
}

/// AWS has told the time. A clock that is right again closes the panel, and lets go what it held.
pub(super) fn told(state: &mut State, ahead: i64) -> Vec<Effect> {
    let before = is_wrong(state);
    state.clock_ahead = ahead;
    match (before, clock_warning(ahead)) {
        (false, Some(words)) => {
            state.clock_told = Some(state.now);
            state.failed(&Error::new(ErrorKind::AccessDenied, words).hint(SET_CLOCK_COMMAND));
            show(state, Clock::default());
        }
        (true, None) => {
            state.clock_told = None;
            state.clock_accepted = false;
            let held = panel(state).and_then(|clock| clock.held.clone());
            state.overlays.retain(|overlay| !matches!(overlay, Overlay::Clock(_)));
            state.say("this machine's clock is right now");
            return held.map(|(role, action)| leave(role, action)).into_iter().collect();
        }
        _ => {}
    }
    Vec::new()
}

/// Something failed that a wrong clock may be to blame for.
pub(super) fn explain(state: &mut State, role: RoleId, error: Error) {
    show(state, Clock { failed: Some((role, error)), ..Clock::default() });
}

/// A role was got that is of little use by this clock.
pub(super) fn hold(state: &mut State, role: RoleId, action: Action) {
    show(state, Clock { held: Some((role, action)), ..Clock::default() });
}

/// The person goes on with the clock as it is.
pub(in crate::tui) fn accept(state: &mut State, held: Option<(RoleId, Action)>) -> Vec<Effect> {
    state.clock_accepted = true;
    held.map(|(role, action)| leave(role, action)).into_iter().collect()
}

fn leave(role: RoleId, action: Action) -> Effect {
    Effect::Exit(Exit::Picked(Picked { roles: vec![role], action }))
}

fn panel(state: &State) -> Option<&Clock> {
    state
        .overlays
        .iter()
        .find_map(|overlay| if let Overlay::Clock(clock) = overlay { Some(clock) } else { None })
}

/// One of them is enough; below whatever a person is typing into.
fn show(state: &mut State, clock: Clock) {
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Clock(_)));
    let free = state
        .overlays
        .iter()
        .position(|overlay| !overlay.panel().steps_aside())
        .unwrap_or(state.overlays.len());
    let at = if clock == Clock::default() { free } else { state.overlays.len() };
    state.overlays.insert(at, Overlay::Clock(clock));
}
