//! The order of an empty query: favourites, recently used roles, then all others.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::index::SearchIndex;
use super::search::by_frecency;
use crate::domain::{AccountId, PackedRoster, RoleFlags, RoleId, Roster, Usages, normalize_text};

/// All rows in three groups without duplicates, as indexes into the roster's entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DefaultOrder {
    /// Favourites, by name.
    pub favorites: Vec<u32>,
    /// Used roles, by frecency; empty if the history has no weight.
    pub recent: Vec<u32>,
    /// All other roles, by name.
    pub rest: Vec<u32>,
}

impl SearchIndex {
    /// Returns the rows of an empty query. Hidden roles are left out; pass flags without them to
    /// include them.
    pub fn default_order(&self, usages: &Usages, flags: &RoleFlags, weight: f64) -> DefaultOrder {
        let locate = |roles: &[&RoleId]| self.locate(roles.iter().copied());
        let hidden = |row: usize| {
            self.roster().row_style(self.rows[row] as usize).is_some_and(|style| style.hidden)
        };
        let mut grouped =
            group_rows(self.rows.len(), &locate, &hidden, usages, flags, weight, usize::MAX);
        grouped.renumber(&self.rows);
        grouped
    }
}

impl PackedRoster {
    /// As [`SearchIndex::default_order`], with at most `most` of the other roles. Rows are
    /// positions in the packed roster.
    pub fn default_order(
        &self,
        usages: &Usages,
        flags: &RoleFlags,
        weight: f64,
        most: usize,
    ) -> DefaultOrder {
        let locate = |roles: &[&RoleId]| self.locate(roles.iter().copied());
        let hidden = |row: usize| {
            u32::try_from(row).is_ok_and(|row| self.hidden().binary_search(&row).is_ok())
        };
        group_rows(self.len(), &locate, &hidden, usages, flags, weight, most)
    }
}

impl Roster {
    /// As [`SearchIndex::default_order`].
    pub fn default_order(&self, usages: &Usages, flags: &RoleFlags, weight: f64) -> DefaultOrder {
        let order = self.order_by_name();
        let locate = |roles: &[&RoleId]| {
            let wanted: HashSet<AccountId> = roles.iter().map(|role| role.account).collect();
            let mut out = Vec::new();
            for (row, position) in order.iter().enumerate() {
                let entry = &self.entries[*position as usize];
                if wanted.contains(&entry.account) {
                    let same = |role: &RoleId| {
                        role.account == entry.account
                            && role.role.as_str() == &*entry.role
                            && self.instance(entry).name == role.instance
                    };
                    out.extend(
                        roles
                            .iter()
                            .enumerate()
                            .filter(|(_, role)| same(role))
                            .map(|(place, _)| (row, place)),
                    );
                }
            }
            out
        };
        let locate = |roles: &[&RoleId]| if roles.is_empty() { Vec::new() } else { locate(roles) };
        let hidden =
            |row: usize| self.row_style(order[row] as usize).is_some_and(|style| style.hidden);
        let mut grouped =
            group_rows(order.len(), &locate, &hidden, usages, flags, weight, usize::MAX);
        grouped.renumber(&order);
        grouped
    }

    /// As [`SearchIndex::order_by_name`]. The entries of an account are already adjacent, and share
    /// its name.
    fn order_by_name(&self) -> Vec<u32> {
        // Equal names mostly share one allocation, so compare addresses first.
        let mut seen: Vec<(*const u8, &str)> =
            self.entries.iter().map(|entry| (entry.role.as_ptr(), &*entry.role)).collect();
        seen.sort_unstable();
        seen.dedup();
        let mut names: Vec<(String, *const u8)> =
            seen.into_iter().map(|(at, role)| (normalize_text(role), at)).collect();
        names.sort_unstable();
        let same = names.chunk_by(|left, right| left.0 == right.0);
        let places: HashMap<*const u8, usize> = same
            .enumerate()
            .flat_map(|(place, names)| names.iter().map(move |(_, at)| (*at, place)))
            .collect();
        let mut accounts: Vec<(String, AccountId, Vec<u32>)> = Vec::new();
        for (position, entry) in (0..).zip(&self.entries) {
            match accounts.last_mut() {
                Some((_, id, rows))
                    if *id == entry.account
                        && self.entries[rows[0] as usize].account_name == entry.account_name =>
                {
                    rows.push(position);
                }
                _ => accounts.push((
                    normalize_text(&entry.account_name),
                    entry.account,
                    vec![position],
                )),
            }
        }
        accounts.sort_by(|left, right| (&left.0, left.1).cmp(&(&right.0, right.1)));
        let mut out = Vec::with_capacity(self.entries.len());
        for same in accounts.chunk_by(|left, right| left.0 == right.0 && left.1 == right.1) {
            let first = out.len();
            same.iter().for_each(|(_, _, rows)| out.extend(rows));
            out[first..]
                .sort_by_cached_key(|row| places.get(&self.entries[*row as usize].role.as_ptr()));
        }
        self.profiles_last(out)
    }
}

impl DefaultOrder {
    /// Maps rows to indexes into the roster's entries.
    fn renumber(&mut self, order: &[u32]) {
        for part in [&mut self.favorites, &mut self.recent, &mut self.rest] {
            part.iter_mut().for_each(|row| *row = order[*row as usize]);
        }
    }
}

/// Finds the rows of roles, each with the index of its role in the argument.
type LocateFn<'a> = &'a dyn Fn(&[&RoleId]) -> Vec<(usize, usize)>;

/// Groups rows that are numbered in the order of names.
fn group_rows(
    count: usize,
    locate: LocateFn<'_>,
    hidden: &dyn Fn(usize) -> bool,
    usages: &Usages,
    flags: &RoleFlags,
    weight: f64,
    most: usize,
) -> DefaultOrder {
    let rows_of = |roles: &BTreeSet<RoleId>| {
        locate(&roles.iter().collect::<Vec<_>>())
            .into_iter()
            .map(|(row, _)| row)
            .collect::<Vec<_>>()
    };
    let mut placed = vec![false; count];
    rows_of(&flags.hidden).into_iter().for_each(|row| placed[row] = true);
    let mut take = |row: usize| {
        (!hidden(row) && !std::mem::replace(&mut placed[row], true)).then_some(row as u32)
    };
    let favorites = rows_of(&flags.favorites).into_iter().filter_map(&mut take).collect();
    let used = by_frecency(usages, weight);
    let mut located = locate(&used.iter().map(|(role, _)| *role).collect::<Vec<_>>());
    located.sort_by_key(|(row, position)| (used[*position].1, *row));
    let recent = located.into_iter().filter_map(|(row, _)| take(row)).collect();
    let rest = (0..count).filter_map(take).take(most).collect();
    DefaultOrder { favorites, recent, rest }
}
