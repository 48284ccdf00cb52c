//! The list before anything is typed.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::index::SearchIndex;
use super::search::by_frecency;
use crate::domain::{AccountId, PackedRoster, RoleFlags, RoleId, Roster, Usages, normalize_text};

/// All rows under the three headings of the first screen, as positions in the roster's entries;
/// none stands under two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DefaultOrder {
    /// Pinned, by name.
    pub favorites: Vec<u32>,
    /// Used before, by frecency; empty when history has no weight.
    pub recent: Vec<u32>,
    /// The others, by name.
    pub rest: Vec<u32>,
}

impl SearchIndex {
    /// The rows of an empty query. Hidden roles are left out (pass marks without them to see them).
    pub fn default_order(&self, usages: &Usages, marks: &RoleFlags, weight: f64) -> DefaultOrder {
        let locate = |roles: &[&RoleId]| self.locate(roles.iter().copied());
        let hidden = |row: usize| {
            self.roster().row_style(self.rows[row] as usize).is_some_and(|look| look.hidden)
        };
        let mut browse =
            group_rows(self.rows.len(), &locate, &hidden, usages, marks, weight, usize::MAX);
        browse.renumber(&self.rows);
        browse
    }
}

impl PackedRoster {
    /// The first rows of an empty query, as [`Index::browse`] has them: all favourites, all recent
    /// ones, and so many of the others.
    pub fn default_order(
        &self,
        usages: &Usages,
        marks: &RoleFlags,
        weight: f64,
        most: usize,
    ) -> DefaultOrder {
        let locate = |roles: &[&RoleId]| self.locate(roles.iter().copied());
        let hidden = |row: usize| {
            u32::try_from(row).is_ok_and(|row| self.hidden().binary_search(&row).is_ok())
        };
        group_rows(self.len(), &locate, &hidden, usages, marks, weight, most)
    }
}

impl Roster {
    /// The rows of an empty query, as [`Index::browse`] has them.
    pub fn default_order(&self, usages: &Usages, marks: &RoleFlags, weight: f64) -> DefaultOrder {
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
            |row: usize| self.row_style(order[row] as usize).is_some_and(|look| look.hidden);
        let mut browse =
            group_rows(order.len(), &locate, &hidden, usages, marks, weight, usize::MAX);
        browse.renumber(&order);
        browse
    }

    /// The positions of the entries by account name, account id, role, as [`Index::order`] has
    /// them. Entries of an account stand together already, and share its name.
    fn order_by_name(&self) -> Vec<u32> {
        // Equal names are mostly one name that is shared, known by its address.
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
        out
    }
}

impl DefaultOrder {
    /// Makes positions in the roster's entries of rows in another order.
    fn renumber(&mut self, order: &[u32]) {
        for part in [&mut self.favorites, &mut self.recent, &mut self.rest] {
            part.iter_mut().for_each(|row| *row = order[*row as usize]);
        }
    }
}

/// The rows of these roles, each with the place of its role among them.
type LocateFn<'a> = &'a dyn Fn(&[&RoleId]) -> Vec<(usize, usize)>;

/// The three parts over rows that are numbered by name.
fn group_rows(
    count: usize,
    locate: LocateFn<'_>,
    hidden: &dyn Fn(usize) -> bool,
    usages: &Usages,
    marks: &RoleFlags,
    weight: f64,
    most: usize,
) -> DefaultOrder {
    let of_marks = |marked: &BTreeSet<RoleId>| {
        locate(&marked.iter().collect::<Vec<_>>())
            .into_iter()
            .map(|(row, _)| row)
            .collect::<Vec<_>>()
    };
    let mut placed = vec![false; count];
    of_marks(&marks.hidden).into_iter().for_each(|row| placed[row] = true);
    let mut take = |row: usize| {
        (!hidden(row) && !std::mem::replace(&mut placed[row], true)).then_some(row as u32)
    };
    let favourites = of_marks(&marks.favorites).into_iter().filter_map(&mut take).collect();
    let used = by_frecency(usages, weight);
    let mut located = locate(&used.iter().map(|(role, _)| *role).collect::<Vec<_>>());
    located.sort_by_key(|(row, position)| (used[*position].1, *row));
    let recent = located.into_iter().filter_map(|(row, _)| take(row)).collect();
    let rest = (0..count).filter_map(take).take(most).collect();
    DefaultOrder { favorites: favourites, recent, rest }
}
