//! The first roles after a sign-in: a few accounts with their roles.

use crate::domain::{Instance, RosterEntry, escape_unprintable, plural};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;

use crate::cli::ui;

/// The most accounts to show.
const MAX_ACCOUNTS: usize = 5;
/// The most roles of each.
const MAX_ROLES: usize = 3;

pub(super) fn print_roles(ctx: &Ctx, instance: &Instance) {
    let roster = load::load_roster(ctx, std::slice::from_ref(instance));
    render_roles(&roster.entries).iter().for_each(|line| ui::print_message(line));
}

fn render_roles(entries: &[RosterEntry]) -> Vec<String> {
    let accounts: Vec<&[RosterEntry]> =
        entries.chunk_by(|one, other| one.account == other.account).collect();
    let name = |entries: &[RosterEntry]| escape_unprintable(entries[0].account_label());
    let shown = &accounts[..accounts.len().min(MAX_ACCOUNTS)];
    let width =
        shown.iter().map(|entries| name(entries).chars().count()).max().unwrap_or(0).min(40);
    let line = |entries: &&[RosterEntry]| {
        let roles: Vec<String> =
            entries.iter().take(MAX_ROLES).map(|entry| escape_unprintable(&entry.role)).collect();
        let more = entries.len().saturating_sub(MAX_ROLES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("  {:width$}  {}{}", name(entries), roles.join(", "), ui::dim(&more))
    };
    let rest = accounts.len() - shown.len();
    let rest = (rest > 0)
        .then(|| ui::dim(&format!("  and {rest} more {}: rolecall list", plural(rest, "account"))));
    shown.iter().map(line).chain(rest).collect()
}
