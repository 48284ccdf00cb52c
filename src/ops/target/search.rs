//! Roles of a roster by query and by id.

use std::sync::Arc;

use crate::cache::favorites;
use crate::domain::query::{Query, SearchIndex};
use crate::domain::{Error, ErrorKind, Result, RoleId, Roster, RosterEntry};
use crate::ops::ctx::Ctx;
use crate::ops::roles::history;

/// Returns the positions of the entries that a query matches: the role if it is `account/role`, else
/// best first, ranked as in the picker.
pub fn ranked_positions(ctx: &Ctx, roster: &Arc<Roster>, query: &str) -> Vec<usize> {
    let labelled = roster.positions_of_label(query);
    if !labelled.is_empty() {
        return labelled;
    }
    let usages = history::load_usages(ctx);
    let flags = favorites::load(&ctx.paths.state_dir).unwrap_or_default();
    let index = SearchIndex::new(roster.clone());
    let parsed = Query::parse(query, &|tag| index.has_tag(tag));
    index
        .search(&parsed, &usages, &flags, ctx.settings.history_weight)
        .into_iter()
        .map(|row| row as usize)
        .collect()
}

/// Returns the position of a role.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] if the roster does not have it (any more).
pub fn position(roster: &Roster, role: &RoleId) -> Result<usize> {
    let is_role = |entry: &RosterEntry| {
        entry.account == role.account
            && *entry.role == *role.role.as_str()
            && roster.instance(entry).name == role.instance
    };
    roster.entries.iter().position(is_role).ok_or_else(|| {
        Error::new(ErrorKind::UnknownRole, format!("{role} is no longer in the list"))
    })
}
