//! The list as it is shown: rows, headings, the bar, how far it is scrolled.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::domain::{AccountId, InstanceName, RoleId, Roster, RosterEntry, RowStyle};

use super::super::matching::{Found, Highlights, Lens, Section};
use super::super::measure::Measure;

/// Rows, and where the person is in them.
#[derive(Debug, Clone)]
pub(in crate::tui) struct List {
    /// What the rows are positions in; may be older than the newest roster.
    pub(in crate::tui) roster: Arc<Roster>,
    /// Positions in the roster's entries.
    rows: Vec<u32>,
    /// Headings over ranges of rows.
    sections: Vec<(Section, Range<usize>)>,
    /// The selected role. The bar follows it, whatever row it is on.
    pub(in crate::tui) selected: Option<RoleId>,
    /// The row it is on.
    pub(in crate::tui) at: usize,
    /// The first line shown; lines are rows, headings and the blanks before these.
    pub(in crate::tui) top: usize,
    /// The order to take with the next key.
    later: Option<Arc<Found>>,
    /// Whether any search was answered.
    pub(in crate::tui) loaded: bool,
    /// The query these rows match.
    pub(in crate::tui) text: String,
    /// Near names, when there are no rows.
    pub(in crate::tui) nearest: Vec<String>,
    /// How many hidden roles would match, when there are no rows.
    pub(in crate::tui) hidden: usize,
    /// Widths over the whole roster.
    pub(in crate::tui) measure: Arc<Measure>,
    /// How many roles there are in all, while the list has only those that are shown first.
    pub(in crate::tui) total: Option<usize>,
    lens: Lens,
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
            && self.at == other.at
            && self.top == other.top
            && self.selected == other.selected
            && self.text == other.text
    }
}

/// What stands on one line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Shown {
    /// Nothing, before a heading.
    Blank,
    /// A heading and how many rows are under it.
    Heading(Section, usize),
    /// A row.
    Row(usize),
}

impl List {
    /// A list before its first search.
    pub(in crate::tui) fn new(roster: Arc<Roster>) -> Self {
        Self {
            roster,
            rows: Vec::new(),
            sections: Vec::new(),
            selected: None,
            at: 0,
            top: 0,
            later: None,
            loaded: false,
            text: String::new(),
            nearest: Vec::new(),
            hidden: 0,
            measure: Arc::default(),
            total: None,
            lens: Lens::default(),
        }
    }

    /// How many rows there are.
    pub(in crate::tui) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The entry of a row.
    pub(in crate::tui) fn entry(&self, row: usize) -> Option<&RosterEntry> {
        self.roster.entries.get(*self.rows.get(row)? as usize)
    }

    /// How the rules want a row shown.
    pub(in crate::tui) fn look(&self, row: usize) -> Option<&RowStyle> {
        self.roster.row_style(*self.rows.get(row)? as usize)
    }

    /// The role of a row.
    pub(in crate::tui) fn id(&self, row: usize) -> Option<RoleId> {
        self.entry(row).map(|entry| self.roster.id(entry))
    }

    /// The matched letters of a row.
    pub(in crate::tui) fn hits(&self, row: usize) -> Highlights {
        self.rows.get(row).map(|row| self.lens.hits(*row)).unwrap_or_default()
    }

    /// Whether the row above, under the same heading, is of the same account.
    pub(in crate::tui) fn repeats(&self, row: usize) -> bool {
        let first = self.sections.iter().any(|(_, range)| range.start == row);
        let place = |row: usize| self.place(row).map(|(instance, account, _)| (instance, account));
        row > 0 && !first && place(row) == place(row - 1)
    }

    /// Moves the bar to a row, or the last one before it.
    pub(in crate::tui) fn select(&mut self, row: usize) {
        self.at = row.min(self.rows.len().saturating_sub(1));
        self.selected = self.id(self.at);
    }

    /// Takes an answer to something the person did: new rows, the bar on the first.
    pub(in crate::tui) fn take(&mut self, found: &Found) {
        self.adopt(found);
        self.top = 0;
        self.select(0);
    }

    /// Takes rows that arrived by themselves: what is shown stays where it is, newcomers go below.
    /// Their proper order waits for a key.
    pub(in crate::tui) fn arrive(&mut self, found: Arc<Found>) {
        if self.rows.is_empty() {
            return self.take(&found);
        }
        if self.total.is_some() && self.begins(&found) {
            // What was shown first was the beginning of this: nothing moves.
            let at = self.at;
            self.adopt(&found);
            return self.follow(at);
        }
        let (mut places, mut kept) = (places(&found), Vec::new());
        let mut sections = Vec::new();
        let whole = [(Section::All, 0..self.rows.len())];
        for (section, range) in if self.sections.is_empty() { &whole[..] } else { &self.sections } {
            let start = kept.len();
            for row in range.clone() {
                if let Some(place) = self.place(row).and_then(|place| places.remove(&place)) {
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
        let at = self.at;
        self.adopt(&found);
        self.rows = kept;
        self.sections = if sectioned {
            sections.into_iter().filter(|(_, range)| !range.is_empty()).collect()
        } else {
            Vec::new()
        };
        self.later = Some(found);
        self.follow(at);
    }

    /// A key was pressed: rows that arrived may take their places now.
    pub(in crate::tui) fn settle(&mut self) {
        if let Some(found) = self.later.take() {
            let at = self.at;
            self.adopt(&found);
            self.follow(at);
        }
    }

    /// Whether the rows that are known so far are the first ones of these.
    fn begins(&self, found: &Found) -> bool {
        let theirs = |row: usize| found.rows.get(row).and_then(|row| place_of(&found.roster, *row));
        self.roster.entries.len() <= found.rows.len()
            && (0..self.roster.entries.len()).all(|row| self.place(row) == theirs(row))
    }

    fn adopt(&mut self, found: &Found) {
        self.roster = found.roster.clone();
        self.rows = found.rows.clone();
        self.sections = found.sections.clone();
        self.later = None;
        self.loaded = true;
        self.text = found.text.clone();
        self.nearest = found.nearest.clone();
        self.hidden = found.hidden;
        self.measure = found.measure.clone();
        self.total = found.total;
        self.lens = found.lens.clone();
    }

    /// Puts the bar on the selected role again, or on the row where it was when the role is gone.
    fn follow(&mut self, row: usize) {
        let wanted = self
            .selected
            .as_ref()
            .map(|wanted| (&wanted.instance, wanted.account, wanted.role.as_str()));
        // Mostly it is where it was.
        let stayed = wanted.is_some() && self.place(row) == wanted;
        let found = if stayed {
            Some(row)
        } else {
            wanted.and_then(|wanted| {
                (0..self.rows.len()).find(|row| self.place(*row) == Some(wanted))
            })
        };
        match found {
            Some(row) => self.at = row,
            None => self.select(row),
        }
    }

    fn place(&self, row: usize) -> Option<Place<'_>> {
        place_of(&self.roster, *self.rows.get(row)?)
    }
}

type Place<'a> = (&'a InstanceName, AccountId, &'a str);

fn place_of(roster: &Roster, row: u32) -> Option<Place<'_>> {
    roster
        .entries
        .get(row as usize)
        .map(|entry| (&roster.instance(entry).name, entry.account, &*entry.role))
}

fn places(found: &Found) -> HashMap<Place<'_>, u32> {
    found.rows.iter().filter_map(|row| Some((place_of(&found.roster, *row)?, *row))).collect()
}

/// Lines: a heading stands over each section, and a blank before all headings but the first.
impl List {
    fn headed(&self) -> bool {
        self.sections.len() > 1
            || self.sections.first().is_some_and(|(section, _)| *section != Section::All)
    }

    /// How many lines there are.
    pub(in crate::tui) fn lines(&self) -> usize {
        self.rows.len() + if self.headed() { self.sections.len() * 2 - 1 } else { 0 }
    }

    /// The line a row stands on.
    pub(in crate::tui) fn line(&self, row: usize) -> usize {
        let above = self.sections.iter().take_while(|(_, range)| range.start <= row).count();
        if self.headed() && above > 0 { row + above * 2 - 1 } else { row }
    }

    /// What stands on a line.
    pub(in crate::tui) fn shown(&self, line: usize) -> Option<Shown> {
        if !self.headed() {
            return (line < self.rows.len()).then_some(Shown::Row(line));
        }
        for (above, (section, range)) in self.sections.iter().enumerate() {
            let first = range.start + above * 2 + 1;
            if line + 2 == first && above > 0 {
                return Some(Shown::Blank);
            }
            if line + 1 == first {
                return Some(Shown::Heading(*section, range.len()));
            }
            if line >= first && line < first + range.len() {
                return Some(Shown::Row(range.start + line - first));
            }
        }
        None
    }

    /// Scrolls as little as needed for the bar to be seen, with its heading when it is the first
    /// row under one.
    pub(in crate::tui) fn reveal(&mut self, height: usize) {
        let line = self.line(self.at);
        let first = self.headed() && self.sections.iter().any(|(_, range)| range.start == self.at);
        let from = if self.at == 0 { 0 } else { line.saturating_sub(usize::from(first)) };
        if from < self.top {
            self.top = from;
        }
        if line + 1 > self.top + height {
            self.top = line + 1 - height;
        }
        self.top = self.top.min(self.lines().saturating_sub(height));
    }

    /// Scrolls by lines; the bar stays unless it would leave the screen.
    pub(in crate::tui) fn scroll(&mut self, lines: isize, height: usize) {
        self.top = self.top.saturating_add_signed(lines).min(self.lines().saturating_sub(height));
        let row_at = |line: usize| {
            if let Some(Shown::Row(row)) = self.shown(line) { Some(row) } else { None }
        };
        let line = self.line(self.at);
        let target = if line < self.top {
            (self.top..self.top + height).find_map(row_at)
        } else if line >= self.top + height {
            (self.top..self.top + height).rev().find_map(row_at)
        } else {
            None
        };
        if let Some(row) = target {
            self.select(row);
        }
    }
}
