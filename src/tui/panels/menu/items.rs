//! The items of the action menu that are available for these roles.

use std::collections::HashSet;

use crate::domain::RoleId;
use crate::ops::backend::messages::{RoleFlag, SecretKind};
use crate::tui::commands::{COMMANDS, CommandSpec, PanelKind, PickerCommand};
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::key_label;
use crate::tui::role_actions::RoleAction;
use crate::tui::state::State;
use crate::tui::state::destructive::DestructiveAction;
use crate::tui::state::sign_in_state::SignInState;
use crate::tui::update::availability::{is_action_allowed, is_available};
use crate::tui::update::favorites::FlagChange;
use crate::tui::{PickAction, format};

/// An item of the menu.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MenuItem {
    /// The letter, if it has one.
    pub(super) letter: Option<char>,
    /// The label.
    pub(super) label: String,
    /// The name, which is that in the configuration file for a command.
    pub(super) id: &'static str,
    /// Other words by which it is found.
    pub(super) keywords: &'static str,
    /// The key that does the same without the menu.
    pub(super) key: String,
    /// The action.
    pub(super) action: MenuAction,
}

/// The action of an item.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum MenuAction {
    /// Leave the picker with the roles.
    Exit(PickAction),
    /// Ask for a command line to run in the roles.
    RunEach,
    /// Copy a text that is not secret.
    Copy(String),
    /// Copy a secret.
    CopySecret(SecretKind),
    /// Write profiles into the AWS config file.
    WriteProfiles,
    /// Set or clear a flag of the roles.
    ChangeFlag(RoleFlag, FlagChange),
    /// Unmark the roles.
    ClearMarked,
    /// Mark the roles again that were unmarked last.
    MarkAgain,
    /// Sign in to the role's instance.
    SignIn,
    /// Refresh the roles of the instance.
    Refresh,
    /// Get new credentials.
    Renew,
    /// Ask before a destructive action.
    Ask(DestructiveAction),
    /// Run a command of the picker.
    RunCommand(PickerCommand),
}

/// The items for these roles; none without roles.
pub(super) fn items(state: &State, roles: &[RoleId]) -> Vec<MenuItem> {
    match roles {
        [] => Vec::new(),
        [role] => single_role_items(state, role),
        roles => multi_role_items(state, roles),
    }
}

/// All available commands that no item does already, to be found by name. Each is listed once, even
/// if it has two names.
pub(super) fn command_items(state: &State, items: &[MenuItem]) -> Vec<MenuItem> {
    let has = |action: MenuAction| items.iter().any(|item| item.action == action);
    let wanted = |command: PickerCommand| match command {
        PickerCommand::Menu
        | PickerCommand::Back
        | PickerCommand::Insert
        | PickerCommand::Append
        | PickerCommand::Move(_)
        | PickerCommand::Edit(_) => false,
        PickerCommand::Activate if has(MenuAction::Exit(state.action)) => false,
        PickerCommand::Console if has(MenuAction::Exit(PickAction::Console)) => false,
        PickerCommand::Refresh
            if has(MenuAction::Refresh) && state.roster.sso_instances().len() < 2 =>
        {
            false
        }
        command => is_available(command, state) && !has(MenuAction::RunCommand(command)),
    };
    let mut entries: Vec<_> = COMMANDS.iter().filter(|entry| wanted(entry.command)).collect();
    let mut seen = HashSet::new();
    entries.retain(|entry| seen.insert(entry.command));
    let item = |entry: &CommandSpec| MenuItem {
        letter: None,
        label: entry.help.to_owned(),
        id: entry.id,
        keywords: "",
        key: key_label(state, entry.command),
        action: MenuAction::RunCommand(entry.command),
    };
    entries.into_iter().map(item).collect()
}

fn item(action: RoleAction, label: impl Into<String>, run: MenuAction) -> MenuItem {
    let spec = action.spec();
    MenuItem {
        letter: Some(spec.letter),
        label: label.into(),
        id: spec.id,
        keywords: spec.keywords,
        key: String::new(),
        action: run,
    }
}

/// The words for an action: those of the command that opened the picker if Enter runs it too.
fn exit_label(state: &State, action: PickAction, usual: &'static str) -> &'static str {
    let of_command = state.action_label.filter(|_| state.action == action);
    of_command.map_or(usual, |label| label.short)
}

fn single_role_items(state: &State, role: &RoleId) -> Vec<MenuItem> {
    let ellipsis = Glyphs::from_appearance(state.appearance).in_progress;
    let mut items = Vec::new();
    let free = !state.single_action && state.action != PickAction::Print;
    let mut when = |may: bool, item: MenuItem| items.extend(may.then_some(item));
    when(
        is_action_allowed(state, PickAction::Shell),
        item(
            RoleAction::Shell,
            exit_label(state, PickAction::Shell, "start a shell"),
            MenuAction::Exit(PickAction::Shell),
        ),
    );
    when(
        is_action_allowed(state, PickAction::Exports),
        item(
            RoleAction::Exports,
            exit_label(state, PickAction::Exports, "print exports for this shell"),
            MenuAction::Exit(PickAction::Exports),
        ),
    );
    when(
        is_action_allowed(state, PickAction::Console),
        item(
            RoleAction::Console,
            exit_label(state, PickAction::Console, "open the web console"),
            MenuAction::Exit(PickAction::Console),
        ),
    );
    when(
        free,
        item(
            RoleAction::Service,
            format!("open a service in the console{ellipsis}"),
            MenuAction::RunCommand(PickerCommand::Open(PanelKind::Services)),
        ),
    );
    when(
        free,
        item(RoleAction::RunCommandLine, format!("run a command{ellipsis}"), MenuAction::RunEach),
    );
    when(
        true,
        item(
            RoleAction::WriteProfile,
            "write its profile into the AWS config",
            MenuAction::WriteProfiles,
        ),
    );
    when(
        true,
        item(RoleAction::CopyKeys, "copy the keys", MenuAction::CopySecret(SecretKind::Keys)),
    );
    when(
        true,
        item(
            RoleAction::CopyConsoleLink,
            "copy a console link",
            MenuAction::CopySecret(SecretKind::ConsoleLink),
        ),
    );
    if let Some(entry) = state.roster.find(role) {
        if role.profile().is_none() {
            let arn = state.roster.arn(entry);
            when(true, item(RoleAction::CopyArn, "copy the ARN", MenuAction::Copy(arn)));
        }
        let id = entry.account.to_string();
        when(true, item(RoleAction::CopyAccountId, "copy the account id", MenuAction::Copy(id)));
        if let Some(profile) = &entry.profile {
            let copy = MenuAction::Copy(profile.to_string());
            when(true, item(RoleAction::CopyProfile, "copy the profile's name", copy));
        }
    }
    let is_favorite = state.marks.favorites.contains(role);
    when(
        true,
        item(
            RoleAction::Favorite,
            if is_favorite { "no longer a favourite" } else { "make it a favourite" },
            MenuAction::ChangeFlag(RoleFlag::Favorite, FlagChange::toggle(is_favorite)),
        ),
    );
    items.extend(mark_again_item(state));
    let stored = state.expires_at(role).is_some();
    let mut when = |may: bool, item: MenuItem| items.extend(may.then_some(item));
    when(stored, item(RoleAction::Renew, "renew its credentials", MenuAction::Renew));
    let session = state.sign_in_state(&role.instance);
    when(
        session == SignInState::SignedOut,
        item(RoleAction::SignIn, format!("sign in to {}", role.instance), MenuAction::SignIn),
    );
    when(
        true,
        item(
            RoleAction::Refresh,
            format!("refresh the roles of {}", role.instance),
            MenuAction::Refresh,
        ),
    );
    let ask = |action| MenuAction::Ask(action);
    if state.marks.hidden.contains(role) {
        let show = MenuAction::ChangeFlag(RoleFlag::Hidden, FlagChange::Clear);
        when(true, item(RoleAction::Hide, "show it in the list again", show));
    } else {
        let hide = ask(DestructiveAction::Hide(vec![role.clone()]));
        when(true, item(RoleAction::Hide, "hide it from the list", hide));
    }
    when(
        stored,
        item(
            RoleAction::DropCredentials,
            "drop its credentials",
            ask(DestructiveAction::DropCredentials(role.clone())),
        ),
    );
    when(
        session == SignInState::SignedIn,
        item(
            RoleAction::SignOut,
            format!("sign out of {}", role.instance),
            ask(DestructiveAction::SignOut(role.instance.clone())),
        ),
    );
    if let Some(profile) = role.profile() {
        items.retain(|item| item.action.suits_profile(profile));
    }
    items
}

/// The item that marks roles again that were just unmarked.
fn mark_again_item(state: &State) -> Option<MenuItem> {
    let count = state.unmarked.len();
    (count > 0 && state.marked.is_empty()).then(|| {
        let label = format!("mark {} again", format::pluralize(count, "role"));
        item(RoleAction::Unmark, label, MenuAction::MarkAgain)
    })
}

fn multi_role_items(state: &State, roles: &[RoleId]) -> Vec<MenuItem> {
    let ellipsis = Glyphs::from_appearance(state.appearance).in_progress;
    let mut items = Vec::new();
    let free = !state.single_action && state.action != PickAction::Print;
    let entries: Vec<_> = roles.iter().filter_map(|role| state.roster.find(role)).collect();
    let lines = |of: &dyn Fn(&crate::domain::RosterEntry) -> String| {
        entries.iter().map(|entry| of(entry)).collect::<Vec<_>>().join("\n")
    };
    let count = roles.len();
    if free {
        items.push(item(
            RoleAction::RunCommandLine,
            format!("run a command in all {count}{ellipsis}"),
            MenuAction::RunEach,
        ));
        items.push(item(
            RoleAction::Console,
            format!("open {count} consoles"),
            MenuAction::Exit(PickAction::Console),
        ));
    }
    if state.action == PickAction::Print {
        items.push(item(RoleAction::Shell, "choose them", MenuAction::Exit(PickAction::Print)));
    }
    items.push(item(
        RoleAction::WriteProfile,
        "write their profiles into the AWS config",
        MenuAction::WriteProfiles,
    ));
    items.push(item(
        RoleAction::CopyArn,
        "copy their ARNs",
        MenuAction::Copy(lines(&|entry| state.roster.arn(entry))),
    ));
    items.push(item(
        RoleAction::CopyAccountId,
        "copy their account ids",
        MenuAction::Copy(lines(&|entry| entry.account.to_string())),
    ));
    let all_favorites = roles.iter().all(|role| state.marks.favorites.contains(role));
    items.push(item(
        RoleAction::Favorite,
        if all_favorites { "no longer favourites" } else { "make them favourites" },
        MenuAction::ChangeFlag(RoleFlag::Favorite, FlagChange::toggle(all_favorites)),
    ));
    items.push(item(RoleAction::Unmark, "unmark them", MenuAction::ClearMarked));
    items.push(item(
        RoleAction::Hide,
        "hide them from the list",
        MenuAction::Ask(DestructiveAction::Hide(roles.to_vec())),
    ));
    items
}

impl MenuAction {
    /// Whether the action makes sense for a profile that is not a role.
    fn suits_profile(&self, name: &str) -> bool {
        match self {
            MenuAction::Exit(_)
            | MenuAction::RunCommand(_)
            | MenuAction::ChangeFlag(..)
            | MenuAction::Ask(DestructiveAction::Hide(_)) => true,
            MenuAction::Copy(text) => text == name,
            _ => false,
        }
    }

    /// The group of the item: using roles, copying, flags, maintenance, destructive actions.
    pub(super) fn group(&self) -> usize {
        match self {
            MenuAction::Exit(_)
            | MenuAction::RunEach
            | MenuAction::WriteProfiles
            | MenuAction::RunCommand(_) => 0,
            MenuAction::Copy(_) | MenuAction::CopySecret(_) => 1,
            MenuAction::ChangeFlag(RoleFlag::Favorite, _)
            | MenuAction::ClearMarked
            | MenuAction::MarkAgain => 2,
            MenuAction::SignIn | MenuAction::Refresh | MenuAction::Renew => 3,
            MenuAction::ChangeFlag(RoleFlag::Hidden, _) | MenuAction::Ask(_) => 4,
        }
    }
}
