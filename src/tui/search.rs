//! The picker's side of the search: jobs for the worker, and what it found. The only file here that
//! names `domain::query`.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::query::{DefaultOrder, Query, SearchIndex, preference, recognize};
use crate::domain::{
    PackedRoster, RoleFlags, Roster, RosterEntry, Timestamp, Usages, normalize_text,
};

use super::ShellRole;
use super::column_stats::ColumnStats;

pub(super) use crate::domain::query::Highlights;

/// What to look for, in what.
#[derive(Debug, Clone)]
pub(super) struct SearchJob {
    /// Comes back in the answer.
    pub(super) number: u64,
    /// All roles.
    pub(super) roster: Arc<Roster>,
    /// For ranking.
    pub(super) usages: Arc<Usages>,
    /// For ranking and sections.
    pub(super) marks: Arc<RoleFlags>,
    /// How much past use counts.
    pub(super) history_weight: f64,
    /// The query as typed.
    pub(super) query: String,
    /// In which order.
    pub(super) sort_order: SortOrder,
    /// What stays the same for as long as the picker is open.
    pub(super) preferences: Arc<SearchPreferences>,
}

/// What a person wants of the list, besides what is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SearchPreferences {
    /// The role that this shell is in.
    pub(super) shell_role: Option<ShellRole>,
    /// Globs of roles, best first: which one is meant where only an account is named.
    pub(super) prefer_roles: Vec<String>,
    /// The columns, where they were configured.
    pub(super) columns: Option<Vec<String>>,
}

/// The orders that the list can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SortOrder {
    /// As well as the query fits; favourites, recent and all while there is none.
    #[default]
    Best,
    /// By account, then role.
    Account,
    /// By role, then account.
    Role,
    /// By account id.
    Id,
    /// Used last first, then by account.
    LastUsed,
}

impl SortOrder {
    /// The next one, and after the last the first.
    pub(super) fn next(self) -> Self {
        match self {
            SortOrder::Best => SortOrder::Account,
            SortOrder::Account => SortOrder::Role,
            SortOrder::Role => SortOrder::Id,
            SortOrder::Id => SortOrder::LastUsed,
            SortOrder::LastUsed => SortOrder::Best,
        }
    }

    /// In words, for the line of the query.
    pub(super) fn name(self) -> &'static str {
        match self {
            SortOrder::Best => "best first",
            SortOrder::Account => "by account",
            SortOrder::Role => "by role",
            SortOrder::Id => "by id",
            SortOrder::LastUsed => "last used first",
        }
    }
}

impl PartialEq for SearchJob {
    /// Rosters are compared by address: a new one is a new search even if it says the same.
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
            && Arc::ptr_eq(&self.roster, &other.roster)
            && self.marks == other.marks
            && self.history_weight == other.history_weight
            && self.query == other.query
            && self.sort_order == other.sort_order
    }
}

/// A heading of the list while nothing is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListSection {
    /// The role of this shell, where a pasted page names no account.
    Current,
    /// Pinned roles.
    Favorites,
    /// Roles used lately.
    Recent,
    /// The others.
    All,
}

/// Rows in the order they are shown.
#[derive(Debug, Clone)]
pub(super) struct SearchResults {
    /// The job's number.
    pub(super) number: u64,
    /// The query that was matched.
    pub(super) query: String,
    /// What the rows are positions in.
    pub(super) roster: Arc<Roster>,
    /// Positions in the roster's entries.
    pub(super) rows: Vec<u32>,
    /// Where each heading stands, as ranges of `rows`; empty while something is typed.
    pub(super) sections: Vec<(ListSection, Range<usize>)>,
    /// The nearest account names when nothing matched.
    pub(super) nearest_names: Vec<String>,
    /// How many hidden roles would match, when nothing else did.
    pub(super) hidden_matches: usize,
    /// How wide names and tags of the whole roster are.
    pub(super) column_stats: Arc<ColumnStats>,
    /// How many roles there are in all, where the roster has only those that are shown first.
    pub(super) total: Option<usize>,
    /// Finds matched letters.
    pub(super) highlighter: Highlighter,
}

impl PartialEq for SearchResults {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
            && self.query == other.query
            && self.rows == other.rows
            && Arc::ptr_eq(&self.roster, &other.roster)
    }
}

/// Tells which letters of a row matched; asked for the rows on the screen only.
#[derive(Debug, Clone, Default)]
pub(super) struct Highlighter {
    index: Option<Arc<SearchIndex>>,
    query: Query,
}

impl Highlighter {
    /// The matched letters of one row.
    pub(super) fn highlights(&self, row: u32) -> Highlights {
        match &self.index {
            Some(index) if !self.query.is_empty() => index.highlights(&self.query, row),
            _ => Highlights::default(),
        }
    }
}

/// Matches one roster after another, keeping what was made of the last one.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    cached: Option<(Arc<SearchIndex>, Arc<ColumnStats>)>,
}

impl Matcher {
    /// Does one job.
    pub(super) fn run(&mut self, job: &SearchJob) -> SearchResults {
        let (index, measure) = self.index_for(&job.roster, job.preferences.columns.as_deref());
        let query = Query::parse(&job.query, &|name| index.has_tag(name));
        let (mut rows, mut sections) = if query.is_empty() {
            let browse = index.default_order(&job.usages, &job.marks, job.history_weight);
            concat_sections(sections(browse, shell_role_row(job)))
        } else {
            (index.search(&query, &job.usages, &job.marks, job.history_weight), Vec::new())
        };
        apply_preferred_roles(&mut rows, job);
        if job.sort_order != SortOrder::Best {
            sort_rows(&mut rows, &index, job);
            sections = Vec::new();
        }
        let nothing = rows.is_empty() && !query.is_empty();
        let hidden = if nothing && !job.marks.hidden.is_empty() {
            let all = RoleFlags { hidden: Default::default(), ..RoleFlags::clone(&job.marks) };
            index.search(&query, &job.usages, &all, job.history_weight).len()
        } else {
            0
        };
        let nearest = if nothing && hidden == 0 {
            index.nearest_account_names(&job.query, 3)
        } else {
            Vec::new()
        };
        SearchResults {
            number: job.number,
            query: job.query.clone(),
            roster: job.roster.clone(),
            rows,
            sections,
            nearest_names: nearest,
            hidden_matches: hidden,
            column_stats: measure,
            total: None,
            highlighter: Highlighter { index: Some(index), query },
        }
    }

    fn index_for(
        &mut self,
        roster: &Arc<Roster>,
        columns: Option<&[String]>,
    ) -> (Arc<SearchIndex>, Arc<ColumnStats>) {
        match &self.cached {
            Some((index, measure)) if Arc::ptr_eq(index.roster(), roster) => {
                (index.clone(), measure.clone())
            }
            _ => {
                let measure = with_columns(ColumnStats::from_roster(roster), columns);
                let made = (Arc::new(SearchIndex::new(roster.clone())), Arc::new(measure));
                self.cached.insert(made).clone()
            }
        }
    }
}

fn with_columns(measure: ColumnStats, columns: Option<&[String]>) -> ColumnStats {
    match columns {
        Some(columns) => measure.with_columns(columns),
        None => measure,
    }
}

/// What the list shows before anything was searched: the first so many rows of a packed roster,
/// with blanks where the others will be.
pub(super) fn initial_from_packed(
    sheet: &PackedRoster,
    usages: &Usages,
    marks: &RoleFlags,
    weight: f64,
    most: usize,
    columns: Option<&[String]>,
) -> SearchResults {
    let browse = sheet.default_order(usages, marks, weight, most);
    let hidden = sheet.hidden().len() + sheet.locate(&marks.hidden).len();
    let (known, mut sections) = concat_sections(sections(browse, None));
    let roster = Arc::new(sheet.subset(known.iter().map(|row| *row as usize)));
    let count = roster.entries.len();
    let mut rows: Vec<u32> = (0..count as u32).collect();
    let whole = sheet.len().saturating_sub(hidden).max(count);
    if let (Some((ListSection::All, range)), true) = (sections.last_mut(), whole > count) {
        range.end = whole;
        rows.resize(whole, u32::MAX);
    }
    SearchResults {
        number: 0,
        query: String::new(),
        roster,
        rows,
        sections,
        nearest_names: Vec::new(),
        hidden_matches: 0,
        column_stats: Arc::new(with_columns(ColumnStats::from_packed(sheet), columns)),
        total: Some(sheet.len()),
        highlighter: Highlighter::default(),
    }
}

/// The list before anything is typed, without the index that a search needs: that takes several
/// times as long.
pub(super) fn initial_from_roster(
    roster: &Arc<Roster>,
    usages: &Usages,
    marks: &RoleFlags,
    weight: f64,
    columns: Option<&[String]>,
) -> SearchResults {
    let (rows, sections) =
        concat_sections(sections(roster.default_order(usages, marks, weight), None));
    SearchResults {
        number: 0,
        query: String::new(),
        roster: roster.clone(),
        rows,
        sections,
        nearest_names: Vec::new(),
        hidden_matches: 0,
        column_stats: Arc::new(with_columns(ColumnStats::from_roster(roster), columns)),
        total: None,
        highlighter: Highlighter::default(),
    }
}

/// The role of this shell on top, where an address was pasted that names no account: most likely it
/// is meant.
fn shell_role_row(job: &SearchJob) -> Option<u32> {
    let current = job.preferences.shell_role.as_ref()?;
    recognize(&job.query).filter(|pasted| pasted.account.is_none())?;
    let is_it = |entry: &RosterEntry| match current {
        ShellRole::Role { instance, account, role } => {
            let here = || {
                instance
                    .as_ref()
                    .is_none_or(|instance| job.roster.instance(entry).name == *instance)
            };
            entry.account == *account && *entry.role == *role.as_str() && here()
        }
        ShellRole::Profile(name) => entry.profile.as_deref() == Some(name),
    };
    job.roster.entries.iter().position(is_it).and_then(|row| u32::try_from(row).ok())
}

/// Where an account alone was pasted, the roles that a person likes best stand first.
fn apply_preferred_roles(rows: &mut [u32], job: &SearchJob) {
    if job.preferences.prefer_roles.is_empty()
        || recognize(&job.query)
            .is_none_or(|pasted| pasted.account.is_none() || pasted.role.is_some())
    {
        return;
    }
    rows.sort_by_key(|row| {
        job.roster
            .entries
            .get(*row as usize)
            .and_then(|entry| preference(&job.preferences.prefer_roles, &entry.role))
            .unwrap_or(usize::MAX)
    });
}

/// Puts rows into another order than the search's; equals stay by name.
fn sort_rows(rows: &mut [u32], index: &SearchIndex, job: &SearchJob) {
    let mut places = vec![0_u32; job.roster.entries.len()];
    for (place, row) in (0..).zip(index.order_by_name()) {
        places[*row as usize] = place;
    }
    let by_name = |row: &u32| places.get(*row as usize).copied();
    let entry = |row: &u32| job.roster.entries.get(*row as usize);
    match job.sort_order {
        SortOrder::Best => {}
        SortOrder::Account => rows.sort_by_key(by_name),
        SortOrder::Role => rows.sort_by_cached_key(|row| {
            (entry(row).map(|entry| normalize_text(&entry.role)), by_name(row))
        }),
        SortOrder::Id => {
            rows.sort_by_key(|row| (entry(row).map(|entry| entry.account), by_name(row)))
        }
        SortOrder::LastUsed => {
            let used = |row: &u32| {
                let last = entry(row)
                    .filter(|_| !job.usages.is_empty())
                    .and_then(|entry| job.usages.get(&job.roster.id(entry)));
                std::cmp::Reverse(last.map(|usage| usage.last_used).unwrap_or(Timestamp(i64::MIN)))
            };
            rows.sort_by_cached_key(|row| (used(row), by_name(row)));
        }
    }
}

type SectionRows = (ListSection, Vec<u32>);

/// The first screen's parts, each with its heading; a row stands under one of them only.
fn sections(mut browse: DefaultOrder, current: Option<u32>) -> Vec<SectionRows> {
    for part in [&mut browse.favorites, &mut browse.recent, &mut browse.rest] {
        part.retain(|row| Some(*row) != current);
    }
    let on_top = (ListSection::Current, current.into_iter().collect());
    vec![
        on_top,
        (ListSection::Favorites, browse.favorites),
        (ListSection::Recent, browse.recent),
        (ListSection::All, browse.rest),
    ]
}

/// Lists one above the other, each with its heading; empty ones have none.
fn concat_sections(parts: Vec<SectionRows>) -> (Vec<u32>, Vec<(ListSection, Range<usize>)>) {
    let (mut rows, mut sections) = (Vec::new(), Vec::new());
    for (section, part) in parts {
        if !part.is_empty() {
            sections.push((section, rows.len()..rows.len() + part.len()));
            rows.extend(part);
        }
    }
    (rows, sections)
}
