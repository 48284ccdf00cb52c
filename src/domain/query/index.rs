//! The search index of a roster.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::column::{Column, SearchField};
use super::normalized::NormalizedText;
use super::parse::{MAX_WORDS, Scope};
use crate::domain::{AccountId, RoleId, Roster, RosterEntry, Tags, nearest, normalize_text};

/// Columns of distinct values for a roster. Rows are kept in the order of names, which is the order
/// of equal matches in all results.
#[derive(Debug)]
pub struct SearchIndex {
    roster: Arc<Roster>,
    /// Indexes into the roster's entries, ordered by account name, account id and role.
    pub(super) rows: Vec<u32>,
    columns: [Column; FIELDS.len()],
    pub(super) tags: TagColumn,
    /// Indexes of account ids in the id column.
    accounts: HashMap<AccountId, u32>,
}

/// The tags of all rows, as sets of key-value pairs.
#[derive(Debug, Default)]
pub(super) struct TagColumn {
    /// The distinct pairs.
    pub(super) pairs: Vec<TagPair>,
    /// The distinct sets, as indexes into `pairs`.
    pub(super) sets: Vec<Vec<u32>>,
    /// The index of the set of each row; empty if no row has a tag.
    pub(super) set_ids: Vec<u32>,
}

/// A key-value pair.
#[derive(Debug)]
pub(super) struct TagPair {
    /// The normalized key.
    pub(super) key: String,
    /// The value.
    pub(super) value: NormalizedText,
    /// `key=value`.
    pub(super) key_value: NormalizedText,
}

/// The columns, in the order of [`SearchField`].
const FIELDS: [SearchField; 9] = [
    SearchField::Account,
    SearchField::Alias,
    SearchField::Id,
    SearchField::Role,
    SearchField::Email,
    SearchField::Sso,
    SearchField::Profile,
    SearchField::Region,
    SearchField::Via,
];

impl SearchIndex {
    /// Indexes a roster: takes a few milliseconds for 15,000 roles, see `benches/matching.rs`.
    pub fn new(roster: Arc<Roster>) -> SearchIndex {
        let mut columns = FIELDS.map(|field| {
            Column::from_rows(roster.entries.iter().map(|entry| field_text(&roster, entry, field)))
        });
        let mut tags = TagColumn::from_entries(&roster.entries);
        let ids = &columns[SearchField::Id as usize];
        let mut accounts = HashMap::with_capacity(ids.values.len());
        let mut last = u32::MAX;
        for (entry, value) in roster
            .entries
            .iter()
            .zip(&ids.value_ids)
            .filter(|(_, value)| std::mem::replace(&mut last, **value) != **value)
        {
            accounts.insert(entry.account, *value);
        }
        let rows = roster.profiles_last(order_by_name(&columns));
        columns.iter_mut().for_each(|column| column.reorder(&rows));
        if !tags.set_ids.is_empty() {
            tags.set_ids = rows.iter().map(|row| tags.set_ids[*row as usize]).collect();
        }
        SearchIndex { roster, rows, columns, tags, accounts }
    }

    /// Returns the indexed roster.
    pub fn roster(&self) -> &Arc<Roster> {
        &self.roster
    }

    /// Returns the indexes of the roster's entries, ordered by account name, account id and role.
    pub fn order_by_name(&self) -> &[u32] {
        &self.rows
    }

    /// Whether any role has a tag with this key, ignoring case; for [`super::Query::parse`].
    pub fn has_tag(&self, name: &str) -> bool {
        let name = normalize_text(name);
        self.tags.pairs.iter().any(|pair| pair.key == name)
    }

    /// Returns account names similar to a query without matches: first those similar to the whole
    /// text, then those similar to one of its words.
    pub fn nearest_account_names(&self, text: &str, limit: usize) -> Vec<String> {
        let names: HashSet<&str> = self
            .roster
            .entries
            .iter()
            .map(|entry| &*entry.account_name)
            .filter(|name| !name.is_empty())
            .collect();
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_unstable();
        let mut found: Vec<&str> = nearest(text.trim(), names.iter().copied(), limit);
        let parts = |name: &str| {
            name.split(|letter: char| !letter.is_alphanumeric())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let all_parts: HashSet<String> = names
            .iter()
            .flat_map(|name| parts(name))
            .filter(|part| part.chars().count() > 2)
            .collect();
        for word in text.split_whitespace().filter(|word| word.chars().count() > 2).take(MAX_WORDS)
        {
            for part in nearest(word, all_parts.iter().map(String::as_str), limit) {
                let more = names.iter().filter(|name| parts(name).iter().any(|own| own == part));
                found.extend(more.take(limit));
            }
        }
        let mut seen = HashSet::new();
        found.into_iter().filter(|name| seen.insert(*name)).take(limit).map(str::to_owned).collect()
    }

    pub(super) fn column(&self, field: SearchField) -> &Column {
        &self.columns[field as usize]
    }

    /// Returns the rows of roles in the order of names, each with the index of its role in `roles`.
    /// Takes one pass over the rows regardless of the number of roles, since these are looked up by
    /// account first.
    pub(super) fn locate<'a>(
        &self,
        roles: impl IntoIterator<Item = &'a RoleId>,
    ) -> Vec<(usize, usize)> {
        let mut wanted: Vec<(u32, usize, &RoleId)> = roles
            .into_iter()
            .enumerate()
            .filter_map(|(position, role)| {
                self.accounts.get(&role.account).map(|account| (*account, position, role))
            })
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        wanted.sort_unstable_by_key(|(account, position, _)| (*account, *position));
        let mut flags = vec![false; self.accounts.len()];
        wanted.iter().for_each(|(account, ..)| flags[*account as usize] = true);
        let mut out = Vec::new();
        for (row, account) in self
            .column(SearchField::Id)
            .value_ids
            .iter()
            .enumerate()
            .filter(|(_, account)| flags[**account as usize])
        {
            let entry = &self.roster.entries[self.rows[row] as usize];
            let first = wanted.partition_point(|(other, ..)| other < account);
            let here = wanted[first..].iter().take_while(|(other, ..)| other == account);
            let same = |role: &RoleId| {
                role.role.as_str() == &*entry.role
                    && role.instance == self.roster.instance(entry).name
            };
            out.extend(
                here.filter(|(_, _, role)| same(role)).map(|(_, position, _)| (row, *position)),
            );
        }
        out
    }
}

/// Returns the text of a field of an entry.
pub(super) fn field_text<'a>(
    roster: &'a Roster,
    entry: &'a RosterEntry,
    field: SearchField,
) -> &'a str {
    match field {
        SearchField::Account => &entry.account_name,
        SearchField::Alias if entry.account_alias == entry.account_name => "",
        SearchField::Alias => &entry.account_alias,
        SearchField::Id => entry.account.as_str(),
        SearchField::Role => &entry.role,
        SearchField::Email => &entry.email,
        SearchField::Sso => roster.instance(entry).name.as_str(),
        SearchField::Profile => entry.profile.as_deref().unwrap_or_default(),
        SearchField::Region => entry.region.as_ref().map_or("", |region| region.as_str()),
        SearchField::Via => entry.via.as_deref().unwrap_or_default(),
        SearchField::Tag => "",
    }
}

/// Returns the fields of a scope. [`Scope::Any`] also includes tags.
pub(super) fn scope_fields(scope: &Scope) -> &'static [SearchField] {
    match scope {
        Scope::Any => &FIELDS[..SearchField::Region as usize],
        Scope::Account => &[SearchField::Account, SearchField::Alias, SearchField::Id],
        Scope::Id => &[SearchField::Id],
        Scope::Role => &[SearchField::Role],
        Scope::Email => &[SearchField::Email],
        Scope::Sso => &[SearchField::Sso],
        Scope::Profile => &[SearchField::Profile],
        Scope::Region => &[SearchField::Region],
        Scope::Via => &[SearchField::Via],
        Scope::Arn | Scope::Tag(_) => &[],
    }
}

/// Returns the ARN of an entry for [`Scope::Arn`]: normalized and without `arn:`.
pub(super) fn normalized_arn(roster: &Roster, entry: &RosterEntry) -> String {
    let partition = roster.instance(entry).sso_region.partition().as_str();
    format!("{partition}:iam::{}:role/{}", entry.account, normalize_text(&entry.role))
}

/// Orders the roster's entries by account name, account id, role and index.
fn order_by_name(columns: &[Column]) -> Vec<u32> {
    let rank = |field: SearchField| {
        let column = &columns[field as usize];
        let ranks = column.ranks();
        move |row: usize| column.value_ids.get(row).map_or(0, |value| ranks[*value as usize])
    };
    let (account, id, role) =
        (rank(SearchField::Account), rank(SearchField::Id), rank(SearchField::Role));
    let count = columns[SearchField::Id as usize].value_ids.len();
    let key = |row: usize| {
        (u128::from(account(row)) << 96)
            | (u128::from(id(row)) << 64)
            | (u128::from(role(row)) << 32)
            | row as u128
    };
    let mut keyed: Vec<u128> = (0..count).map(key).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|key| key as u32).collect()
}

impl TagColumn {
    fn from_entries(entries: &[RosterEntry]) -> Self {
        let mut column = Self::default();
        let mut known_pairs: HashMap<(&str, &str), u32> = HashMap::new();
        let mut known_sets: HashMap<&Tags, u32> = HashMap::new();
        let mut last: Option<(&Arc<Tags>, u32)> = None;
        for entry in entries {
            let set = match last {
                Some((same, set)) if Arc::ptr_eq(same, &entry.tags) => set,
                _ => *known_sets.entry(&entry.tags).or_insert_with(|| {
                    let pair = |(key, value)| {
                        *known_pairs
                            .entry((key, value))
                            .or_insert_with(|| column.add_pair(key, value))
                    };
                    let set = entry
                        .tags
                        .iter()
                        .map(|(key, value)| (key.as_str(), value.as_str()))
                        .map(pair)
                        .collect();
                    column.sets.push(set);
                    column.sets.len() as u32 - 1
                }),
            };
            last = Some((&entry.tags, set));
            column.set_ids.push(set);
        }
        if column.pairs.is_empty() {
            column.set_ids = Vec::new();
        }
        column
    }

    fn add_pair(&mut self, key: &str, value: &str) -> u32 {
        self.pairs.push(TagPair {
            key: normalize_text(key),
            value: NormalizedText::new(value),
            key_value: NormalizedText::new(&format!("{key}={value}")),
        });
        self.pairs.len() as u32 - 1
    }
}
