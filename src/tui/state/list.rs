//! The list as it is shown: rows, headings, selection and scroll position.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::domain::{AccountId, InstanceName, RoleId, Roster, RosterEntry, RowStyle};

use crate::tui::column_stats::ColumnStats;
use crate::tui::search::{Highlighter, Highlights, ListSection, SearchResults};

/// The rows, the selection and the scroll position.
#[derive(Debug, Clone)]
pub(in crate::tui) struct RoleList {
    /// The roster that `rows` indexes; may be older than the newest one.
    pub(in crate::tui) roster: Arc<Roster>,
    /// Indices into the roster's entries.
    rows: Vec<u32>,
    /// Headings over ranges of rows.
    sections: Vec<(ListSection, Range<usize>)>,
    /// The selected role. The selection follows it when rows move.
    selected: Option<RoleId>,
    /// The row of the selected role.
    selected_row: usize,
    /// The first visible line. Lines are rows, headings, and the blank lines before headings.
    pub(in crate::tui) first_line: usize,
    /// Results whose order applies with the next key.
    pending_results: Option<Arc<SearchResults>>,
    /// Whether any search has finished.
    pub(in crate::tui) loaded: bool,
    /// The query that the rows match.
    pub(in crate::tui) query: String,
    /// Names similar to the query, if there are no rows.
    pub(in crate::tui) nearest_names: Vec<String>,
    /// The index of the selected one of these names.
    pub(in crate::tui) selected_name: usize,
    /// The number of hidden roles that would match, if there are no rows.
    pub(in crate::tui) hidden_matches: usize,
    /// Widths of names and tags over the whole roster.
    pub(in crate::tui) column_stats: Arc<ColumnStats>,
    /// The number of all roles, while the list holds only the first of them.
    pub(in crate::tui) total: Option<usize>,
    highlighter: Highlighter,
}

impl PartialEq for RoleList {
    /// Compares rosters by address, as the search does. The highlighter follows from the query and
    /// the roster.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.roster, &other.roster)
            && self.rows == other.rows
            && self.sections == other.sections
            && self.selected == other.selected
            && self.selected_row == other.selected_row
            && self.first_line == other.first_line
            && self.pending_results == other.pending_results
            && self.loaded == other.loaded
            && self.query == other.query
            && self.nearest_names == other.nearest_names
            && self.selected_name == other.selected_name
            && self.hidden_matches == other.hidden_matches
            && self.column_stats == other.column_stats
            && self.total == other.total
    }
}

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum ListLine {
    /// A blank line before a heading.
    Blank,
    /// A heading and the number of rows below it.
    Heading(ListSection, usize),
    /// A row.
    Row(usize),
}

impl RoleList {
    /// An empty list before its first search.
    pub(in crate::tui) fn new(roster: Arc<Roster>) -> Self {
        Self {
            roster,
            rows: Vec::new(),
            sections: Vec::new(),
            selected: None,
            selected_row: 0,
            first_line: 0,
            pending_results: None,
            loaded: false,
            query: String::new(),
            nearest_names: Vec::new(),
            selected_name: 0,
            hidden_matches: 0,
            column_stats: Arc::default(),
            total: None,
            highlighter: Highlighter::default(),
        }
    }

    pub(in crate::tui) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The selected role.
    pub(in crate::tui) fn selected(&self) -> Option<&RoleId> {
        self.selected.as_ref()
    }

    /// The row of the selected role.
    pub(in crate::tui) fn selected_row(&self) -> usize {
        self.selected_row
    }

    /// The entry of a row.
    pub(in crate::tui) fn entry(&self, row: usize) -> Option<&RosterEntry> {
        self.roster.entries.get(*self.rows.get(row)? as usize)
    }

    /// The index of a row in the roster's entries.
    pub(in crate::tui) fn position(&self, row: usize) -> Option<usize> {
        self.rows.get(row).map(|position| *position as usize)
    }

    /// The style that rules give to a row.
    pub(in crate::tui) fn row_style(&self, row: usize) -> Option<&RowStyle> {
        self.roster.row_style(*self.rows.get(row)? as usize)
    }

    /// The role of a row.
    pub(in crate::tui) fn role_id(&self, row: usize) -> Option<RoleId> {
        self.entry(row).map(|entry| self.roster.id(entry))
    }

    /// The matched letters of a row.
    pub(in crate::tui) fn highlights(&self, row: usize) -> Highlights {
        self.rows.get(row).map(|row| self.highlighter.highlights(*row)).unwrap_or_default()
    }

    /// Whether the row above, below the same heading, belongs to the same account.
    pub(in crate::tui) fn repeats_account(&self, row: usize) -> bool {
        let first = self.sections.iter().any(|(_, range)| range.start == row);
        let place =
            |row: usize| self.row_key(row).map(|(instance, account, _)| (instance, account));
        row > 0 && !first && place(row) == place(row - 1)
    }

    /// Selects a row, or the last row if there are fewer.
    pub(in crate::tui) fn select(&mut self, row: usize) {
        self.selected_row = row.min(self.rows.len().saturating_sub(1));
        self.selected = self.role_id(self.selected_row);
    }

    /// Replaces the rows by the results of a search that the user started, and selects the first.
    pub(in crate::tui) fn replace(&mut self, found: &SearchResults) {
        self.set_results(found);
        self.first_line = 0;
        self.select(0);
    }

    /// Merges results that no key asked for. Visible rows stay where they are, new rows go below;
    /// their proper order waits for a key.
    pub(in crate::tui) fn merge(&mut self, found: Arc<SearchResults>) {
        if self.rows.is_empty() {
            return self.replace(&found);
        }
        if self.total.is_some() && self.is_prefix_of(&found) {
            // The rows so far are the first ones of the results, so nothing moves.
            let at = self.selected_row;
            self.set_results(&found);
            return self.reselect(at);
        }
        let (mut places, mut kept) = (rows_by_key(&found), Vec::new());
        let mut sections = Vec::new();
        let whole = [(ListSection::All, 0..self.rows.len())];
        for (section, range) in if self.sections.is_empty() { &whole[..] } else { &self.sections } {
            let start = kept.len();
            for row in range.clone() {
                if let Some(place) = self.row_key(row).and_then(|place| places.remove(&place)) {
                    kept.push(place);
                }
            }
            sections.push((*section, start..kept.len()));
        }
        let newcomers: HashSet<u32> = places.into_values().collect();
        kept.extend(found.rows.iter().copied().filter(|row| newcomers.contains(row)));
        if let Some((_, last)) = sections.last_mut() {
            last.end = kept.len();
        }
        let sectioned = !self.sections.is_empty();
        let at = self.selected_row;
        self.set_results(&found);
        self.rows = kept;
        self.sections = if sectioned {
            sections.into_iter().filter(|(_, range)| !range.is_empty()).collect()
        } else {
            Vec::new()
        };
        self.pending_results = Some(found);
        self.reselect(at);
    }

    /// Puts merged rows into their proper order, when a key is pressed.
    pub(in crate::tui) fn apply_pending(&mut self) {
        if let Some(found) = self.pending_results.take() {
            let at = self.selected_row;
            self.set_results(&found);
            self.reselect(at);
        }
    }

    /// Whether the current rows are the first rows of these results.
    fn is_prefix_of(&self, found: &SearchResults) -> bool {
        let found_key =
            |row: usize| found.rows.get(row).and_then(|row| role_key(&found.roster, *row));
        // Placeholders follow.
        let known = self.rows.iter().take_while(|row| **row != u32::MAX).count();
        known <= found.rows.len() && (0..known).all(|row| self.row_key(row) == found_key(row))
    }

    fn set_results(&mut self, found: &SearchResults) {
        self.roster = found.roster.clone();
        self.rows = found.rows.clone();
        self.sections = found.sections.clone();
        self.pending_results = None;
        self.loaded = true;
        self.query = found.query.clone();
        if self.nearest_names != found.nearest_names {
            self.nearest_names.clone_from(&found.nearest_names);
            self.selected_name = 0;
        }
        self.hidden_matches = found.hidden_matches;
        self.column_stats = found.column_stats.clone();
        self.total = found.total;
        self.highlighter = found.highlighter.clone();
    }

    /// Selects the same role again, or the role on this row if it is gone.
    fn reselect(&mut self, row: usize) {
        let wanted = self
            .selected
            .as_ref()
            .map(|wanted| (&wanted.instance, wanted.account, wanted.role.as_str()));
        // Usually the role has not moved.
        let stayed = wanted.is_some() && self.row_key(row) == wanted;
        let found = if stayed {
            Some(row)
        } else {
            wanted.and_then(|wanted| {
                (0..self.rows.len()).find(|row| self.row_key(*row) == Some(wanted))
            })
        };
        match found {
            Some(row) => self.selected_row = row,
            None => self.select(row),
        }
    }

    fn row_key(&self, row: usize) -> Option<RoleKey<'_>> {
        role_key(&self.roster, *self.rows.get(row)?)
    }
}

type RoleKey<'a> = (&'a InstanceName, AccountId, &'a str);

fn role_key(roster: &Roster, row: u32) -> Option<RoleKey<'_>> {
    roster
        .entries
        .get(row as usize)
        .map(|entry| (&roster.instance(entry).name, entry.account, &*entry.role))
}

fn rows_by_key(found: &SearchResults) -> HashMap<RoleKey<'_>, u32> {
    found.rows.iter().filter_map(|row| Some((role_key(&found.roster, *row)?, *row))).collect()
}

/// Lines: each section has a heading, and each heading but the first has a blank line before it.
impl RoleList {
    fn has_headings(&self) -> bool {
        self.sections.len() > 1
            || self.sections.first().is_some_and(|(section, _)| *section != ListSection::All)
    }

    /// The number of lines.
    pub(in crate::tui) fn line_count(&self) -> usize {
        self.rows.len() + if self.has_headings() { self.sections.len() * 2 - 1 } else { 0 }
    }

    /// The line of a row.
    pub(in crate::tui) fn line_of_row(&self, row: usize) -> usize {
        let above = self.sections.iter().take_while(|(_, range)| range.start <= row).count();
        if self.has_headings() && above > 0 { row + above * 2 - 1 } else { row }
    }

    /// The content of a line.
    pub(in crate::tui) fn line_at(&self, line: usize) -> Option<ListLine> {
        if !self.has_headings() {
            return (line < self.rows.len()).then_some(ListLine::Row(line));
        }
        for (above, (section, range)) in self.sections.iter().enumerate() {
            let first = range.start + above * 2 + 1;
            if line + 2 == first && above > 0 {
                return Some(ListLine::Blank);
            }
            if line + 1 == first {
                return Some(ListLine::Heading(*section, range.len()));
            }
            if line >= first && line < first + range.len() {
                return Some(ListLine::Row(range.start + line - first));
            }
        }
        None
    }

    /// Scrolls as little as possible to show the selected row, together with its heading if it is
    /// the first row below one.
    pub(in crate::tui) fn scroll_to_selected(&mut self, height: usize) {
        let line = self.line_of_row(self.selected_row);
        let first = self.has_headings()
            && self.sections.iter().any(|(_, range)| range.start == self.selected_row);
        let from = if self.selected_row == 0 { 0 } else { line.saturating_sub(usize::from(first)) };
        if from < self.first_line {
            self.first_line = from;
        }
        if line + 1 > self.first_line + height {
            self.first_line = line + 1 - height;
        }
        self.first_line = self.first_line.min(self.line_count().saturating_sub(height));
    }

    /// Scrolls by lines. The selection moves only if it would leave the screen.
    pub(in crate::tui) fn scroll(&mut self, lines: isize, height: usize) {
        self.first_line = self
            .first_line
            .saturating_add_signed(lines)
            .min(self.line_count().saturating_sub(height));
        let row_at = |line: usize| {
            if let Some(ListLine::Row(row)) = self.line_at(line) { Some(row) } else { None }
        };
        let line = self.line_of_row(self.selected_row);
        let target = if line < self.first_line {
            (self.first_line..self.first_line + height).find_map(row_at)
        } else if line >= self.first_line + height {
            (self.first_line..self.first_line + height).rev().find_map(row_at)
        } else {
            None
        };
        if let Some(row) = target {
            self.select(row);
        }
    }
}
