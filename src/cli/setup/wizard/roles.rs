//! The first look at the roles: a few accounts with what may be done in each.

use crate::cli::out;
use crate::domain::{Instance, RosterEntry, escape_unprintable};
use crate::ops::ctx::Ctx;
use crate::ops::refresh::store;

/// How many accounts are shown.
const ACCOUNTS: usize = 5;
/// How many roles of each.
const ROLES: usize = 3;

/// Says them on stderr.
pub(super) fn show(ctx: &Ctx, instance: &Instance) {
    let roster = store::load_roster(ctx, std::slice::from_ref(instance));
    lines(&roster.entries).iter().for_each(|line| out::say(line));
}

fn lines(entries: &[RosterEntry]) -> Vec<String> {
    let accounts: Vec<&[RosterEntry]> =
        entries.chunk_by(|one, other| one.account == other.account).collect();
    let name = |entries: &[RosterEntry]| escape_unprintable(entries[0].account_label());
    let shown = &accounts[..accounts.len().min(ACCOUNTS)];
    let width =
        shown.iter().map(|entries| name(entries).chars().count()).max().unwrap_or(0).min(40);
    let line = |entries: &&[RosterEntry]| {
        let roles: Vec<String> =
            entries.iter().take(ROLES).map(|entry| escape_unprintable(&entry.role)).collect();
        let more = entries.len().saturating_sub(ROLES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("  {:width$}  {}{}", name(entries), roles.join(", "), out::dim(&more))
    };
    let rest = accounts.len() - shown.len();
    let rest = (rest > 0).then(|| {
        out::dim(&format!(
            "  and {rest} more account{}: rolecall list",
            if rest == 1 { "" } else { "s" }
        ))
    });
    shown.iter().map(line).chain(rest).collect()
}
