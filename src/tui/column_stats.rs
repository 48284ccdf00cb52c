//! Widths of names and tags over the whole roster, and which tags distinguish rows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Instance, PackedRoster, Roster, RosterEntry, Tags};

use super::text::width;

/// Role names up to this width are never cut for others; most of AWS's own names are shorter.
const TYPICAL_ROLE_WIDTH: u16 = 24;
/// Tags are less important than names.
const MAX_TAG_WIDTH: u16 = 16;

/// Natural widths over the whole roster, in cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ColumnStats {
    /// Widths of account names.
    pub(super) account: Widths,
    /// Widths of role names.
    pub(super) role: Widths,
    /// The width of the instance names; 0 if there is only one instance.
    pub(super) instance: u16,
    /// Tag keys and the widths of their values, in the order in which they get a column.
    pub(super) tags: Vec<TagWidth>,
    /// Tags that have the same value on every row. They have a column only if the configuration
    /// names them.
    pub(super) uniform_tags: Vec<TagWidth>,
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
        let instances = roster.sso_instances();
        let profiles = roster.entries.iter().filter(|entry| roster.profile(entry).is_some());
        Self {
            profile_count: profiles.count(),
            ..Self::new(accounts, roles.into_iter(), sets.into_values(), protected, instances)
        }
    }

    /// Measures a packed roster.
    pub(super) fn from_packed(packed: &PackedRoster) -> Self {
        let measured = Self::new(
            packed.account_widths().collect(),
            packed.role_names(),
            packed.tag_sets(),
            packed.has_protected(),
            packed.sso_instances(),
        );
        Self { profile_count: packed.profile_count(), ..measured }
    }

    fn new<'a>(
        accounts: Vec<u16>,
        roles: impl Iterator<Item = &'a str>,
        tags: impl Iterator<Item = (&'a Tags, usize)>,
        protected: bool,
        instances: &[Instance],
    ) -> Self {
        let (tags, uniform) = TagStats::tag_widths(tags);
        let names = instances.iter().map(|instance| cell_width(instance.name.as_str()));
        Self {
            account_count: accounts.len(),
            profile_count: 0,
            account: Widths::from_cells(accounts),
            role: Widths::from_cells(roles.map(cell_width).collect()).at_least(TYPICAL_ROLE_WIDTH),
            instance: if instances.len() > 1 {
                names.max().unwrap_or(0).min(MAX_TAG_WIDTH)
            } else {
                0
            },
            tags,
            uniform_tags: uniform,
            has_protected: protected,
        }
    }

    /// Restricts the columns to the configured ones, tags in the configured order. Accounts and
    /// roles always have a column, because a row is meaningless without them. Unknown names are
    /// ignored.
    pub(super) fn with_columns(mut self, columns: &[String]) -> Self {
        let wants = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
        if !wants(&["instance", "sso"]) {
            self.instance = 0;
        }
        let known = self.tags.iter().chain(&self.uniform_tags);
        self.tags = columns
            .iter()
            .filter_map(|column| known.clone().find(|(key, _)| key == column).cloned())
            .collect();
        self
    }
}

/// A tag key and the width of its values.
pub(super) type TagWidth = (String, u16);

/// Statistics of one tag key.
struct TagStats<'a> {
    rows: usize,
    widest: u16,
    value: &'a str,
    varies: bool,
}

impl TagStats<'_> {
    /// Tag keys with the widths of their values, the most frequent first: those that distinguish
    /// rows, and those that do not.
    fn tag_widths<'a>(
        sets: impl Iterator<Item = (&'a Tags, usize)>,
    ) -> (Vec<TagWidth>, Vec<TagWidth>) {
        let (mut keys, mut all): (BTreeMap<&str, TagStats<'_>>, usize) = (BTreeMap::new(), 0);
        for (set, rows) in sets {
            all += rows;
            for (key, value) in set {
                let key = keys.entry(key).or_insert(TagStats {
                    rows: 0,
                    widest: 0,
                    value,
                    varies: false,
                });
                key.rows += rows;
                key.widest = key.widest.max(cell_width(value).min(MAX_TAG_WIDTH));
                key.varies |= key.value != value;
            }
        }
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by_key(|(name, key)| (std::cmp::Reverse(key.rows), *name));
        let (distinguishing, uniform): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|(_, key)| key.varies || key.rows < all);
        let widths = |keys: Vec<(&str, TagStats<'_>)>| {
            keys.into_iter().map(|(name, key)| (name.to_owned(), key.widest)).collect()
        };
        (widths(distinguishing), widths(uniform))
    }
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

    #[test]
    fn a_tag_with_one_value_everywhere_has_a_column_only_where_it_is_named() {
        let tags = |pairs: &[(&str, &str)]| -> Tags {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let sets = [
            tags(&[("by", "terraform"), ("env", "prod")]),
            tags(&[("by", "terraform"), ("env", "dev"), ("pci", "yes")]),
        ];
        let (distinguishing, uniform) = TagStats::tag_widths(sets.iter().map(|set| (set, 2)));
        assert_eq!(distinguishing, [("env".to_owned(), 4), ("pci".to_owned(), 3)]);
        assert_eq!(uniform, [("by".to_owned(), 9)]);
        let wanted =
            ColumnStats { tags: distinguishing, uniform_tags: uniform, ..ColumnStats::default() }
                .with_columns(&["by".to_owned()]);
        assert_eq!(wanted.tags, [("by".to_owned(), 9)]);
    }
}
