//! The other roles of an account.

use super::State;
use crate::domain::RoleId;

impl State {
    /// The roles of the selected role's account that are not hidden, without the selected one, by
    /// name, as indices into the entries of the list's roster.
    pub(in crate::tui) fn other_roles(&self) -> Vec<usize> {
        self.list.selected().map(|role| self.other_roles_of(role)).unwrap_or_default()
    }

    /// The same for a role in the account of the selected one.
    pub(in crate::tui) fn other_roles_of(&self, role: &RoleId) -> Vec<usize> {
        let roster = &self.list.roster;
        let is_here = |at: usize| {
            let entry = roster.entries.get(at);
            entry.is_some_and(|entry| {
                entry.account == role.account && roster.instance(entry).name == role.instance
            })
        };
        // The roles of an account are adjacent, and its selected row is one of them. A list of the
        // first roles alone is short and in another order.
        let is_partial = self.list.total.is_some();
        let selected = self.list.position(self.list.selected_row()).filter(|at| is_here(*at));
        let Some(selected) = selected else { return Vec::new() };
        let (first, end) = if is_partial {
            (0, roster.entries.len())
        } else {
            let first = (0..selected).rev().take_while(|at| is_here(*at)).last();
            let after = (selected..).take_while(|at| is_here(*at)).count();
            (first.unwrap_or(selected), selected + after)
        };
        let is_hidden = |at: usize| {
            roster.row_style(at).is_some_and(|style| style.hidden)
                || !self.marks.hidden.is_empty()
                    && self.marks.hidden.contains(&roster.id(&roster.entries[at]))
        };
        let mut roles: Vec<usize> = (first..end)
            .filter(|at| is_here(*at) && !is_hidden(*at))
            .filter(|at| *roster.entries[*at].role != *role.role.as_str())
            .collect();
        roles.sort_by(|one, other| roster.entries[*one].role.cmp(&roster.entries[*other].role));
        roles
    }
}
