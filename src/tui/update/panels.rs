//! Keys and pasted text while a panel is open. The top panel takes what concerns it; what it leaves
//! goes to the list behind it.

use crate::tui::effect::Effect;
use crate::tui::panels::overlay::Overlay;
use crate::tui::panels::{EventResult, KeyPress, PasteResult};
use crate::tui::state::State;

/// Gives the key to the top panel; `None` when the list shall have it.
pub(super) fn handle_key(state: &mut State, pressed: KeyPress) -> Option<Vec<Effect>> {
    // Off the stack, so that the panel can change everything else, and open others.
    let mut top = state.overlays.pop()?;
    let depth = state.overlays.len();
    let heard = top.as_panel_mut().handle_key(state, pressed);
    let below = depth.min(state.overlays.len());
    match heard {
        EventResult::Consumed(effects) => {
            state.overlays.insert(below, top);
            Some(effects)
        }
        EventResult::Close(effects) => Some(effects),
        EventResult::Forward => {
            state.overlays.insert(below, top);
            None
        }
        EventResult::CloseAndForward => None,
    }
}

/// Gives a pasted text to the top panel; `false` if the query gets it.
pub(super) fn handle_paste(state: &mut State, text: &str) -> bool {
    let pasted = state
        .overlays
        .last_mut()
        .map_or(PasteResult::Ignored, |top| top.as_panel_mut().handle_paste(text));
    state.note = pasted.note();
    pasted != PasteResult::Ignored
}

/// Typing means the list: panels that only show something go.
pub(super) fn close_modal(state: &mut State) {
    state.overlays.retain(|overlay| overlay.as_panel().is_modeless());
}

/// Puts the sign-in address on the clipboard.
pub(super) fn copy_sign_in_url(state: &mut State) -> Vec<Effect> {
    let login = state
        .overlays
        .iter_mut()
        .find_map(|overlay| if let Overlay::SignIn(login) = overlay { Some(login) } else { None });
    login.map(|login| login.copy_url()).unwrap_or_default()
}
