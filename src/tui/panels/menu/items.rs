//! The items of the action menu that are available for these roles.

use crate::domain::RoleId;
use crate::ops::backend::messages::{RoleFlag, SecretKind};
use crate::tui::PickAction;
use crate::tui::commands::{COMMANDS, HelpSection, PanelKind, PickerCommand};
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::key_label;
use crate::tui::state::State;
use crate::tui::update::availability::{is_action_allowed, is_available};
use crate::tui::update::favorites::FlagChange;

/// An item of the menu.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MenuItem {
    /// The letter, if it has one.
    pub(super) letter: Option<char>,
    /// The label.
    pub(super) label: String,
    /// The name of the command in the configuration file; empty if it has none.
    pub(super) id: &'static str,
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
    /// Sign in to the role's instance.
    SignIn,
    /// Sign out of the role's instance.
    SignOut,
    /// Refresh the roles of the instance.
    Refresh,
    /// Get new credentials.
    Renew,
    /// Delete stored credentials.
    DropCredentials,
    /// Run a command of the picker.
    RunCommand(PickerCommand),
}

/// The items for these roles.
pub(super) fn items(state: &State, roles: &[RoleId]) -> Vec<MenuItem> {
    match roles {
        [role] => single_role_items(state, role),
        roles => multi_role_items(state, roles),
    }
}

/// All available commands, to be found by name.
pub(super) fn command_items(state: &State) -> Vec<MenuItem> {
    let wanted = |command: PickerCommand| match command {
        PickerCommand::Menu | PickerCommand::Back => false,
        PickerCommand::Move(_) | PickerCommand::Edit(_) => false,
        command => is_available(command, state),
    };
    let sections = [HelpSection::Roles, HelpSection::Screen];
    let entries =
        COMMANDS.iter().filter(|entry| sections.contains(&entry.section) && wanted(entry.command));
    entries
        .map(|entry| MenuItem {
            letter: None,
            label: entry.help.to_owned(),
            id: entry.id,
            key: key_label(state, entry.command),
            action: MenuAction::RunCommand(entry.command),
        })
        .collect()
}

fn item(letter: char, label: impl Into<String>, action: MenuAction) -> MenuItem {
    MenuItem { letter: Some(letter), label: label.into(), id: "", key: String::new(), action }
}

fn single_role_items(state: &State, role: &RoleId) -> Vec<MenuItem> {
    let ellipsis = Glyphs::from_appearance(state.appearance).in_progress;
    let mut items = Vec::new();
    let free = !state.single_action && state.action != PickAction::Print;
    let mut when = |may: bool, item: MenuItem| items.extend(may.then_some(item));
    when(
        is_action_allowed(state, PickAction::Shell),
        item('s', "start a shell", MenuAction::Exit(PickAction::Shell)),
    );
    when(
        is_action_allowed(state, PickAction::Exports),
        item('e', "print exports for this shell", MenuAction::Exit(PickAction::Exports)),
    );
    when(
        is_action_allowed(state, PickAction::Console),
        item('c', "open the web console", MenuAction::Exit(PickAction::Console)),
    );
    when(
        free,
        item(
            'v',
            format!("open a service in the console{ellipsis}"),
            MenuAction::RunCommand(PickerCommand::Open(PanelKind::Services)),
        ),
    );
    when(free, item('x', format!("run a command{ellipsis}"), MenuAction::RunEach));
    when(true, item('w', "write its profile into the AWS config", MenuAction::WriteProfiles));
    when(true, item('k', "copy the keys", MenuAction::CopySecret(SecretKind::Keys)));
    when(true, item('u', "copy a console link", MenuAction::CopySecret(SecretKind::ConsoleLink)));
    if let Some(entry) = state.roster.find(role) {
        let is_role = role.profile().is_none();
        when(is_role, item('a', "copy the ARN", MenuAction::Copy(state.roster.arn(entry))));
        when(true, item('i', "copy the account id", MenuAction::Copy(entry.account.to_string())));
        if let Some(profile) = &entry.profile {
            when(true, item('p', "copy the profile's name", MenuAction::Copy(profile.to_string())));
        }
    }
    let is_favorite = state.marks.favorites.contains(role);
    let label = if is_favorite { "no longer a favourite" } else { "make it a favourite" };
    when(
        true,
        item(
            'f',
            label,
            MenuAction::ChangeFlag(RoleFlag::Favorite, FlagChange::toggle(is_favorite)),
        ),
    );
    let hidden = state.marks.hidden.contains(role);
    when(
        true,
        item(
            'h',
            if hidden { "show it in the list again" } else { "hide it from the list" },
            MenuAction::ChangeFlag(RoleFlag::Hidden, FlagChange::toggle(hidden)),
        ),
    );
    let stored = state.expires_at(role).is_some();
    when(stored, item('n', "renew its credentials", MenuAction::Renew));
    when(stored, item('d', "drop its credentials", MenuAction::DropCredentials));
    if state.session(&role.instance).is_some_and(|session| session.signed_in) {
        when(true, item('o', format!("sign out of {}", role.instance), MenuAction::SignOut));
    } else {
        when(true, item('l', format!("sign in to {}", role.instance), MenuAction::SignIn));
    }
    when(true, item('r', format!("refresh the roles of {}", role.instance), MenuAction::Refresh));
    if let Some(profile) = role.profile() {
        items.retain(|item| item.action.suits_profile(profile));
    }
    items
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
            'x',
            format!("run a command in all {count}{ellipsis}"),
            MenuAction::RunEach,
        ));
        items.push(item(
            'c',
            format!("open {count} consoles"),
            MenuAction::Exit(PickAction::Console),
        ));
    }
    if state.action == PickAction::Print {
        items.push(item('s', "choose them", MenuAction::Exit(PickAction::Print)));
    }
    items.push(item('w', "write their profiles into the AWS config", MenuAction::WriteProfiles));
    items.push(item(
        'a',
        "copy their ARNs",
        MenuAction::Copy(lines(&|entry| state.roster.arn(entry))),
    ));
    items.push(item(
        'i',
        "copy their account ids",
        MenuAction::Copy(lines(&|entry| entry.account.to_string())),
    ));
    let all = |marked: &std::collections::BTreeSet<RoleId>| {
        roles.iter().all(|role| marked.contains(role))
    };
    let all_favorites = all(&state.marks.favorites);
    let label = if all_favorites { "no longer favourites" } else { "make them favourites" };
    items.push(item(
        'f',
        label,
        MenuAction::ChangeFlag(RoleFlag::Favorite, FlagChange::toggle(all_favorites)),
    ));
    items.push(item(
        'h',
        "hide them from the list",
        MenuAction::ChangeFlag(RoleFlag::Hidden, FlagChange::Set),
    ));
    items.push(item('m', "unmark them", MenuAction::ClearMarked));
    items
}

impl MenuAction {
    /// Whether the action makes sense for a profile that is not a role.
    fn suits_profile(&self, name: &str) -> bool {
        match self {
            MenuAction::Exit(_) | MenuAction::RunCommand(_) | MenuAction::ChangeFlag(..) => true,
            MenuAction::Copy(text) => text == name,
            _ => false,
        }
    }

    /// The group of the item: using roles, copying, flags, maintenance.
    pub(super) fn group(&self) -> usize {
        match self {
            MenuAction::Exit(_)
            | MenuAction::RunEach
            | MenuAction::WriteProfiles
            | MenuAction::RunCommand(_) => 0,
            MenuAction::Copy(_) | MenuAction::CopySecret(_) => 1,
            MenuAction::ChangeFlag(..) | MenuAction::ClearMarked => 2,
            MenuAction::SignIn
            | MenuAction::SignOut
            | MenuAction::Refresh
            | MenuAction::Renew
            | MenuAction::DropCredentials => 3,
        }
    }
}
