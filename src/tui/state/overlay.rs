//! Panels above the list: each an enum value with its data. A new one takes its file in `panels`,
//! its line here, and its line in the catalog.

use super::super::panels::Panel;
pub(in crate::tui) use super::super::panels::{
    clock::Clock, confirm::Confirm, details::Details, each::Each, help::Help, hidden::Hidden,
    instances::Instances, log::Log, login::Login, menu::Menu, message::Message,
    passphrase::Passphrase, services::Services, sessions::Sessions,
};

/// One panel. They stand on a stack; the top one hears keys first.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Overlay {
    /// All commands with their keys.
    Help(Help),
    /// What the preview would show, where there is no room for it.
    Details(Details),
    /// What can be done with the selected or the marked roles.
    Menu(Menu),
    /// A sign-in under way.
    Login(Login),
    /// The vault asks for its passphrase.
    Passphrase(Passphrase),
    /// Something went wrong.
    Message(Message),
    /// The clock is wrong.
    Clock(Clock),
    /// Protected roles were chosen.
    Confirm(Confirm),
    /// Roles with credentials.
    Sessions(Sessions),
    /// Who is signed in where.
    Instances(Instances),
    /// Pages of the console.
    Services(Services),
    /// A command line for several roles.
    Each(Each),
    /// What was said.
    Log(Log),
    /// Roles that are not shown.
    Hidden(Hidden),
}

impl Overlay {
    /// As something that hears keys and shows itself.
    pub(in crate::tui) fn panel(&self) -> &dyn Panel {
        match self {
            Overlay::Help(panel) => panel,
            Overlay::Details(panel) => panel,
            Overlay::Menu(panel) => panel,
            Overlay::Login(panel) => panel,
            Overlay::Passphrase(panel) => panel,
            Overlay::Message(panel) => panel,
            Overlay::Clock(panel) => panel,
            Overlay::Confirm(panel) => panel,
            Overlay::Sessions(panel) => panel,
            Overlay::Instances(panel) => panel,
            Overlay::Services(panel) => panel,
            Overlay::Each(panel) => panel,
            Overlay::Log(panel) => panel,
            Overlay::Hidden(panel) => panel,
        }
    }

    /// The same, to take a key.
    pub(in crate::tui) fn panel_mut(&mut self) -> &mut dyn Panel {
        match self {
            Overlay::Help(panel) => panel,
            Overlay::Details(panel) => panel,
            Overlay::Menu(panel) => panel,
            Overlay::Login(panel) => panel,
            Overlay::Passphrase(panel) => panel,
            Overlay::Message(panel) => panel,
            Overlay::Clock(panel) => panel,
            Overlay::Confirm(panel) => panel,
            Overlay::Sessions(panel) => panel,
            Overlay::Instances(panel) => panel,
            Overlay::Services(panel) => panel,
            Overlay::Each(panel) => panel,
            Overlay::Log(panel) => panel,
            Overlay::Hidden(panel) => panel,
        }
    }
}
