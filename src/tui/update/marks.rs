//! Favourites and hidden roles, here and in the file that keeps them.

use std::sync::Arc;

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::panels::{self, Opens};
use super::super::state::State;
use crate::domain::RoleId;
use crate::ops::work::{Request, RoleFlag};

/// Marks roles, or takes the mark off.
pub(in crate::tui) fn mark(
    state: &mut State,
    roles: Vec<RoleId>,
    mark: RoleFlag,
    on: bool,
) -> Vec<Effect> {
    let marks = Arc::make_mut(&mut state.marks);
    let set = match mark {
        RoleFlag::Favorite => &mut marks.favorites,
        RoleFlag::Hidden => &mut marks.hidden,
    };
    for role in &roles {
        if on {
            set.insert(role.clone());
        } else {
            set.remove(role);
        }
    }
    if (mark, on) == (RoleFlag::Hidden, true) {
        state.marked.retain(|role| !roles.contains(role));
    }
    let said = said(state, &roles, mark, on);
    state.say(said);
    // What is hidden goes at once; a favourite finds its place with the next key.
    let search = state.start_search(mark == RoleFlag::Favorite);
    vec![Effect::Request(Request::SetFlag { roles, flag: mark, on }), Effect::Search(search)]
}

fn said(state: &State, roles: &[RoleId], mark: RoleFlag, on: bool) -> String {
    let what = match roles {
        [role] => panels::name(state, role),
        roles => format!("{} roles", roles.len()),
    };
    match (mark, on) {
        (RoleFlag::Favorite, true) => format!("{what}: pinned on top"),
        (RoleFlag::Favorite, false) => format!("{what}: no longer pinned"),
        (RoleFlag::Hidden, true) => format!(
            "{what}: hidden; {} lists what is",
            panels::key(state, Command::Open(Opens::Hidden))
        ),
        (RoleFlag::Hidden, false) => format!("{what}: shown again"),
    }
}
