//! Changes favourites and hidden roles, here and in the file that stores them.

use std::sync::Arc;

use crate::domain::RoleId;
use crate::ops::backend::messages::{Request, RoleFlag};
use crate::tui::commands::{PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::labels;
use crate::tui::state::State;

/// Marks roles, or takes the mark off.
pub(in crate::tui) fn set_mark(
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
    let said = mark_note(state, &roles, mark, on);
    state.notify(said);
    // A hidden role disappears at once; a favourite moves with the next key.
    let search = state.start_search(mark == RoleFlag::Favorite);
    vec![Effect::Request(Request::SetFlag { roles, flag: mark, on }), Effect::Search(search)]
}

fn mark_note(state: &State, roles: &[RoleId], mark: RoleFlag, on: bool) -> String {
    let what = match roles {
        [role] => labels::role_label(state, role),
        roles => format!("{} roles", roles.len()),
    };
    match (mark, on) {
        (RoleFlag::Favorite, true) => format!("{what}: pinned on top"),
        (RoleFlag::Favorite, false) => format!("{what}: no longer pinned"),
        (RoleFlag::Hidden, true) => format!(
            "{what}: hidden; {} lists what is",
            labels::key_label(state, PickerCommand::Open(PanelKind::HiddenRoles))
        ),
        (RoleFlag::Hidden, false) => format!("{what}: shown again"),
    }
}
