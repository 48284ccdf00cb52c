//! Changes favourites and hidden roles, here and in the file that stores them.

use std::sync::Arc;

use crate::domain::RoleId;
use crate::ops::backend::messages::{Request, RoleFlag};
use crate::tui::commands::{PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::labels;
use crate::tui::state::{SearchOrigin, State};

/// Marks roles, or takes the mark off.
pub(in crate::tui) fn set_mark(
    state: &mut State,
    roles: Vec<RoleId>,
    flag: RoleFlag,
    on: bool,
) -> Vec<Effect> {
    let marks = Arc::make_mut(&mut state.marks);
    let set = match flag {
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
    if (flag, on) == (RoleFlag::Hidden, true) {
        state.marked.retain(|role| !roles.contains(role));
    }
    let note = mark_note(state, &roles, flag, on);
    state.notify(note);
    // A hidden role disappears at once; a favourite moves with the next key.
    let search = state.start_search(match flag {
        RoleFlag::Favorite => SearchOrigin::Background,
        RoleFlag::Hidden => SearchOrigin::User,
    });
    vec![Effect::Request(Request::SetFlag { roles, flag, on }), Effect::Search(search)]
}

fn mark_note(state: &State, roles: &[RoleId], flag: RoleFlag, on: bool) -> String {
    let target = match roles {
        [role] => labels::role_label(state, role),
        roles => format!("{} roles", roles.len()),
    };
    match (flag, on) {
        (RoleFlag::Favorite, true) => format!("{target}: pinned on top"),
        (RoleFlag::Favorite, false) => format!("{target}: no longer pinned"),
        (RoleFlag::Hidden, true) => format!(
            "{target}: hidden; {} lists hidden roles",
            labels::key_label(state, PickerCommand::Open(PanelKind::HiddenRoles))
        ),
        (RoleFlag::Hidden, false) => format!("{target}: shown again"),
    }
}
