//! The picker's side of the search: jobs for the worker, and what it found. The only file here that names `domain::query`.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::{Entry, Marks, Roster, Usages, fold, nearest};

use super::columns::Measure;

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

/// Which letters of a row matched, by character.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Hits {
    /// In the account's name.
    pub(super) account: Vec<u32>,
    /// In the account's id.
    pub(super) id: Vec<u32>,
    /// In the role's name.
    pub(super) role: Vec<u32>,
}

/// Tells which letters of a row matched; asked for the rows on the screen only.
#[derive(Debug, Clone, Default)]
pub(super) struct Lens {
    words: Vec<String>,
    roster: Arc<Roster>,
}

impl Lens {
    /// The matched letters of one row.
    pub(super) fn hits(&self, row: u32) -> Hits {
        let Some(entry) = self.roster.entries.get(row as usize) else { return Hits::default() };
        let find = |text: &str| {
            let folded: Vec<char> = fold(text).chars().collect();
            let mut hits = Vec::new();
            for word in &self.words {
                let word: Vec<char> = word.chars().collect();
                if let Some(at) = folded.windows(word.len()).position(|window| window == word) {
                    hits.extend((at..at + word.len()).map(|at| at as u32));
                }
            }
            hits
        };
        Hits { account: find(entry.account_label()), id: find(entry.account.as_str()), role: find(&entry.role) }
    }
}

/// Matches one roster after another, keeping what was made of the last one.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    roster: Option<Arc<Roster>>,
    measure: Arc<Measure>,
}

impl Matcher {
    /// Does one job.
    pub(super) fn run(&mut self, job: &Job) -> Found {
        if self.roster.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &job.roster)) {
            self.measure = Arc::new(Measure::of(&job.roster));
            self.roster = Some(job.roster.clone());
        }
        let words: Vec<String> = job.text.split_whitespace().map(fold).collect();
        let (rows, sections) = if words.is_empty() { browse(job) } else { (search(job, &words), Vec::new()) };
        let names = || job.roster.entries.iter().map(Entry::account_label);
        let near = if rows.is_empty() { nearest(&job.text, names(), 3).into_iter().map(str::to_owned).collect() } else { Vec::new() };
        Found {
            number: job.number,
            text: job.text.clone(),
            roster: job.roster.clone(),
            rows,
            sections,
            nearest: near,
            measure: self.measure.clone(),
            lens: Lens { words, roster: job.roster.clone() },
        }
    }
}

fn search(job: &Job, words: &[String]) -> Vec<u32> {
    let matches = |entry: &Entry| {
        let text = fold(&format!("{} {} {}", entry.account_label(), entry.account, entry.role));
        words.iter().all(|word| text.contains(word.as_str()))
    };
    (0_u32..).zip(&job.roster.entries).filter(|(_, entry)| matches(entry)).map(|(row, _)| row).collect()
}

fn browse(job: &Job) -> (Vec<u32>, Vec<(Section, Range<usize>)>) {
    let id = |row: u32| job.roster.id(&job.roster.entries[row as usize]);
    let (mut favourites, mut recent, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..u32::try_from(job.roster.entries.len()).unwrap_or(u32::MAX) {
        let id = id(row);
        if job.marks.hidden.contains(&id) {
            continue;
        }
        match job.usages.get(&id) {
            _ if job.marks.favourites.contains(&id) => favourites.push(row),
            Some(_) => recent.push(row),
            None => rest.push(row),
        }
    }
    let label = |row: &u32| job.roster.entries[*row as usize].account_label().to_owned();
    recent.sort_by(|a, b| {
        let score = |row: u32| job.usages.get(&id(row)).map_or(0.0, |usage| usage.score);
        score(*b).total_cmp(&score(*a))
    });
    rest.sort_by_key(label);
    stack([(Section::Favourites, favourites), (Section::Recent, recent), (Section::All, rest)])
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
