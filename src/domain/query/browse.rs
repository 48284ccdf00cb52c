//! The list before anything is typed.

use std::collections::{BTreeSet, HashSet};

use super::index::Index;
use super::search::by_frecency;
use crate::domain::{Marks, RoleId, Sheet, Usages};

/// All rows under the three headings of the first screen, as positions in the roster's entries; none stands under two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Browse {
    /// Pinned, by name.
    pub favourites: Vec<u32>,
    /// Used before, by frecency; empty when history has no weight.
    pub recent: Vec<u32>,
    /// The others, by name.
    pub rest: Vec<u32>,
}

impl Index {
    /// The rows of an empty query. Hidden roles are left out (pass marks without them to see them).
    pub fn browse(&self, usages: &Usages, marks: &Marks, weight: f64) -> Browse {
        let locate = |roles: &[&RoleId]| self.locate(roles.iter().copied());
        let hidden = |row: usize| self.roster().look(self.rows[row] as usize).is_some_and(|look| look.hidden);
        let mut browse = stack(self.rows.len(), &locate, &hidden, usages, marks, weight, usize::MAX);
        for part in [&mut browse.favourites, &mut browse.recent, &mut browse.rest] {
            part.iter_mut().for_each(|row| *row = self.rows[*row as usize]);
        }
        browse
    }
}

impl Sheet {
    /// The first rows of an empty query, as [`Index::browse`] has them: all favourites, all recent ones, and so many of the others.
    pub fn browse(&self, usages: &Usages, marks: &Marks, weight: f64, most: usize) -> Browse {
        let locate = |roles: &[&RoleId]| self.locate(roles.iter().copied());
        let hidden = |row: usize| u32::try_from(row).is_ok_and(|row| self.hidden().binary_search(&row).is_ok());
        stack(self.len(), &locate, &hidden, usages, marks, weight, most)
    }
}

/// The rows of these roles, each with the place of its role among them.
type Locate<'a> = &'a dyn Fn(&[&RoleId]) -> Vec<(usize, usize)>;

/// The three parts over rows that are numbered by name.
fn stack(
    count: usize,
    locate: Locate<'_>,
    hidden: &dyn Fn(usize) -> bool,
    usages: &Usages,
    marks: &Marks,
    weight: f64,
    most: usize,
) -> Browse {
    let of_marks =
        |marked: &BTreeSet<RoleId>| locate(&marked.iter().collect::<Vec<_>>()).into_iter().map(|(row, _)| row).collect::<Vec<_>>();
    let mut placed: HashSet<usize> = of_marks(&marks.hidden).into_iter().collect();
    let mut take = |row: usize| (!hidden(row) && placed.insert(row)).then_some(row as u32);
    let favourites = of_marks(&marks.favourites).into_iter().filter_map(&mut take).collect();
    let used = by_frecency(usages, weight);
    let mut located = locate(&used.iter().map(|(role, _)| *role).collect::<Vec<_>>());
    located.sort_by_key(|(row, position)| (used[*position].1, *row));
    let recent = located.into_iter().filter_map(|(row, _)| take(row)).collect();
    let rest = (0..count).filter_map(take).take(most).collect();
    Browse { favourites, recent, rest }
}
