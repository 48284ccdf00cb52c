//! Keys and pasted text while a panel is open. The top panel takes what concerns it; what it leaves
//! goes to the list behind it.

use super::super::effect::Effect;
use super::super::panels::{Heard, Pasted, Pressed};
use super::super::state::State;
use super::super::state::overlay::Overlay;

/// Gives the key to the top panel; `None` when the list shall have it.
pub(super) fn press(state: &mut State, pressed: Pressed) -> Option<Vec<Effect>> {
    // Off the stack, so that the panel can change everything else, and open others.
    let mut top = state.overlays.pop()?;
    let depth = state.overlays.len();
    let heard = top.panel_mut().press(state, pressed);
    let below = depth.min(state.overlays.len());
    match heard {
        Heard::Stay(effects) => {
            state.overlays.insert(below, top);
            Some(effects)
        }
        Heard::Close(effects) => Some(effects),
        Heard::Pass => {
            state.overlays.insert(below, top);
            None
        }
        Heard::Yield => None,
    }
}

/// Gives a pasted text to the top panel; `false` if the query gets it.
pub(super) fn paste(state: &mut State, text: &str) -> bool {
    let pasted =
        state.overlays.last_mut().map_or(Pasted::NotWanted, |top| top.panel_mut().paste(text));
    state.note = pasted.note();
    pasted != Pasted::NotWanted
}

/// Typing means the list: panels that only show something go.
pub(super) fn close_for_typing(state: &mut State) {
    state.overlays.retain(|overlay| overlay.panel().steps_aside());
}

/// Puts the sign-in address on the clipboard.
pub(super) fn copy_address(state: &mut State) -> Vec<Effect> {
    let login = state
        .overlays
        .iter_mut()
        .find_map(|overlay| if let Overlay::Login(login) = overlay { Some(login) } else { None });
    login.map(|login| login.copy()).unwrap_or_default()
}
