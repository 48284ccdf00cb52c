//! Opens panels, and passes keys and pasted text to the top panel first; the rest goes to the list.

use crate::tui::commands::{KeyPress, PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::panels::EventResult;
use crate::tui::state::State;
use crate::tui::state::overlay::{
    AccountRolesPanel, HiddenRolesPanel, InstancesPanel, LogPanel, Overlay, ServicesPanel,
    SessionsPanel,
};
use crate::tui::state::paste::PasteResult;

/// What became of a key that the top panel received first.
pub(super) enum PanelKey {
    /// The panel handled it.
    Handled(Vec<Effect>),
    /// The panel wants this command to run.
    Run(PickerCommand),
    /// It goes to the list.
    Forwarded,
}

/// Passes a key to the top panel, if there is one.
pub(super) fn handle_key(state: &mut State, pressed: KeyPress) -> PanelKey {
    // The panel is not on the stack meanwhile, so it can change all of the state.
    let Some(mut top) = state.overlays.pop() else { return PanelKey::Forwarded };
    let depth = state.overlays.len();
    let result = top.as_panel_mut().handle_key(state, pressed);
    let below = depth.min(state.overlays.len());
    match result {
        EventResult::Consumed(effects) => {
            state.overlays.insert(below, top);
            PanelKey::Handled(effects)
        }
        EventResult::Close(effects) => PanelKey::Handled(effects),
        EventResult::CloseAndRun(command) => PanelKey::Run(command),
        EventResult::Forward => {
            state.overlays.insert(below, top);
            PanelKey::Forwarded
        }
        EventResult::CloseAndForward => PanelKey::Forwarded,
    }
}

/// Passes pasted text to the top panel. Returns whether the panel took it; otherwise it goes to
/// the query.
pub(super) fn handle_paste(state: &mut State, text: &str) -> bool {
    let pasted = state
        .overlays
        .last_mut()
        .map_or(PasteResult::Ignored, |top| top.as_panel_mut().handle_paste(text));
    state.note = pasted.note();
    pasted != PasteResult::Ignored
}

/// Opens a panel that has a command of its own.
pub(super) fn open(state: &mut State, kind: PanelKind) {
    let overlay = match kind {
        PanelKind::Instances => Overlay::Instances(InstancesPanel::default()),
        PanelKind::Sessions => Overlay::Sessions(SessionsPanel::new(state)),
        PanelKind::Services => match state.list.selected().cloned() {
            Some(role) => Overlay::Services(ServicesPanel::new(role)),
            None => return,
        },
        PanelKind::Log => Overlay::Log(LogPanel::default()),
        PanelKind::HiddenRoles => Overlay::HiddenRoles(HiddenRolesPanel::default()),
        PanelKind::AccountRoles => match state.list.selected().cloned() {
            Some(role) => Overlay::AccountRoles(AccountRolesPanel::new(role)),
            None => return,
        },
    };
    state.overlays.push(overlay);
}

/// Closes panels that take all keys: the user is typing into the list.
pub(super) fn close_modal(state: &mut State) {
    state.overlays.retain(Overlay::is_modeless);
}

/// Copies the sign-in address to the clipboard.
pub(super) fn copy_sign_in_url(state: &mut State) -> Vec<Effect> {
    let panel = state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::SignIn(panel) => Some(panel),
        _ => None,
    });
    panel.map(|panel| panel.copy_url()).unwrap_or_default()
}
