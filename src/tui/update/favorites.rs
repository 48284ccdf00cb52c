//! Changes favourites and hidden roles, here and in the file that stores them.

use std::sync::Arc;

use crate::domain::RoleId;
use crate::ops::backend::messages::{Request, RoleFlag};
use crate::tui::commands::{PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::labels;
use crate::tui::state::{SearchOrigin, State};

/// A change of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum FlagChange {
    /// The roles get the flag.
    Set,
    /// The roles lose the flag.
    Clear,
}

impl FlagChange {
    /// The opposite of the current value.
    pub(in crate::tui) fn toggle(is_set: bool) -> Self {
        if is_set { FlagChange::Clear } else { FlagChange::Set }
    }
}

/// Sets or clears a flag of roles.
pub(in crate::tui) fn change_flag(
    state: &mut State,
    roles: Vec<RoleId>,
    flag: RoleFlag,
    change: FlagChange,
) -> Vec<Effect> {
    let marks = Arc::make_mut(&mut state.marks);
    let set = match flag {
        RoleFlag::Favorite => &mut marks.favorites,
        RoleFlag::Hidden => &mut marks.hidden,
    };
    for role in &roles {
        match change {
            FlagChange::Set => set.insert(role.clone()),
            FlagChange::Clear => set.remove(role),
        };
    }
    if (flag, change) == (RoleFlag::Hidden, FlagChange::Set) {
        state.marked.retain(|role| !roles.contains(role));
    }
    let note = change_note(state, &roles, flag, change);
    let on = change == FlagChange::Set;
    state.notify(note);
    // Both change the list at once: the user has just asked for it.
    let search = state.start_search(match flag {
        RoleFlag::Favorite => SearchOrigin::Reorder,
        RoleFlag::Hidden => SearchOrigin::User,
    });
    vec![Effect::Request(Request::SetFlag { roles, flag, on }), Effect::Search(search)]
}

fn change_note(state: &State, roles: &[RoleId], flag: RoleFlag, change: FlagChange) -> String {
    let target = match roles {
        [role] => labels::role_label(state, role),
        roles => format!("{} roles", roles.len()),
    };
    match (flag, change) {
        (RoleFlag::Favorite, FlagChange::Set) => {
            format!("{target}: a favourite, on top of the list")
        }
        (RoleFlag::Favorite, FlagChange::Clear) => format!("{target}: no longer a favourite"),
        (RoleFlag::Hidden, FlagChange::Set) => format!(
            "{target}: hidden; {} lists hidden roles",
            labels::key_label(state, PickerCommand::Open(PanelKind::HiddenRoles))
        ),
        (RoleFlag::Hidden, FlagChange::Clear) => format!("{target}: shown again"),
    }
}
