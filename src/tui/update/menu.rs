//! The action menu: what else can be done with the selected role, one letter each.

use super::super::Action;
use super::super::catalog::{Command, Move};
use super::super::effect::Effect;
use super::super::state::State;
use super::super::state::overlay::{Menu, Overlay};
use super::{choose, refresh};
use crate::domain::RoleId;
use crate::ops::work::Request;

/// One line of the menu.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Item {
    /// Its letter.
    pub(in crate::tui) letter: char,
    /// What it does.
    pub(in crate::tui) name: String,
    does: Does,
}

#[derive(Debug, Clone, PartialEq)]
enum Does {
    Act(Action),
    Copy(String),
    Favourite(bool),
    SignIn,
    SignOut,
    Refresh,
}

/// The lines for a role, as things are now.
pub(in crate::tui) fn items(state: &State, role: &RoleId) -> Vec<Item> {
    let item = |letter, name: &str, does| Item { letter, name: name.to_owned(), does };
    let mut items = vec![
        item('s', "start a shell", Does::Act(Action::Shell)),
        item('e', "print exports for this shell", Does::Act(Action::Exports)),
        item('c', "open the web console", Does::Act(Action::Console)),
    ];
    // Inside the shell function, or in a script, the one thing asked for is the only one that can be done.
    match state.action {
        Action::Shell => drop(items.remove(1)),
        Action::Exports | Action::Console => {}
        Action::Print => items.clear(),
    }
    if let Some(entry) = state.roster.find(role) {
        items.push(item('a', "copy the ARN", Does::Copy(state.roster.arn(entry))));
        items.push(item('i', "copy the account id", Does::Copy(entry.account.to_string())));
        if let Some(profile) = &entry.profile {
            items.push(item('p', "copy the profile's name", Does::Copy(profile.to_string())));
        }
    }
    let favourite = state.marks.favourites.contains(role);
    items.push(item('f', if favourite { "no longer a favourite" } else { "make it a favourite" }, Does::Favourite(!favourite)));
    if state.session(&role.instance).is_some_and(|session| session.signed_in) {
        items.push(item('o', &format!("sign out of {}", role.instance), Does::SignOut));
    } else {
        items.push(item('l', &format!("sign in to {}", role.instance), Does::SignIn));
    }
    items.push(item('r', &format!("refresh the roles of {}", role.instance), Does::Refresh));
    items
}

/// Opens it on the selected role.
pub(super) fn open(state: &mut State) {
    if let Some(role) = state.list.selected.clone() {
        state.overlays.push(Overlay::Menu(Menu { role, at: 0 }));
    }
}

/// A key while it is open.
pub(super) fn press(state: &mut State, letter: Option<char>, command: Option<Command>) -> Vec<Effect> {
    let Some(Overlay::Menu(menu)) = state.overlays.last() else { return Vec::new() };
    let (role, at) = (menu.role.clone(), menu.at);
    let items = items(state, &role);
    let chosen = match (letter, command) {
        (Some(letter), _) => items.iter().position(|item| item.letter == letter),
        (None, Some(Command::Act | Command::Menu)) => Some(at),
        (None, Some(Command::Move(to))) => {
            let last = items.len().saturating_sub(1);
            let to = match to {
                Move::Up => at.checked_sub(1).unwrap_or(last),
                Move::Down => {
                    if at >= last {
                        0
                    } else {
                        at + 1
                    }
                }
                Move::PageUp | Move::HalfUp | Move::First => 0,
                Move::PageDown | Move::HalfDown | Move::Last => last,
            };
            if let Some(Overlay::Menu(menu)) = state.overlays.last_mut() {
                menu.at = to;
            }
            return Vec::new();
        }
        (None, _) => {
            state.overlays.pop();
            return Vec::new();
        }
    };
    match chosen.and_then(|at| items.into_iter().nth(at)) {
        Some(item) => {
            state.overlays.pop();
            run(state, role, item.does)
        }
        None => Vec::new(),
    }
}

fn run(state: &mut State, role: RoleId, does: Does) -> Vec<Effect> {
    match does {
        Does::Act(action) => {
            state.marked.clear();
            choose::act(state, action)
        }
        Does::Copy(text) => {
            state.note = Some(format!("copied {text}"));
            vec![Effect::Request(Request::Copy { text })]
        }
        Does::Favourite(favourite) => {
            let marks = std::sync::Arc::make_mut(&mut state.marks);
            if favourite {
                marks.favourites.insert(role.clone());
            } else {
                marks.favourites.remove(&role);
            }
            state.note = Some(if favourite { "pinned on top" } else { "no longer pinned" }.to_owned());
            vec![Effect::Request(Request::Mark { role, favourite }), Effect::Search(state.start_search(true))]
        }
        Does::SignIn => choose::sign_in(state, role.instance).1,
        Does::SignOut => vec![Effect::Request(Request::SignOut { instance: role.instance })],
        Does::Refresh => vec![refresh(state, role.instance)],
    }
}
