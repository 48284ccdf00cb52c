//! Selects the roles of the roster that get a profile.

use std::collections::{HashMap, HashSet};

use crate::cache::favorites;
use crate::domain::{InstanceName, Result, RoleId, Roster};

use crate::ops::ctx::Ctx;
use crate::ops::roles::history;
use crate::ops::roles::names;

use super::ProfileSelection;

/// Returns the positions of the requested roles, in the roster's order.
///
/// # Errors
/// If the file of favourites is damaged.
pub(super) fn select(
    ctx: &Ctx,
    roster: &Roster,
    positions: &HashMap<RoleId, usize>,
    which: &ProfileSelection,
    among: &[InstanceName],
) -> Result<Vec<usize>> {
    let mut found: Vec<usize> = match which {
        ProfileSelection::All => (0..roster.entries.len()).collect(),
        ProfileSelection::Roles(roles) => {
            roles.iter().filter_map(|role| positions.get(role).copied()).collect()
        }
        ProfileSelection::Usual => {
            let marks = favorites::load(&ctx.paths.state_dir)?;
            let used: HashSet<RoleId> = history::load_usages(ctx).into_keys().collect();
            let known =
                marks.favorites.iter().chain(&used).filter_map(|role| positions.get(role).copied());
            let given = |at: &usize| {
                names::configured_name(roster, &ctx.settings, &roster.entries[*at]).is_some()
            };
            known.chain((0..roster.entries.len()).filter(given)).collect()
        }
    };
    found.sort_unstable();
    found.dedup();
    found.retain(|at| {
        among.is_empty() || among.contains(&roster.instance(&roster.entries[*at]).name)
    });
    Ok(found)
}
