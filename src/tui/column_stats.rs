//! Widths of names and tags over the whole roster, and which columns distinguish rows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Instance, PackedRoster, Roster, RosterEntry, Tags};

use super::text::width;

/// Role names up to this width are never cut for others; most of AWS's own names are shorter.
const TYPICAL_ROLE_WIDTH: u16 = 24;
/// Tags are less important than names.
const MAX_TAG_WIDTH: u16 = 16;
/// A column is at least as wide as its heading, up to this width.
const MAX_HEADING_WIDTH: u16 = 8;

/// Natural widths over the whole roster, in cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ColumnStats {
    /// Widths of account names.
    pub(super) account: Widths,
    /// Widths of role names.
    pub(super) role: Widths,
    /// The instance and the tags, in the order in which they get a column.
    pub(super) extras: Vec<ExtraColumn>,
    /// How many of them, from the first, distinguish rows.
    pub(super) distinguishing: usize,
    /// Those that are the same on every row. They have a column only if the configuration names
    /// them.
    pub(super) uniform: Vec<ExtraColumn>,
    /// Whether any role is protected.
    pub(super) has_protected: bool,
    /// The number of accounts, for the header.
    pub(super) account_count: usize,
    /// The number of rows that are profiles and not roles.
    pub(super) profile_count: usize,
}

/// The widths of a set of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Widths {
    /// The widest name.
    pub(super) max: u16,
    /// Wide enough for nine of ten names, so that one long name does not displace everything else.
    pub(super) typical: u16,
}

impl Widths {
    fn from_cells(mut widths: Vec<u16>) -> Self {
        let all = widths.iter().copied().max().unwrap_or(0);
        let place = widths.len() * 9 / 10;
        let most = if place < widths.len() { *widths.select_nth_unstable(place).1 } else { all };
        // A name is not cut for a few cells.
        Self { max: all, typical: if all <= most + most / 4 { all } else { most } }
    }

    /// Raises the typical width, so that no name of at most this many cells is cut.
    fn at_least(self, ordinary: u16) -> Self {
        Self { typical: self.typical.max(self.max.min(ordinary)), ..self }
    }
}

fn cell_width(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

impl ColumnStats {
    /// Measures a roster. Equal neighbours are measured once.
    pub(super) fn from_roster(roster: &Roster) -> Self {
        let (mut accounts, mut seen) = (Vec::new(), HashSet::new());
        // Equal names and tags are shared within a roster, so their address identifies them.
        let mut roles: Vec<(*const u8, &str)> =
            roster.entries.iter().map(|entry| (entry.role.as_ptr(), &*entry.role)).collect();
        roles.sort_unstable();
        roles.dedup();
        let mut sets: HashMap<*const Tags, (&Tags, usize)> = HashMap::new();
        for same in roster
            .entries
            .chunk_by(|one, other| (one.instance, one.account) == (other.instance, other.account))
        {
            let is_role = roster.profile(&same[0]).is_none();
            if is_role && seen.insert((same[0].instance, same[0].account)) {
                accounts.push(cell_width(same[0].account_label()));
            }
            for tagged in same.chunk_by(|one, other| Arc::ptr_eq(&one.tags, &other.tags)) {
                sets.entry(Arc::as_ptr(&tagged[0].tags)).or_insert((&tagged[0].tags, 0)).1 +=
                    tagged.len();
            }
        }
        let roles: HashSet<&str> = roles.into_iter().map(|(_, role)| role).collect();
        let protected = roster.entries.iter().any(RosterEntry::is_protected);
        let profiles = roster.entries.iter().filter(|entry| roster.profile(entry).is_some());
        let profile_count = profiles.count();
        let mut counts = vec![0; roster.instances.len()];
        roster.entries.iter().for_each(|entry| counts[entry.instance] += 1);
        let instances = InstanceRows { instances: roster.sso_instances(), counts, profile_count };
        Self::new(accounts, roles.into_iter(), sets.into_values().collect(), protected, &instances)
    }

    /// Measures a packed roster.
    pub(super) fn from_packed(packed: &PackedRoster) -> Self {
        Self::new(
            packed.account_widths().collect(),
            packed.role_names(),
            packed.tag_sets().collect(),
            packed.has_protected(),
            &InstanceRows {
                instances: packed.sso_instances(),
                counts: packed.instance_row_counts(),
                profile_count: packed.profile_count(),
            },
        )
    }

    fn new<'a>(
        accounts: Vec<u16>,
        roles: impl Iterator<Item = &'a str>,
        tags: Vec<(&'a Tags, usize)>,
        protected: bool,
        instances: &InstanceRows<'_>,
    ) -> Self {
        let (extras, distinguishing, uniform) =
            order_extras(instances.candidate(), &tags, instances.profile_count);
        Self {
            account_count: accounts.len(),
            profile_count: instances.profile_count,
            account: Widths::from_cells(accounts),
            role: Widths::from_cells(roles.map(cell_width).collect()).at_least(TYPICAL_ROLE_WIDTH),
            extras,
            distinguishing,
            uniform,
            has_protected: protected,
        }
    }

    /// Restricts the columns to the configured ones, in the configured order. Accounts and roles
    /// always have a column, because a row is meaningless without them. Unknown names are ignored.
    pub(super) fn with_columns(mut self, columns: &[String]) -> Self {
        let known = self.extras.iter().chain(&self.uniform);
        self.extras = columns
            .iter()
            .filter_map(|column| known.clone().find(|extra| extra.kind.is_named(column)).cloned())
            .collect();
        self.distinguishing = self.extras.len();
        self
    }
}

/// A column after account, ID and role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExtraColumn {
    /// What it shows.
    pub(super) kind: ExtraKind,
    /// The width in cells.
    pub(super) width: u16,
}

/// What a column after account, ID and role shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExtraKind {
    /// The name of the instance.
    Instance,
    /// The value of the tag with this key.
    Tag(String),
}

impl ExtraKind {
    /// Whether the configuration means this column by a name.
    fn is_named(&self, name: &str) -> bool {
        match self {
            ExtraKind::Instance => matches!(name, "instance" | "sso"),
            ExtraKind::Tag(key) => key == name,
        }
    }

    /// The heading.
    pub(super) fn heading(&self) -> String {
        match self {
            ExtraKind::Instance => "SSO".to_owned(),
            ExtraKind::Tag(key) => key.to_uppercase(),
        }
    }

    fn column(self, values: u16) -> ExtraColumn {
        let heading = cell_width(&self.heading()).min(MAX_HEADING_WIDTH);
        ExtraColumn { width: values.min(MAX_TAG_WIDTH).max(heading), kind: self }
    }
}

/// The instances and their numbers of rows.
struct InstanceRows<'a> {
    instances: &'a [Instance],
    counts: Vec<usize>,
    /// The number of rows of profiles. They have neither an instance nor tags, which distinguishes
    /// them enough.
    profile_count: usize,
}

impl InstanceRows<'_> {
    /// The column of instance names.
    fn candidate(&self) -> Candidate {
        let names = self.instances.iter().map(|instance| cell_width(instance.name.as_str()));
        let counts = &self.counts[..self.instances.len().min(self.counts.len())];
        Candidate {
            column: ExtraKind::Instance.column(names.max().unwrap_or(0)),
            rows: counts.iter().sum(),
            same: counts.iter().copied().max().unwrap_or(0),
        }
    }
}

/// A column that may be shown.
struct Candidate {
    column: ExtraColumn,
    /// The number of rows that have a value.
    rows: usize,
    /// The largest number of rows with the same value, or without one.
    same: usize,
}

impl Candidate {
    /// Whether four of five rows are the same.
    fn is_nearly_uniform(&self, all: usize) -> bool {
        self.same * 5 >= all * 4
    }
}

/// One tag key, while its most frequent value is searched for.
struct TagStats<'a> {
    rows: usize,
    widest: u16,
    /// The candidate of a majority vote: the only value that more than half of the rows can have.
    value: &'a str,
    votes: usize,
    /// The number of rows with that value.
    same: usize,
}

/// Orders the columns after account, ID and role: first those that distinguish rows, the instance
/// before the tags and frequent tags before rare ones, then those that are the same on nearly every
/// row. Returns the number of the former too, and the columns that are the same on every row.
fn order_extras(
    instance: Candidate,
    sets: &[(&Tags, usize)],
    profile_count: usize,
) -> (Vec<ExtraColumn>, usize, Vec<ExtraColumn>) {
    let mut keys: BTreeMap<&str, TagStats<'_>> = BTreeMap::new();
    let rows: usize = sets.iter().map(|(_, rows)| rows).sum();
    let all = rows.saturating_sub(profile_count);
    for (set, rows) in sets {
        for (key, value) in *set {
            let value = value.as_str();
            let new = TagStats { rows: 0, widest: 0, value, votes: 0, same: 0 };
            let key = keys.entry(key).or_insert(new);
            key.rows += rows;
            key.widest = key.widest.max(cell_width(value).min(MAX_TAG_WIDTH));
            if key.value == value {
                key.votes += rows;
            } else if key.votes >= *rows {
                key.votes -= rows;
            } else {
                (key.value, key.votes) = (value, rows - key.votes);
            }
        }
    }
    for (set, rows) in sets {
        for (key, value) in *set {
            if let Some(key) = keys.get_mut(key.as_str()).filter(|key| key.value == value) {
                key.same += rows;
            }
        }
    }
    let mut candidates: Vec<Candidate> = keys
        .into_iter()
        .map(|(name, key)| Candidate {
            column: ExtraKind::Tag(name.to_owned()).column(key.widest),
            rows: key.rows,
            same: key.same.max(all.saturating_sub(key.rows)),
        })
        .collect();
    candidates.sort_by_key(|candidate| Reverse(candidate.rows));
    candidates.insert(0, instance);
    candidates.sort_by_key(|candidate| candidate.is_nearly_uniform(all));
    let (uniform, extras): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.same >= all);
    let distinguishing = extras.iter().filter(|extra| !extra.is_nearly_uniform(all)).count();
    let columns = |candidates: Vec<Candidate>| {
        candidates.into_iter().map(|candidate| candidate.column).collect()
    };
    (columns(extras), distinguishing, columns(uniform))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_a_little_longer_than_the_rest_is_never_cut_for_less() {
        assert_eq!(
            Widths::from_cells(vec![16, 16, 16, 16, 16, 16, 16, 16, 16, 18, 18]).typical,
            18
        );
        let outlier = [vec![16; 19], vec![40]].concat();
        assert_eq!(Widths::from_cells(outlier.clone()), Widths { max: 40, typical: 16 });
        assert_eq!(Widths::from_cells(outlier).at_least(24).typical, 24);
        assert_eq!(Widths::from_cells(vec![12, 19]).at_least(24).typical, 19);
    }

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// The columns of tag sets with these numbers of rows, and of instances with these.
    fn stats(sets: &[(Tags, usize)], instances: &[usize]) -> ColumnStats {
        let same = instances.iter().copied().max().unwrap_or(0);
        let instance =
            Candidate { column: ExtraKind::Instance.column(4), rows: instances.iter().sum(), same };
        let sets: Vec<_> = sets.iter().map(|(set, rows)| (set, *rows)).collect();
        let (extras, distinguishing, uniform) = order_extras(instance, &sets, 0);
        ColumnStats { extras, distinguishing, uniform, ..ColumnStats::default() }
    }

    fn headings(columns: &[ExtraColumn]) -> Vec<String> {
        columns.iter().map(|column| format!("{} {}", column.kind.heading(), column.width)).collect()
    }

    #[test]
    fn a_column_with_one_value_everywhere_is_shown_only_if_it_is_configured() {
        let sets = [
            (tags(&[("by", "terraform"), ("env", "prod")]), 2),
            (tags(&[("by", "terraform"), ("env", "dev"), ("pci", "yes")]), 2),
        ];
        let stats = stats(&sets, &[4]);
        assert_eq!(headings(&stats.extras), ["ENV 4", "PCI 3"]);
        assert_eq!(headings(&stats.uniform), ["SSO 4", "BY 9"]);
        let wanted = stats.with_columns(&["by".to_owned(), "sso".to_owned()]);
        assert_eq!(headings(&wanted.extras), ["BY 9", "SSO 4"]);
    }

    #[test]
    fn a_column_that_is_the_same_on_nearly_every_row_comes_after_those_that_differ() {
        let set = |env: &str, by: &str| tags(&[("by", by), ("cost-centre", "7"), ("env", env)]);
        let sets = [
            (set("dev", "cdk"), 1),
            (set("prod", "terraform"), 48),
            (set("dev", "terraform"), 49),
            (tags(&[("by", "terraform"), ("cost-centre", "9"), ("rare", "x")]), 2),
        ];
        assert_eq!(
            headings(&stats(&sets, &[97, 3]).extras),
            ["ENV 4", "SSO 4", "BY 9", "COST-CENTRE 8", "RARE 4"]
        );
        assert_eq!(stats(&sets, &[97, 3]).distinguishing, 1);
        assert_eq!(headings(&stats(&sets, &[60, 40]).extras)[..2], ["SSO 4", "ENV 4"]);
    }

    #[test]
    fn the_most_frequent_value_is_found_in_any_order() {
        let env = |value: &str| tags(&[("env", value)]);
        let sets = [(env("a"), 1), (env("b"), 3), (env("c"), 1), (env("prod"), 95)];
        for turn in 0..sets.len() {
            let mut sets = sets.clone();
            sets.rotate_left(turn);
            let stats = stats(&sets, &[50, 50]);
            assert_eq!(headings(&stats.extras), ["SSO 4", "ENV 4"], "{turn}");
        }
    }
}
