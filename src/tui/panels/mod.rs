//! Panels above the list: which keys each of them handles and what it shows, one file per panel.
//! Their data is in `state::overlay`, and `commands` lists the commands that open them.

pub(in crate::tui) mod account_roles;
mod clock_skew;
mod confirm;
mod console_link;
pub(in crate::tui) mod content;
mod destructive;
mod details;
mod each;
mod error;
mod help;
mod hidden_roles;
mod instances;
mod log;
mod menu;
mod passphrase;
mod qr;
pub(in crate::tui) mod role_details;
mod services;
mod sessions;
mod sign_in;

use super::commands::{KeyPress, PickerCommand};
use super::effect::Effect;
use super::state::State;
use super::state::overlay::Overlay;
use super::state::paste::PasteResult;
use content::PanelContent;

/// What a panel did with a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum EventResult {
    /// The panel handled the key and stays open.
    Consumed(Vec<Effect>),
    /// The panel handled the key and closes.
    Close(Vec<Effect>),
    /// The panel closes, and the picker runs this command.
    CloseAndRun(PickerCommand),
    /// The key goes to the list; the panel stays open.
    Forward,
    /// The key goes to the list; the panel closes.
    CloseAndForward,
}

/// The behaviour of a panel.
pub(super) trait Panel {
    /// Handles a key. Meanwhile the panel is not on the stack, so a panel that it opens is above
    /// it, or replaces it if it closes.
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult;

    /// Takes pasted text, if the panel has a field for it.
    fn handle_paste(&mut self, _text: &str) -> PasteResult {
        PasteResult::Ignored
    }

    /// What the panel shows.
    fn content(&self, state: &State) -> PanelContent;

    /// Commands for the footer with their labels, the most useful first.
    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)>;
}

impl Overlay {
    /// The behaviour of the panel.
    pub(super) fn as_panel(&self) -> &dyn Panel {
        match self {
            Overlay::Help(panel) => panel,
            Overlay::Details(panel) => panel,
            Overlay::Menu(panel) => panel,
            Overlay::SignIn(panel) => panel,
            Overlay::Passphrase(panel) => panel,
            Overlay::Error(panel) => panel,
            Overlay::ClockSkew(panel) => panel,
            Overlay::Confirm(panel) => panel,
            Overlay::Destructive(panel) => panel,
            Overlay::ConsoleLink(panel) => panel,
            Overlay::Sessions(panel) => panel,
            Overlay::Instances(panel) => panel,
            Overlay::Services(panel) => panel,
            Overlay::Each(panel) => panel,
            Overlay::Log(panel) => panel,
            Overlay::HiddenRoles(panel) => panel,
            Overlay::AccountRoles(panel) => panel,
        }
    }

    /// The behaviour of the panel, to handle a key or a paste.
    pub(super) fn as_panel_mut(&mut self) -> &mut dyn Panel {
        match self {
            Overlay::Help(panel) => panel,
            Overlay::Details(panel) => panel,
            Overlay::Menu(panel) => panel,
            Overlay::SignIn(panel) => panel,
            Overlay::Passphrase(panel) => panel,
            Overlay::Error(panel) => panel,
            Overlay::ClockSkew(panel) => panel,
            Overlay::Confirm(panel) => panel,
            Overlay::Destructive(panel) => panel,
            Overlay::ConsoleLink(panel) => panel,
            Overlay::Sessions(panel) => panel,
            Overlay::Instances(panel) => panel,
            Overlay::Services(panel) => panel,
            Overlay::Each(panel) => panel,
            Overlay::Log(panel) => panel,
            Overlay::HiddenRoles(panel) => panel,
            Overlay::AccountRoles(panel) => panel,
        }
    }
}
