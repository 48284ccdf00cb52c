//! The list before anything is typed.

use std::collections::HashSet;

use super::index::Index;
use super::search::by_frecency;
use crate::domain::{Marks, Usages};

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
        let mut placed: HashSet<usize> = self.locate(&marks.hidden).into_iter().map(|(row, _)| row).collect();
        let mut take = |row: usize| placed.insert(row).then(|| self.rows[row]);
        let favourites = self.locate(&marks.favourites).into_iter().filter_map(|(row, _)| take(row)).collect();
        let used = by_frecency(usages, weight);
        let mut located = self.locate(used.iter().map(|(role, _)| *role));
        located.sort_by_key(|(row, position)| (used[*position].1, *row));
        let recent = located.into_iter().filter_map(|(row, _)| take(row)).collect();
        let rest = (0..self.rows.len()).filter_map(take).collect();
        Browse { favourites, recent, rest }
    }
}
