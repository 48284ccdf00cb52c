//! The lines of the action menu: what can be done with these roles as things are now.

use super::super::super::Action;
use super::super::super::catalog::{CATALOG, Chapter, Command, applies};
use super::super::super::state::State;
use super::super::super::view::signs;
use super::super::key;
use crate::domain::RoleId;
use crate::ops::work::{RoleFlag, SecretKind};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// Its letter, if it has one.
    pub(super) letter: Option<char>,
    /// What it does, in words.
    pub(super) name: String,
    /// The command's name in a configuration file; empty where it has none.
    pub(super) id: &'static str,
    /// The key that does the same without the menu.
    pub(super) key: String,
    /// What it does.
    pub(super) does: Does,
}

/// What a line does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Does {
    /// Leave with the roles.
    Act(Action),
    /// Ask for a command line to run in them.
    Each,
    /// Copy what is no secret.
    Copy(String),
    /// Copy what is one.
    CopySecret(SecretKind),
    /// Write profiles into the AWS config file.
    Profile,
    /// Pin or hide, or no longer.
    Mark(RoleFlag, bool),
    /// Take the marks off.
    Unmark,
    /// Sign in to the role's instance.
    SignIn,
    /// Sign out of it.
    SignOut,
    /// Read its roles anew.
    Refresh,
    /// Get new credentials.
    Renew,
    /// Forget stored ones.
    Drop,
    /// Any command of the catalog.
    Run(Command),
}

/// Whether leaving the screen in this way is open to the person: whoever was asked for one thing
/// gets no other.
pub(in crate::tui) fn may(state: &State, action: Action) -> bool {
    match (state.only || state.action == Action::Print, action) {
        (true, action) => action == state.action,
        // Printed for a shell that reads them; on a screen they would only be seen.
        (false, Action::Exports) => state.action == Action::Exports,
        (false, Action::Print) => false,
        (false, _) => true,
    }
}

/// The lines for these roles.
pub(super) fn items(state: &State, roles: &[RoleId]) -> Vec<Item> {
    match roles {
        [role] => one(state, role),
        roles => several(state, roles),
    }
}

/// Every command that the key map could do now, for finding by name.
pub(super) fn commands(state: &State) -> Vec<Item> {
    let wanted = |command: Command| match command {
        Command::Menu | Command::Back => false,
        Command::Move(_) | Command::Edit(_) => false,
        command => applies(command, state),
    };
    let chapters = [Chapter::Roles, Chapter::Screen];
    let entries =
        CATALOG.iter().filter(|entry| chapters.contains(&entry.chapter) && wanted(entry.command));
    entries
        .map(|entry| Item {
            letter: None,
            name: entry.help.to_owned(),
            id: entry.id,
            key: key(state, entry.command),
            does: Does::Run(entry.command),
        })
        .collect()
}

fn item(letter: char, name: impl Into<String>, does: Does) -> Item {
    Item { letter: Some(letter), name: name.into(), id: "", key: String::new(), does }
}

fn one(state: &State, role: &RoleId) -> Vec<Item> {
    let dots = signs(state.looks).dots;
    let mut items = Vec::new();
    let free = !state.only && state.action != Action::Print;
    let mut when = |may: bool, item: Item| items.extend(may.then_some(item));
    when(may(state, Action::Shell), item('s', "start a shell", Does::Act(Action::Shell)));
    when(
        may(state, Action::Exports),
        item('e', "print exports for this shell", Does::Act(Action::Exports)),
    );
    when(
        may(state, Action::Console),
        item('c', "open the web console", Does::Act(Action::Console)),
    );
    when(
        free,
        item(
            'v',
            format!("open a service in the console{dots}"),
            Does::Run(Command::Open(super::super::Opens::Services)),
        ),
    );
    when(free, item('x', format!("run a command{dots}"), Does::Each));
    when(true, item('w', "write its profile into the AWS config", Does::Profile));
    when(true, item('k', "copy the keys", Does::CopySecret(SecretKind::Keys)));
    when(true, item('u', "copy a console link", Does::CopySecret(SecretKind::ConsoleLink)));
    if let Some(entry) = state.roster.find(role) {
        when(true, item('a', "copy the ARN", Does::Copy(state.roster.arn(entry))));
        when(true, item('i', "copy the account id", Does::Copy(entry.account.to_string())));
        if let Some(profile) = &entry.profile {
            when(true, item('p', "copy the profile's name", Does::Copy(profile.to_string())));
        }
    }
    let favourite = state.marks.favorites.contains(role);
    let words = if favourite { "no longer a favourite" } else { "make it a favourite" };
    when(true, item('f', words, Does::Mark(RoleFlag::Favorite, !favourite)));
    let hidden = state.marks.hidden.contains(role);
    when(
        true,
        item(
            'h',
            if hidden { "show it in the list again" } else { "hide it from the list" },
            Does::Mark(RoleFlag::Hidden, !hidden),
        ),
    );
    let stored = state.expiry(role).is_some();
    when(stored, item('n', "renew its credentials", Does::Renew));
    when(stored, item('d', "drop its credentials", Does::Drop));
    if state.session(&role.instance).is_some_and(|session| session.signed_in) {
        when(true, item('o', format!("sign out of {}", role.instance), Does::SignOut));
    } else {
        when(true, item('l', format!("sign in to {}", role.instance), Does::SignIn));
    }
    when(true, item('r', format!("refresh the roles of {}", role.instance), Does::Refresh));
    items
}

fn several(state: &State, roles: &[RoleId]) -> Vec<Item> {
    let dots = signs(state.looks).dots;
    let mut items = Vec::new();
    let free = !state.only && state.action != Action::Print;
    let entries: Vec<_> = roles.iter().filter_map(|role| state.roster.find(role)).collect();
    let lines = |of: &dyn Fn(&crate::domain::RosterEntry) -> String| {
        entries.iter().map(|entry| of(entry)).collect::<Vec<_>>().join("\n")
    };
    let many = roles.len();
    if free {
        items.push(item('x', format!("run a command in all {many}{dots}"), Does::Each));
        items.push(item('c', format!("open {many} consoles"), Does::Act(Action::Console)));
    }
    if state.action == Action::Print {
        items.push(item('s', "choose them", Does::Act(Action::Print)));
    }
    items.push(item('w', "write their profiles into the AWS config", Does::Profile));
    items.push(item('a', "copy their ARNs", Does::Copy(lines(&|entry| state.roster.arn(entry)))));
    items.push(item(
        'i',
        "copy their account ids",
        Does::Copy(lines(&|entry| entry.account.to_string())),
    ));
    let all = |marked: &std::collections::BTreeSet<RoleId>| {
        roles.iter().all(|role| marked.contains(role))
    };
    let pinned = all(&state.marks.favorites);
    let words = if pinned { "no longer favourites" } else { "make them favourites" };
    items.push(item('f', words, Does::Mark(RoleFlag::Favorite, !pinned)));
    items.push(item('h', "hide them from the list", Does::Mark(RoleFlag::Hidden, true)));
    items.push(item('m', "take the marks off", Does::Unmark));
    items
}

impl Does {
    /// Lines of one kind stand together: using roles, copying, marks, what keeps them usable.
    pub(super) fn group(&self) -> usize {
        match self {
            Does::Act(_) | Does::Each | Does::Profile | Does::Run(_) => 0,
            Does::Copy(_) | Does::CopySecret(_) => 1,
            Does::Mark(..) | Does::Unmark => 2,
            Does::SignIn | Does::SignOut | Does::Refresh | Does::Renew | Does::Drop => 3,
        }
    }
}
