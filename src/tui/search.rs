//! The picker's side of the search: jobs for the search thread and their results. The only module
//! here that uses `domain::query`.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::query::{DefaultOrder, Query, SearchIndex, preference, recognize};
use crate::domain::{PackedRoster, RoleFlags, RoleId, Roster, Timestamp, Usages, normalize_text};

use super::column_stats::ColumnStats;
use super::{ListOptions, ShellRole};

pub(super) use crate::domain::query::Highlights;

/// A search of the roster.
#[derive(Debug, Clone)]
pub(super) struct SearchJob {
    /// Returned with the results.
    pub(super) number: u64,
    /// The roles to search.
    pub(super) roster: Arc<Roster>,
    /// Past use, for ranking.
    pub(super) usages: Arc<Usages>,
    /// Favourites and hidden roles, for ranking and sections.
    pub(super) marks: Arc<RoleFlags>,
    /// The query as typed.
    pub(super) query: String,
    /// The order of the results.
    pub(super) sort_order: SortOrder,
    /// Options that do not change while the picker is open.
    pub(super) options: Arc<ListOptions>,
}

/// The sort orders of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SortOrder {
    /// By match quality; without a query favourites, recent roles, and all others.
    #[default]
    Best,
    /// By account, then role.
    Account,
    /// By role, then account.
    Role,
    /// By account id.
    Id,
    /// By last use, then by account.
    LastUsed,
}

impl SortOrder {
    /// The next order, cyclically.
    pub(super) fn next(self) -> Self {
        match self {
            SortOrder::Best => SortOrder::Account,
            SortOrder::Account => SortOrder::Role,
            SortOrder::Role => SortOrder::Id,
            SortOrder::Id => SortOrder::LastUsed,
            SortOrder::LastUsed => SortOrder::Best,
        }
    }

    /// The label for the query line.
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
    /// Compares rosters by address: a new roster is a new search even if it is equal.
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
            && Arc::ptr_eq(&self.roster, &other.roster)
            && self.usages == other.usages
            && self.marks == other.marks
            && self.query == other.query
            && self.sort_order == other.sort_order
            && self.options == other.options
    }
}

/// A section of the list while the query is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListSection {
    /// The current role of this shell.
    Current,
    /// Favourites.
    Favorites,
    /// Recently used roles.
    Recent,
    /// All other roles.
    All,
}

/// The results of a search: rows in the order in which they are shown.
#[derive(Debug, Clone)]
pub(super) struct SearchResults {
    /// The number of the job.
    pub(super) number: u64,
    /// The query.
    pub(super) query: String,
    /// The roster that `rows` indexes.
    pub(super) roster: Arc<Roster>,
    /// Indices into the roster's entries.
    pub(super) rows: Vec<u32>,
    /// Sections as ranges of `rows`; empty if the query is not.
    pub(super) sections: Vec<(ListSection, Range<usize>)>,
    /// The account names most similar to the query, if nothing matched.
    pub(super) nearest_names: Vec<String>,
    /// The number of hidden roles that would match, if nothing else did.
    pub(super) hidden_matches: usize,
    /// Widths of names and tags over the whole roster.
    pub(super) column_stats: Arc<ColumnStats>,
    /// The number of all roles, if the roster holds only the first of them.
    pub(super) total: Option<usize>,
    /// Finds the matched letters of a row.
    pub(super) highlighter: Highlighter,
}

impl PartialEq for SearchResults {
    /// Compares rosters by address. The highlighter follows from the query and the roster.
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
            && self.query == other.query
            && Arc::ptr_eq(&self.roster, &other.roster)
            && self.rows == other.rows
            && self.sections == other.sections
            && self.nearest_names == other.nearest_names
            && self.hidden_matches == other.hidden_matches
            && self.column_stats == other.column_stats
            && self.total == other.total
    }
}

/// Finds the matched letters of a row. Used for visible rows only.
#[derive(Debug, Clone, Default)]
pub(super) struct Highlighter {
    index: Option<Arc<SearchIndex>>,
    query: Query,
}

impl Highlighter {
    /// The matched letters of a row.
    pub(super) fn highlights(&self, row: u32) -> Highlights {
        match &self.index {
            Some(index) if !self.query.is_empty() => index.highlights(&self.query, row),
            _ => Highlights::default(),
        }
    }
}

/// Runs searches and caches the index of the last roster.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    cached: Option<(Arc<SearchIndex>, Arc<ColumnStats>)>,
}

impl Matcher {
    /// Runs one search.
    pub(super) fn run(&mut self, job: &SearchJob) -> SearchResults {
        let (index, stats) = self.index_for(&job.roster, job.options.columns.as_deref());
        let query = Query::parse(&job.query, &|name| index.has_tag(name));
        let (mut rows, mut sections) = if query.is_empty() {
            let order = index.default_order(&job.usages, &job.marks, job.options.history_weight);
            concat_sections(sections(order, shell_role_row(&job.roster, &job.marks, &job.options)))
        } else {
            (index.search(&query, &job.usages, &job.marks, job.options.history_weight), Vec::new())
        };
        apply_preferred_roles(&mut rows, job);
        if job.sort_order != SortOrder::Best {
            sort_rows(&mut rows, &index, job);
            sections = Vec::new();
        }
        let nothing = rows.is_empty() && !query.is_empty();
        let hidden = if nothing && !job.marks.hidden.is_empty() {
            let all = RoleFlags { hidden: Default::default(), ..RoleFlags::clone(&job.marks) };
            index.search(&query, &job.usages, &all, job.options.history_weight).len()
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
            column_stats: stats,
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
            Some((index, stats)) if Arc::ptr_eq(index.roster(), roster) => {
                (index.clone(), stats.clone())
            }
            _ => {
                let stats = with_columns(ColumnStats::from_roster(roster), columns);
                let cached = (Arc::new(SearchIndex::new(roster.clone())), Arc::new(stats));
                self.cached.insert(cached).clone()
            }
        }
    }
}

fn with_columns(stats: ColumnStats, columns: Option<&[String]>) -> ColumnStats {
    match columns {
        Some(columns) => stats.with_columns(columns),
        None => stats,
    }
}

/// The list before the first search: the first rows of a packed roster, with placeholders for the
/// rest.
pub(super) fn initial_from_packed(
    packed: &PackedRoster,
    usages: &Usages,
    marks: &RoleFlags,
    options: &ListOptions,
    max_rows: usize,
) -> SearchResults {
    let order = packed.default_order(usages, marks, options.history_weight, max_rows);
    let hidden = packed.hidden().len() + packed.locate(&marks.hidden).len();
    let current = packed_shell_role_row(packed, marks, options);
    let (known, mut sections) = concat_sections(sections(order, current));
    // The preview shows the other roles of the first row's account.
    let first = known.first().map(|row| packed.account_positions(*row as usize));
    let others = first.unwrap_or_default().into_iter().filter(|position| {
        u32::try_from(*position).is_ok_and(|position| !known.contains(&position))
    });
    let mut roster = packed.subset(known.iter().map(|row| *row as usize));
    let count = roster.entries.len();
    let others = packed.subset(others);
    roster.entries.extend(others.entries);
    roster.row_styles.extend(others.row_styles);
    let roster = Arc::new(roster);
    let mut rows: Vec<u32> = (0..count as u32).collect();
    let whole = packed.len().saturating_sub(hidden).max(count);
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
        column_stats: Arc::new(with_columns(
            ColumnStats::from_packed(packed),
            options.columns.as_deref(),
        )),
        total: Some(packed.len()),
        highlighter: Highlighter::default(),
    }
}

/// The list before the first search, without the index that a search needs, which takes several
/// times as long to build.
pub(super) fn initial_from_roster(
    roster: &Arc<Roster>,
    usages: &Usages,
    marks: &RoleFlags,
    options: &ListOptions,
) -> SearchResults {
    let (rows, sections) = concat_sections(sections(
        roster.default_order(usages, marks, options.history_weight),
        shell_role_row(roster, marks, options),
    ));
    SearchResults {
        number: 0,
        query: String::new(),
        roster: roster.clone(),
        rows,
        sections,
        nearest_names: Vec::new(),
        hidden_matches: 0,
        column_stats: Arc::new(with_columns(
            ColumnStats::from_roster(roster),
            options.columns.as_deref(),
        )),
        total: None,
        highlighter: Highlighter::default(),
    }
}

/// The row of this shell's role, which comes first while the query is empty, and if a pasted
/// address names no account: most likely this role is meant.
fn shell_role_row(roster: &Roster, marks: &RoleFlags, options: &ListOptions) -> Option<u32> {
    let current = options.shell_role.as_ref()?;
    let row = roster.entries.iter().position(|entry| current.is_entry(roster, entry))?;
    let is_hidden = roster.row_style(row).is_some_and(|style| style.hidden)
        || marks.hidden.contains(&roster.id(&roster.entries[row]));
    u32::try_from(row).ok().filter(|_| !is_hidden)
}

/// The same in a packed roster. The name of a role's profile is looked up when the roster is
/// complete.
fn packed_shell_role_row(
    packed: &PackedRoster,
    marks: &RoleFlags,
    options: &ListOptions,
) -> Option<u32> {
    let mut roles = match options.shell_role.as_ref()? {
        ShellRole::Role { instance, account, role } => {
            let known = packed.instances().iter().map(|known| &known.name);
            known
                .filter(|name| instance.as_ref().is_none_or(|instance| instance == *name))
                .map(|name| RoleId {
                    instance: name.clone(),
                    account: *account,
                    role: role.clone(),
                })
                .collect()
        }
        ShellRole::OtherProfile(name) => vec![RoleId::of_profile(name)],
        ShellRole::Profile(_) => Vec::new(),
    };
    roles.retain(|role| !marks.hidden.contains(role));
    let (row, _) = *packed.locate(&roles).first()?;
    u32::try_from(row).ok().filter(|row| packed.hidden().binary_search(row).is_err())
}

/// Moves preferred roles to the front if the pasted address names only an account.
fn apply_preferred_roles(rows: &mut [u32], job: &SearchJob) {
    if job.options.prefer_roles.is_empty()
        || recognize(&job.query)
            .is_none_or(|pasted| pasted.account.is_none() || pasted.role.is_some())
    {
        return;
    }
    rows.sort_by_key(|row| {
        job.roster
            .entries
            .get(*row as usize)
            .and_then(|entry| preference(&job.options.prefer_roles, &entry.role))
            .unwrap_or(usize::MAX)
    });
}

/// Sorts rows by the chosen order; equal rows are ordered by name.
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

/// The sections of the unfiltered list. Each row is in one section only.
fn sections(mut order: DefaultOrder, current: Option<u32>) -> Vec<SectionRows> {
    for part in [&mut order.favorites, &mut order.recent, &mut order.rest] {
        part.retain(|row| Some(*row) != current);
    }
    let on_top = (ListSection::Current, current.into_iter().collect());
    vec![
        on_top,
        (ListSection::Favorites, order.favorites),
        (ListSection::Recent, order.recent),
        (ListSection::All, order.rest),
    ]
}

/// Concatenates the sections that are not empty.
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
