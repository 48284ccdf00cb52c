//! Panels above the list: each an enum value with its data. A new one takes its file in `panels`,
//! its line here, and its line in the catalog.

use crate::tui::panels::Panel;
pub(in crate::tui) use crate::tui::panels::{
    clock_skew::ClockSkewPanel, confirm::ConfirmPanel, details::DetailsPanel, each::EachPanel,
    error::ErrorPanel, help::HelpPanel, hidden_roles::HiddenRolesPanel, instances::InstancesPanel,
    log::LogPanel, menu::MenuPanel, passphrase::PassphrasePanel, services::ServicesPanel,
    sessions::SessionsPanel, sign_in::SignInPanel,
};

/// One panel. They stand on a stack; the top one hears keys first.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Overlay {
    /// All commands with their keys.
    Help(HelpPanel),
    /// What the preview would show, where there is no room for it.
    Details(DetailsPanel),
    /// What can be done with the selected or the marked roles.
    Menu(MenuPanel),
    /// A sign-in under way.
    SignIn(SignInPanel),
    /// The vault asks for its passphrase.
    Passphrase(PassphrasePanel),
    /// Something went wrong.
    Error(ErrorPanel),
    /// The clock is wrong.
    ClockSkew(ClockSkewPanel),
    /// Protected roles were chosen.
    Confirm(ConfirmPanel),
    /// Roles with credentials.
    Sessions(SessionsPanel),
    /// Who is signed in where.
    Instances(InstancesPanel),
    /// Pages of the console.
    Services(ServicesPanel),
    /// A command line for several roles.
    Each(EachPanel),
    /// What was said.
    Log(LogPanel),
    /// Roles that are not shown.
    HiddenRoles(HiddenRolesPanel),
}

impl Overlay {
    /// As something that hears keys and shows itself.
    pub(in crate::tui) fn as_panel(&self) -> &dyn Panel {
        match self {
            Overlay::Help(panel) => panel,
            Overlay::Details(panel) => panel,
            Overlay::Menu(panel) => panel,
            Overlay::SignIn(panel) => panel,
            Overlay::Passphrase(panel) => panel,
            Overlay::Error(panel) => panel,
            Overlay::ClockSkew(panel) => panel,
            Overlay::Confirm(panel) => panel,
            Overlay::Sessions(panel) => panel,
            Overlay::Instances(panel) => panel,
            Overlay::Services(panel) => panel,
            Overlay::Each(panel) => panel,
            Overlay::Log(panel) => panel,
            Overlay::HiddenRoles(panel) => panel,
        }
    }

    /// The same, to take a key.
    pub(in crate::tui) fn as_panel_mut(&mut self) -> &mut dyn Panel {
        match self {
            Overlay::Help(panel) => panel,
            Overlay::Details(panel) => panel,
            Overlay::Menu(panel) => panel,
            Overlay::SignIn(panel) => panel,
            Overlay::Passphrase(panel) => panel,
            Overlay::Error(panel) => panel,
            Overlay::ClockSkew(panel) => panel,
            Overlay::Confirm(panel) => panel,
            Overlay::Sessions(panel) => panel,
            Overlay::Instances(panel) => panel,
            Overlay::Services(panel) => panel,
            Overlay::Each(panel) => panel,
            Overlay::Log(panel) => panel,
            Overlay::HiddenRoles(panel) => panel,
        }
    }
}
