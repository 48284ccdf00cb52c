//! The picker's side of the search: jobs for the worker, and what it found. The only file here that names `domain::query`.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::query::{Index, Query};
use crate::domain::{Marks, Roster, Usages};

use super::columns::Measure;

pub(super) use crate::domain::query::Highlights;

/// What to look for, in what.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// Comes back in the answer.
    pub(super) number: u64,
    /// All roles.
    pub(super) roster: Arc<Roster>,
    /// For ranking.
    pub(super) usages: Arc<Usages>,
    /// For ranking and sections.
    pub(super) marks: Arc<Marks>,
    /// How much past use counts.
    pub(super) weight: f64,
    /// The query as typed.
    pub(super) text: String,
}

impl PartialEq for Job {
    /// Rosters are compared by address: a new one is a new search even if it says the same.
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
            && Arc::ptr_eq(&self.roster, &other.roster)
            && self.marks == other.marks
            && self.weight == other.weight
            && self.text == other.text
    }
}

/// A heading of the list while nothing is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Pinned roles.
    Favourites,
    /// Roles used lately.
    Recent,
    /// The others.
    All,
}

/// Rows in the order they are shown.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The job's number.
    pub(super) number: u64,
    /// The query that was matched.
    pub(super) text: String,
    /// What the rows are positions in.
    pub(super) roster: Arc<Roster>,
    /// Positions in the roster's entries.
    pub(super) rows: Vec<u32>,
    /// Where each heading stands, as ranges of `rows`; empty while something is typed.
    pub(super) sections: Vec<(Section, Range<usize>)>,
    /// The nearest account names when nothing matched.
    pub(super) nearest: Vec<String>,
    /// How wide names and tags of the whole roster are.
    pub(super) measure: Arc<Measure>,
    /// Finds matched letters.
    pub(super) lens: Lens,
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number && self.text == other.text && self.rows == other.rows && Arc::ptr_eq(&self.roster, &other.roster)
    }
}

/// Tells which letters of a row matched; asked for the rows on the screen only.
#[derive(Debug, Clone, Default)]
pub(super) struct Lens {
    index: Option<Arc<Index>>,
    query: Query,
}

impl Lens {
    /// The matched letters of one row.
    pub(super) fn hits(&self, row: u32) -> Highlights {
        match &self.index {
            Some(index) if !self.query.is_empty() => index.highlights(&self.query, row),
            _ => Highlights::default(),
        }
    }
}

/// Matches one roster after another, keeping what was made of the last one.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    made: Option<(Arc<Index>, Arc<Measure>)>,
}

impl Matcher {
    /// Does one job.
    pub(super) fn run(&mut self, job: &Job) -> Found {
        let (index, measure) = self.made_of(&job.roster);
        let query = Query::parse(&job.text, &|name| index.knows_tag(name));
        let (rows, sections) = if query.is_empty() {
            let browse = index.browse(&job.usages, &job.marks, job.weight);
            stack([(Section::Favourites, browse.favourites), (Section::Recent, browse.recent), (Section::All, browse.rest)])
        } else {
            (index.search(&query, &job.usages, &job.marks, job.weight), Vec::new())
        };
        let nearest = if rows.is_empty() && !query.is_empty() { index.nearest(&job.text, 3) } else { Vec::new() };
        Found {
            number: job.number,
            text: job.text.clone(),
            roster: job.roster.clone(),
            rows,
            sections,
            nearest,
            measure,
            lens: Lens { index: Some(index), query },
        }
    }

    fn made_of(&mut self, roster: &Arc<Roster>) -> (Arc<Index>, Arc<Measure>) {
        match &self.made {
            Some((index, measure)) if Arc::ptr_eq(index.roster(), roster) => (index.clone(), measure.clone()),
            _ => {
                let made = (Arc::new(Index::build(roster.clone())), Arc::new(Measure::of(roster)));
                self.made.insert(made).clone()
            }
        }
    }
}

/// Lists one above the other, each with its heading; empty ones have none.
fn stack(parts: [(Section, Vec<u32>); 3]) -> (Vec<u32>, Vec<(Section, Range<usize>)>) {
    let (mut rows, mut sections) = (Vec::new(), Vec::new());
    for (section, part) in parts {
        if !part.is_empty() {
            sections.push((section, rows.len()..rows.len() + part.len()));
            rows.extend(part);
        }
    }
    (rows, sections)
}
