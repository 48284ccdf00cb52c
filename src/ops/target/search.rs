//! Roles of a roster by query, by a name for the current role, and by id.

use std::sync::Arc;

use crate::cache::favorites;
use crate::domain::query::{Query, SearchIndex};
use crate::domain::{
    Error, ErrorKind, Result, RoleId, Roster, RosterEntry, role_label, split_profile_label,
};
use crate::ops::ctx::Ctx;
use crate::ops::roles::history;

use super::resolve::RoleQuery;
use super::resolved_role::not_a_role;
use super::selector::RoleSelector;

/// Returns the positions of the entries that a query matches: the role if it is `account/role`, or
/// as in [`pointed_position`], else best first, ranked as in the picker.
///
/// # Errors
/// As [`pointed_position`].
pub fn named_or_ranked(ctx: &Ctx, roster: &Arc<Roster>, query: &str) -> Result<Vec<usize>> {
    let pointed = pointed_position(ctx, roster, query)?;
    Ok(pointed.map_or_else(|| ranked_positions(ctx, roster, query), |at| vec![at]))
}

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

/// Returns the position of the role or profile that a text names in another way than a query does:
/// `.` and `-`, this shell's and the one before it, and `profile/NAME` for a profile whose role is
/// known. `None` if the text is a query.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] if the shell is in no role, or the roster does not have the role;
/// [`ErrorKind::Usage`] if it is a profile and the roster has none.
pub fn pointed_position(ctx: &Ctx, roster: &Roster, text: &str) -> Result<Option<usize>> {
    let text = text.trim();
    let is_pointer = [".", "-"].contains(&text);
    if !is_pointer && split_profile_label(text).is_none() {
        return Ok(None);
    }
    let selector = RoleSelector::new(ctx, RoleQuery::default(), Some(text.to_owned()))?;
    match (selector.role(), &selector.query.profile) {
        (Some(role), _) => {
            let is_named = |entry: &RosterEntry| {
                entry.account == role.account
                    && *entry.role == *role.role.as_str()
                    && role.instance.as_ref().is_none_or(|i| roster.instance(entry).name == *i)
            };
            let label = role_label(role.account.as_str(), role.role.as_str());
            let found = roster.entries.iter().position(is_named);
            found.map(Some).ok_or_else(|| {
                Error::new(ErrorKind::UnknownRole, format!("{label} is not in the list"))
                    .hint("run `rolecall cache` to fetch the list again")
            })
        }
        (None, Some(name)) => {
            let is_named =
                |entry: &RosterEntry| roster.profile(entry).as_deref() == Some(name.as_str());
            let found = roster.entries.iter().position(is_named);
            found.map(Some).ok_or_else(|| not_a_role(name))
        }
        (None, None) => Ok(None),
    }
}

/// Returns the position of a role.
///
/// # Errors
/// [`ErrorKind::UnknownRole`] if the roster does not have it (any more).
pub fn position(roster: &Roster, role: &RoleId) -> Result<usize> {
    roster.position(role).ok_or_else(|| role_not_listed(role))
}

/// The error for a role that the roster does not have (any more).
pub(in crate::ops) fn role_not_listed(role: &RoleId) -> Error {
    Error::new(ErrorKind::UnknownRole, format!("{role} is no longer in the list"))
}
