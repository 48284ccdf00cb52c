//! Opens panels, and passes keys and pasted text to the top panel first; the rest goes to the list.

use std::sync::Arc;

use crate::domain::enums::Preview;
use crate::tui::commands::{KeyPress, PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::labels::key_label;
use crate::tui::layout;
use crate::tui::panels::EventResult;
use crate::tui::state::State;
use crate::tui::state::overlay::{
    AccountRolesPanel, DetailsPanel, HiddenRolesPanel, InstancesPanel, LogPanel, Overlay,
    RedirectInput, ServicesPanel, SessionsPanel,
};
use crate::tui::state::paste::PasteResult;
use crate::tui::update::availability::is_available;

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
    if let Some(command) = pressed.command.filter(|command| opens_panel(*command)) {
        if top.toggle_command() == Some(command) {
            return PanelKey::Handled(Vec::new());
        }
        let opens =
            command != PickerCommand::Open(PanelKind::AccountRoles) || is_available(command, state);
        if top.gives_way() && opens {
            return PanelKey::Run(command);
        }
        // The list says why it can't.
        let is_list_asked = top.is_modeless() || top.gives_way();
        state.overlays.push(top);
        // A panel with text stays, and its field gets no other keys than text.
        if is_list_asked {
            return PanelKey::Forwarded;
        }
        note_unused_key(state, command);
        return PanelKey::Handled(Vec::new());
    }
    let (depth, before) = (state.overlays.len(), top.clone());
    let result = top.as_panel_mut().handle_key(state, pressed);
    let below = depth.min(state.overlays.len());
    match result {
        EventResult::Consumed(effects) => {
            let is_unused = effects.is_empty() && top == before && depth == state.overlays.len();
            state.overlays.insert(below, top);
            if let (true, Some(command)) = (is_unused, pressed.command) {
                note_unused_key(state, command);
            }
            PanelKey::Handled(effects)
        }
        EventResult::Close(effects) => PanelKey::Handled(effects),
        EventResult::CloseAndRun(command) => PanelKey::Run(command),
        EventResult::Forward => {
            state.overlays.insert(below, top);
            PanelKey::Forwarded
        }
        EventResult::CloseAndForward => {
            // A key that can do nothing says why, and closes nothing.
            if pressed.command.is_some_and(|command| !is_available(command, state)) {
                state.overlays.insert(below, top);
            }
            PanelKey::Forwarded
        }
    }
}

/// Reports that a key of the list has no effect in the open panel: without an answer it would seem
/// to be broken.
fn note_unused_key(state: &mut State, command: PickerCommand) {
    let is_of_panel = matches!(
        command,
        PickerCommand::Activate
            | PickerCommand::Back
            | PickerCommand::Move(_)
            | PickerCommand::Edit(_)
            | PickerCommand::Insert
            | PickerCommand::Append
    );
    if !is_of_panel && state.note.is_none() {
        let (key, back) = (key_label(state, command), key_label(state, PickerCommand::Back));
        state.show_note(Some(format!("{key} does nothing in this panel; {back} closes it")));
    }
}

/// Passes pasted text to the top panel. Returns whether the panel took it; otherwise it goes to
/// the query.
pub(super) fn handle_paste(state: &mut State, text: &str) -> bool {
    let pasted = state
        .overlays
        .last_mut()
        .map_or(PasteResult::Ignored, |top| top.as_panel_mut().handle_paste(text));
    state.show_note(pasted.note());
    pasted != PasteResult::Ignored
}

/// Whether the command opens a panel, or closes it if it is open.
pub(super) fn opens_panel(command: PickerCommand) -> bool {
    matches!(command, PickerCommand::Open(_) | PickerCommand::Details | PickerCommand::Help)
}

/// Opens a panel that has a command of its own, even if it has nothing to show: a key that seems to
/// do nothing would invite Esc, which leaves the picker.
pub(super) fn open(state: &mut State, kind: PanelKind) {
    let overlay = match kind {
        PanelKind::Instances => Overlay::Instances(InstancesPanel::default()),
        PanelKind::Sessions => Overlay::Sessions(SessionsPanel::new(state)),
        PanelKind::Services => {
            Overlay::Services(ServicesPanel::new(state.list.selected().cloned()))
        }
        PanelKind::Log => Overlay::Log(LogPanel::default()),
        PanelKind::HiddenRoles => Overlay::HiddenRoles(HiddenRolesPanel::default()),
        PanelKind::AccountRoles => match state.list.selected().cloned() {
            Some(role) => Overlay::AccountRoles(AccountRolesPanel::new(role)),
            // The command is not available then.
            None => return,
        },
    };
    push(state, overlay);
}

/// Shows or hides the preview. If there is no room beside the list, its content is shown in a panel.
pub(super) fn toggle_preview(state: &mut State) {
    if layout::current(state).preview.is_some() {
        let options = Arc::make_mut(&mut state.list_options);
        state.hidden_preview = Some(std::mem::replace(&mut options.preview, Preview::Off));
        return;
    }
    if let Some(preview) = state.hidden_preview.take() {
        Arc::make_mut(&mut state.list_options).preview = preview;
        if layout::current(state).preview.is_some() {
            return;
        }
    }
    push(state, Overlay::Details(DetailsPanel));
}

/// Opens a panel once: another one of the same kind would have to be closed, too.
fn push(state: &mut State, overlay: Overlay) {
    state.overlays.retain(|other| other.toggle_command() != overlay.toggle_command());
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

/// Opens the field for the redirect address of the sign-in, if there is one that ends with it.
pub(super) fn open_redirect_field(state: &mut State) {
    let panel = state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::SignIn(panel) if panel.accepts_redirect() => Some(panel),
        _ => None,
    });
    if let Some(panel) = panel {
        panel.redirect = Some(RedirectInput::default());
    }
}
