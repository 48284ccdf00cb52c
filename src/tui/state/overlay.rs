//! Panels that are open above the list: an enum of plain values on a stack. `panels` holds what
//! each of them does with keys and what it shows.

use crate::domain::{ConfirmQuestion, Error, InstanceName, RoleId};
use crate::ops::backend::messages::{SignInStep, UnlockPrompt};
use crate::tui::PickAction;
use crate::tui::commands::{PanelKind, PickerCommand};

use super::console_link::ConsoleLinkPanel;
use super::destructive::DestructivePanel;
pub(in crate::tui) use super::prompts::{
    BlockedSignIn, ConfirmPanel, PassphrasePanel, RedirectInput, SignInPanel,
};
use super::select_list::SelectList;
use super::text_input::TextInput;
use super::{RoleTask, State};

/// The longest command line, in characters.
const MAX_COMMAND_CHARS: usize = 4_096;

/// An open panel. The last one on the stack is on top and receives keys first.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Overlay {
    /// All commands with their keys.
    Help(HelpPanel),
    /// The contents of the preview, if the screen has no room for it.
    Details(DetailsPanel),
    /// The actions for the selected or the marked roles.
    Menu(MenuPanel),
    /// A running sign-in.
    SignIn(SignInPanel),
    /// The passphrase of the vault.
    Passphrase(PassphrasePanel),
    /// A failed action.
    Error(ErrorPanel),
    /// The clock of this machine is wrong.
    ClockSkew(ClockSkewPanel),
    /// A question before protected roles are used.
    Confirm(ConfirmPanel),
    /// A question before a destructive action.
    Destructive(DestructivePanel),
    /// The link to a console that no browser here can open.
    ConsoleLink(ConsoleLinkPanel),
    /// Roles with credentials.
    Sessions(SessionsPanel),
    /// The instances and who is signed in to them.
    Instances(InstancesPanel),
    /// Services of the web console.
    Services(ServicesPanel),
    /// A command line for several roles.
    Each(EachPanel),
    /// Messages since the start.
    Log(LogPanel),
    /// Hidden roles.
    HiddenRoles(HiddenRolesPanel),
    /// The other roles of an account.
    AccountRoles(AccountRolesPanel),
}

impl Overlay {
    /// The command that opens the panel and closes it again.
    pub(in crate::tui) fn toggle_command(&self) -> Option<PickerCommand> {
        match self {
            Overlay::Help(_) => Some(PickerCommand::Help),
            Overlay::Details(_) => Some(PickerCommand::Details),
            Overlay::Sessions(_) => Some(PickerCommand::Open(PanelKind::Sessions)),
            Overlay::Instances(_) => Some(PickerCommand::Open(PanelKind::Instances)),
            Overlay::Services(_) => Some(PickerCommand::Open(PanelKind::Services)),
            Overlay::Log(_) => Some(PickerCommand::Open(PanelKind::Log)),
            Overlay::HiddenRoles(_) => Some(PickerCommand::Open(PanelKind::HiddenRoles)),
            Overlay::AccountRoles(_) => Some(PickerCommand::Open(PanelKind::AccountRoles)),
            Overlay::Menu(_)
            | Overlay::SignIn(_)
            | Overlay::Passphrase(_)
            | Overlay::Error(_)
            | Overlay::ClockSkew(_)
            | Overlay::Confirm(_)
            | Overlay::Destructive(_)
            | Overlay::ConsoleLink(_)
            | Overlay::Each(_) => None,
        }
    }

    /// Whether the key of another panel replaces this one. A panel with text that would be lost
    /// stays, and so does one that reports something in progress.
    pub(in crate::tui) fn gives_way(&self) -> bool {
        match self {
            Overlay::Menu(_) | Overlay::Error(_) | Overlay::Destructive(_) => true,
            Overlay::Confirm(panel) => matches!(panel.question, ConfirmQuestion::YesNo(_)),
            panel => panel.toggle_command().is_some(),
        }
    }

    /// Whether a click outside closes the panel. A sign-in in progress, a link and typed text would
    /// be lost.
    pub(in crate::tui) fn closes_on_click(&self) -> bool {
        match self {
            Overlay::SignIn(panel) => matches!(panel.step, SignInStep::Failed(_)),
            Overlay::ConsoleLink(_) => false,
            Overlay::Each(panel) => panel.command_line.is_empty(),
            Overlay::Passphrase(panel) => panel.is_empty(),
            Overlay::Confirm(panel) => panel.input.is_empty(),
            _ => true,
        }
    }

    /// Whether typing continues in the query while the panel is on top.
    pub(in crate::tui) fn is_modeless(&self) -> bool {
        match self {
            Overlay::Details(_) | Overlay::ClockSkew(_) => true,
            Overlay::SignIn(panel) => panel.redirect.is_none(),
            _ => false,
        }
    }

    /// Whether the panel shows seconds.
    pub(in crate::tui) fn has_countdown(&self) -> bool {
        match self {
            Overlay::Instances(_) => true,
            Overlay::SignIn(panel) => matches!(panel.step, SignInStep::Open { .. }),
            _ => false,
        }
    }
}

/// The help: how far it is scrolled, and what the user is looking for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct HelpPanel {
    /// The first line shown.
    pub(in crate::tui) top: usize,
    /// The filter; the help has no selected line.
    pub(in crate::tui) filter: SelectList<()>,
}

/// Details of the selected role, whichever that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui) struct DetailsPanel;

/// The action menu.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct MenuPanel {
    /// One role, or all marked roles; empty if the list has none.
    pub(in crate::tui) roles: Vec<RoleId>,
    /// The selected item, by its label.
    pub(in crate::tui) select: SelectList<String>,
    /// Whether letters filter the items instead of running them.
    pub(in crate::tui) is_finding: bool,
}

impl MenuPanel {
    /// A menu for these roles. Without roles it finds commands by name.
    pub(in crate::tui) fn new(roles: Vec<RoleId>) -> Self {
        let is_finding = roles.is_empty();
        Self { roles, select: SelectList::default(), is_finding }
    }
}

/// An error with its hints.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ErrorPanel {
    /// The attempted action in a few words.
    pub(in crate::tui) title: String,
    /// The error.
    pub(in crate::tui) error: Error,
    /// What failed for a role, to try again.
    pub(in crate::tui) retry: Option<(RoleId, RoleTask)>,
}

/// The warning about a wrong clock.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct ClockSkewPanel {
    /// A role that AWS refused, possibly because of the clock.
    pub(in crate::tui) failed: Option<(RoleId, Error)>,
    /// An exit that waits for the user's decision; its credentials are in the vault.
    pub(in crate::tui) pending_exit: Option<(RoleId, PickAction)>,
}

/// Roles with credentials in the vault.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct SessionsPanel {
    /// The selected role.
    pub(in crate::tui) select: SelectList<RoleId>,
}

impl SessionsPanel {
    /// The panel with the first session selected. The selection follows the role, even if a
    /// renewal moves it down.
    pub(in crate::tui) fn new(state: &State) -> Self {
        let roles: Vec<RoleId> =
            state.active_sessions().into_iter().map(|(role, _)| role).collect();
        let mut select = SelectList::default();
        select.pin(&roles);
        Self { select }
    }
}

/// The instances.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct InstancesPanel {
    /// The selected instance.
    pub(in crate::tui) select: SelectList<InstanceName>,
}

/// Services of the web console.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ServicesPanel {
    /// The role that opens the console; `None` if no role was selected.
    pub(in crate::tui) role: Option<RoleId>,
    /// The selected service.
    pub(in crate::tui) select: SelectList<&'static str>,
}

impl ServicesPanel {
    /// Services for the console of this role.
    pub(in crate::tui) fn new(role: Option<RoleId>) -> Self {
        Self { role, select: SelectList::default() }
    }
}

/// A command line to run in several roles.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct EachPanel {
    /// The roles, in the order of the list.
    pub(in crate::tui) roles: Vec<RoleId>,
    /// The command line being typed.
    pub(in crate::tui) command_line: TextInput,
}

impl EachPanel {
    /// An empty command line for these roles.
    pub(in crate::tui) fn new(roles: Vec<RoleId>) -> Self {
        Self { roles, command_line: TextInput::with_max_chars(MAX_COMMAND_CHARS) }
    }
}

/// The log of messages.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct LogPanel {
    /// The first line shown.
    pub(in crate::tui) top: usize,
}

/// Hidden roles.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct HiddenRolesPanel {
    /// The selected role.
    pub(in crate::tui) select: SelectList<RoleId>,
}

/// The other roles of an account.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct AccountRolesPanel {
    /// The role that was selected in the list.
    pub(in crate::tui) role: RoleId,
    /// The selected role.
    pub(in crate::tui) select: SelectList<RoleId>,
}

impl AccountRolesPanel {
    /// The other roles of this role's account.
    pub(in crate::tui) fn new(role: RoleId) -> Self {
        Self { role, select: SelectList::default() }
    }
}

impl State {
    /// The panel with the other roles of the account, if it is on top.
    pub(in crate::tui) fn account_roles_panel(&self) -> Option<&AccountRolesPanel> {
        match self.overlays.last() {
            Some(Overlay::AccountRoles(panel)) => Some(panel),
            _ => None,
        }
    }

    /// The sign-in panel, if it is open.
    pub(in crate::tui) fn sign_in_panel(&self) -> Option<&SignInPanel> {
        self.overlays.iter().find_map(|overlay| match overlay {
            Overlay::SignIn(panel) => Some(panel),
            _ => None,
        })
    }

    /// The panels that are drawn. A passphrase prompt is alone on the screen, because the panels
    /// below it wait for the vault.
    pub(in crate::tui) fn visible_overlays(&self) -> &[Overlay] {
        let prompt =
            self.overlays.iter().rposition(|overlay| matches!(overlay, Overlay::Passphrase(_)));
        &self.overlays[prompt.unwrap_or(0)..]
    }

    /// Opens the passphrase prompt, unless it is already open.
    pub(in crate::tui) fn open_passphrase_prompt(&mut self) {
        if !self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Passphrase(_))) {
            let prompt = self.unlock_prompt.unwrap_or(UnlockPrompt::Passphrase);
            self.overlays.push(Overlay::Passphrase(PassphrasePanel::new(prompt)));
        }
    }

    /// Asks for the passphrase, and then continues with a sign-in. Closing the question gives the
    /// sign-in up.
    pub(in crate::tui) fn block_sign_in(&mut self, instance: InstanceName, number: u64) {
        self.open_passphrase_prompt();
        if let Some(panel) = self.passphrase_panel() {
            panel.sign_in = Some(BlockedSignIn { instance, number });
        }
    }

    /// The passphrase prompt, if it is open.
    pub(in crate::tui) fn passphrase_panel(&mut self) -> Option<&mut PassphrasePanel> {
        self.overlays.iter_mut().find_map(|overlay| match overlay {
            Overlay::Passphrase(panel) => Some(panel),
            _ => None,
        })
    }
}
