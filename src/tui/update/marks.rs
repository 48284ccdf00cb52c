//! Favourites and hidden roles, here and in the file that keeps them.

use std::sync::Arc;

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::panels::{self, Opens};
use super::super::state::State;
use crate::domain::RoleId;
use crate::ops::work::{Mark, Request};

/// Marks roles, or takes the mark off.
pub(in crate::tui) fn mark(
    state: &mut State,
    roles: Vec<RoleId>,
    mark: Mark,
    on: bool,
) -> Vec<Effect> {
    let marks = Arc::make_mut(&mut state.marks);
    let set = match mark {
        Mark::Favourite => &mut marks.favorites,
        Mark::Hidden => &mut marks.hidden,
    };
    for role in &roles {
        if on {
            set.insert(role.clone());
        } else {
            set.remove(role);
        }
    }
    if (mark, on) == (Mark::Hidden, true) {
        state.marked.retain(|role| !roles.contains(role));
    }
    let said = said(state, &roles, mark, on);
    state.say(said);
    // What is hidden goes at once; a favourite finds its place with the next key.
    let search = state.start_search(mark == Mark::Favourite);
    vec![Effect::Request(Request::Mark { roles, mark, on }), Effect::Search(search)]
}

fn said(state: &State, roles: &[RoleId], mark: Mark, on: bool) -> String {
    let what = match roles {
        [role] => panels::name(state, role),
        roles => format!("{} roles", roles.len()),
    };
    match (mark, on) {
        (Mark::Favourite, true) => format!("{what}: pinned on top"),
        (Mark::Favourite, false) => format!("{what}: no longer pinned"),
        (Mark::Hidden, true) => format!(
            "{what}: hidden; {} lists what is",
            panels::key(state, Command::Open(Opens::Hidden))
        ),
        (Mark::Hidden, false) => format!("{what}: shown again"),
    }
}
