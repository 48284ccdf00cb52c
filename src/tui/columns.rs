//! How wide the list's columns are: measured from the roster, bounded, given up in a fixed order as space goes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Entry, Instance, Roster, Sheet, Tags};

use super::view::text::width;

/// No name makes its column wider than this while others have to yield.
const WIDEST_NAME: u16 = 44;
/// Roles up to this width are ordinary: most of AWS's own names are.
const ORDINARY_ROLE: u16 = 24;
/// Tags say less than names do.
const WIDEST_TAG: u16 = 16;
/// Cells between columns.
pub(super) const GAP: u16 = 2;

/// Natural widths over the whole roster, in cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Measure {
    account: Widths,
    role: Widths,
    instance: u16,
    /// Keys and the width of their values. The order is that in which they are given room.
    tags: Vec<(String, u16)>,
    /// Tags with one value on every row; they tell nothing, and have a column only where a person names them.
    alike: Vec<(String, u16)>,
    protected: bool,
    /// Distinct accounts, for the header.
    pub(super) accounts: usize,
}

/// How wide names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Widths {
    /// The widest.
    all: u16,
    /// Wide enough for nine in ten: one long name does not push the rest aside.
    most: u16,
}

impl Widths {
    fn of(mut widths: Vec<u16>) -> Self {
        let all = widths.iter().copied().max().unwrap_or(0);
        let place = widths.len() * 9 / 10;
        let most = if place < widths.len() { *widths.select_nth_unstable(place).1 } else { all };
        // A few cells more are no reason to cut a name.
        Self { all, most: if all <= most + most / 4 { all } else { most } }
    }

    /// With no name cut that has at most this many cells.
    fn at_least(self, ordinary: u16) -> Self {
        Self { most: self.most.max(self.all.min(ordinary)), ..self }
    }
}

fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

impl Measure {
    /// Looks at every entry once; equal neighbours are measured once.
    pub(super) fn of(roster: &Roster) -> Self {
        let (mut accounts, mut seen) = (Vec::new(), HashSet::new());
        // Rosters share equal names and tags, so that an address will do to know them by.
        let mut roles: Vec<(*const u8, &str)> = roster.entries.iter().map(|entry| (entry.role.as_ptr(), &*entry.role)).collect();
        roles.sort_unstable();
        roles.dedup();
        let mut sets: HashMap<*const Tags, (&Tags, usize)> = HashMap::new();
        for same in roster.entries.chunk_by(|one, other| (one.instance, one.account) == (other.instance, other.account)) {
            if seen.insert((same[0].instance, same[0].account)) {
                accounts.push(cells(same[0].account_label()));
            }
            for tagged in same.chunk_by(|one, other| Arc::ptr_eq(&one.tags, &other.tags)) {
                sets.entry(Arc::as_ptr(&tagged[0].tags)).or_insert((&tagged[0].tags, 0)).1 += tagged.len();
            }
        }
        let roles: HashSet<&str> = roles.into_iter().map(|(_, role)| role).collect();
        let protected = roster.entries.iter().any(Entry::protected);
        Self::new(accounts, roles.into_iter(), sets.into_values(), protected, &roster.instances)
    }

    /// The same of a roster that is still packed.
    pub(super) fn of_sheet(sheet: &Sheet) -> Self {
        Self::new(sheet.account_cells().collect(), sheet.role_names(), sheet.tag_sets(), sheet.has_protected(), sheet.instances())
    }

    fn new<'a>(
        accounts: Vec<u16>,
        roles: impl Iterator<Item = &'a str>,
        tags: impl Iterator<Item = (&'a Tags, usize)>,
        protected: bool,
        instances: &[Instance],
    ) -> Self {
        let (tags, alike) = Key::all(tags);
        let names = instances.iter().map(|instance| cells(instance.name.as_str()));
        Self {
            accounts: accounts.len(),
            account: Widths::of(accounts),
            role: Widths::of(roles.map(cells).collect()).at_least(ORDINARY_ROLE),
            instance: if instances.len() > 1 { names.max().unwrap_or(0).min(WIDEST_TAG) } else { 0 },
            tags,
            alike,
            protected,
        }
    }

    /// The same with the columns that a person wants and no others, tags in the order given. Accounts and roles always stand: without them
    /// no row says what it is. Names that are no column are passed over.
    pub(super) fn wanting(mut self, columns: &[String]) -> Self {
        let wants = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
        if !wants(&["instance", "sso"]) {
            self.instance = 0;
        }
        let known = self.tags.iter().chain(&self.alike);
        self.tags = columns.iter().filter_map(|column| known.clone().find(|(key, _)| key == column).cloned()).collect();
        self
    }
}

/// Columns by name, each with its width.
type Named = Vec<(String, u16)>;

/// One key of tags over the roster.
struct Key<'a> {
    rows: usize,
    widest: u16,
    value: &'a str,
    varies: bool,
}

impl Key<'_> {
    /// Keys with the width of their values, those of most rows first: those that tell rows apart, and those that don't.
    fn all<'a>(sets: impl Iterator<Item = (&'a Tags, usize)>) -> (Named, Named) {
        let (mut keys, mut all): (BTreeMap<&str, Key<'_>>, usize) = (BTreeMap::new(), 0);
        for (set, rows) in sets {
            all += rows;
            for (key, value) in set {
                let key = keys.entry(key).or_insert(Key { rows: 0, widest: 0, value, varies: false });
                key.rows += rows;
                key.widest = key.widest.max(cells(value).min(WIDEST_TAG));
                key.varies |= key.value != value;
            }
        }
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_by_key(|(name, key)| (std::cmp::Reverse(key.rows), *name));
        let (tell, alike): (Vec<_>, Vec<_>) = keys.into_iter().partition(|(_, key)| key.varies || key.rows < all);
        let widths = |keys: Vec<(&str, Key<'_>)>| keys.into_iter().map(|(name, key)| (name.to_owned(), key.widest)).collect();
        (widths(tell), widths(alike))
    }
}

/// How the account's id is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdForm {
    /// Twelve digits.
    Whole,
    /// `…8901`.
    LastFour,
    /// Not at all.
    Absent,
}

impl IdForm {
    /// Cells it takes.
    pub(super) fn width(self) -> u16 {
        match self {
            IdForm::Whole => 12,
            IdForm::LastFour => 5,
            IdForm::Absent => 0,
        }
    }
}

/// The widths in cells for one list; 0 means that the column is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// The account's name.
    pub(super) account: u16,
    /// The account's id.
    pub(super) id: IdForm,
    /// The role.
    pub(super) role: u16,
    /// The mark of protected roles.
    pub(super) protected: u16,
    /// The instance, when there are several.
    pub(super) instance: u16,
    /// Tag keys and the width of their values.
    pub(super) tags: Vec<(String, u16)>,
    /// Time left, at the right edge.
    pub(super) time: u16,
}

impl Columns {
    /// Cells that a row takes, with the gaps between its columns.
    pub(super) fn cells(&self) -> u16 {
        let tags = self.tags.iter().map(|(_, cells)| with_gap(*cells)).sum::<u16>();
        let fixed = [self.role, self.id.width(), self.protected, self.instance].map(with_gap).iter().sum::<u16>();
        // The time left keeps a blank behind it.
        self.account + fixed + tags + if self.time > 0 { with_gap(self.time) + 1 } else { 0 }
    }
}

/// Whether this many cells leave ids and ordinary names whole.
pub(super) fn keeps_names_and_ids(cells: u16, measure: &Measure) -> bool {
    let columns = plan(cells, measure);
    let whole = |cells: u16, widths: Widths| cells >= widths.most.min(WIDEST_NAME);
    columns.id == IdForm::Whole && whole(columns.account, measure.account) && whole(columns.role, measure.role)
}

/// Divides this many cells. What does not fit goes in this order: the whole of very long names, tags, the instance, eight digits of the
/// id, the rest of it; then names are cut.
pub(super) fn plan(cells: u16, measure: &Measure) -> Columns {
    let roomy = divide(cells, measure, measure.account.all, measure.role.all);
    if roomy.id == IdForm::Whole && roomy.tags.len() == measure.tags.len() {
        return roomy;
    }
    divide(cells, measure, measure.account.most, measure.role.most)
}

fn with_gap(cells: u16) -> u16 {
    if cells == 0 { 0 } else { cells + GAP }
}

fn divide(cells: u16, measure: &Measure, account: u16, role: u16) -> Columns {
    let (account, role) = (account.clamp(7, WIDEST_NAME), role.clamp(4, WIDEST_NAME));
    let protected = u16::from(measure.protected);
    let time = if cells >= 56 { 4 } else { 0 };
    let names = account + GAP + role + with_gap(protected) + with_gap(time);
    let mut columns = Columns { account, id: IdForm::Absent, role, protected, instance: 0, tags: Vec::new(), time };
    let mut left = cells.saturating_sub(names);
    for id in [IdForm::Whole, IdForm::LastFour] {
        // A short id is worth cutting long names for, a whole one is not.
        let slack = if id == IdForm::LastFour && cells >= 50 { with_gap(id.width()) } else { 0 };
        if left + slack >= with_gap(id.width()) {
            (columns.id, left) = (id, left.saturating_sub(with_gap(id.width())));
            break;
        }
    }
    if left >= with_gap(measure.instance) {
        (columns.instance, left) = (measure.instance, left - with_gap(measure.instance));
    }
    for (key, widest) in &measure.tags {
        if columns.id != IdForm::Whole || left < with_gap(*widest) {
            break;
        }
        left -= with_gap(*widest);
        columns.tags.push((key.clone(), *widest));
    }
    // What is left lets long names be whole after all.
    for (cells, all) in [(&mut columns.account, measure.account.all), (&mut columns.role, measure.role.all)] {
        let more = all.min(WIDEST_NAME).saturating_sub(*cells).min(left);
        (*cells, left) = (*cells + more, left - more);
    }
    let fixed = with_gap(columns.id.width()) + with_gap(protected) + with_gap(columns.instance) + with_gap(time) + GAP;
    share(&mut columns, cells.saturating_sub(fixed));
    columns
}

/// Cuts the two names to what there is, the longer one first.
fn share(columns: &mut Columns, room: u16) {
    if columns.account + columns.role <= room {
        return;
    }
    let half = room / 2;
    if columns.account <= half {
        columns.role = room - columns.account;
    } else if columns.role <= half {
        columns.account = room - columns.role;
    } else {
        (columns.account, columns.role) = (room - half, half);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure() -> Measure {
        let most = |most, all| Widths { all, most };
        Measure {
            account: most(20, 40),
            role: most(22, 22),
            instance: 4,
            tags: vec![("env".into(), 4), ("team".into(), 8)],
            alike: vec![("owner".into(), 5)],
            protected: true,
            accounts: 3,
        }
    }

    #[test]
    fn everything_is_there_when_there_is_room() {
        let columns = plan(130, &measure());
        assert_eq!((columns.id, columns.instance, columns.tags.len()), (IdForm::Whole, 4, 2));
        assert_eq!((columns.account, columns.role), (40, 22));
    }

    #[test]
    fn one_long_name_yields_before_anything_else_goes() {
        let columns = plan(90, &measure());
        assert_eq!((columns.id, columns.tags.len()), (IdForm::Whole, 2));
        assert!((20..40).contains(&columns.account));
    }

    #[test]
    fn tags_go_before_the_id_and_the_id_before_the_names() {
        assert_eq!(plan(79, &measure()).tags.len(), 1);
        assert_eq!((plan(67, &measure()).tags.len(), plan(67, &measure()).id), (0, IdForm::Whole));
        assert_eq!(plan(58, &measure()).id, IdForm::LastFour);
        let narrow = plan(36, &measure());
        assert_eq!((narrow.id, narrow.account + narrow.role + 2 + 3), (IdForm::Absent, 36));
    }

    #[test]
    fn a_name_a_little_longer_than_the_rest_is_never_cut_for_less() {
        assert_eq!(Widths::of(vec![16, 16, 16, 16, 16, 16, 16, 16, 16, 18, 18]).most, 18);
        let outlier = [vec![16; 19], vec![40]].concat();
        assert_eq!(Widths::of(outlier.clone()), Widths { all: 40, most: 16 });
        assert_eq!(Widths::of(outlier).at_least(24).most, 24);
        assert_eq!(Widths::of(vec![12, 19]).at_least(24).most, 19);
    }

    #[test]
    fn a_tag_with_one_value_everywhere_has_a_column_only_where_it_is_named() {
        let tags = |pairs: &[(&str, &str)]| -> Tags { pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect() };
        let sets = [tags(&[("by", "terraform"), ("env", "prod")]), tags(&[("by", "terraform"), ("env", "dev"), ("pci", "yes")])];
        let (tell, alike) = Key::all(sets.iter().map(|set| (set, 2)));
        assert_eq!(tell, [("env".to_owned(), 4), ("pci".to_owned(), 3)]);
        assert_eq!(alike, [("by".to_owned(), 9)]);
        let wanted = Measure { tags: tell, alike, ..measure() }.wanting(&["by".to_owned()]);
        assert_eq!(wanted.tags, [("by".to_owned(), 9)]);
    }

    #[test]
    fn names_and_ids_are_whole_or_not() {
        assert!([67, 60, 40].map(|cells| keeps_names_and_ids(cells, &measure())) == [true, false, false]);
    }

    #[test]
    fn no_width_makes_the_columns_wider_than_the_list() {
        for cells in 20..200 {
            let c = plan(cells, &measure());
            let gaps = |n: u16| if n == 0 { 0 } else { n + GAP };
            let tags: u16 = c.tags.iter().map(|(_, n)| n + GAP).sum();
            let used = c.account + GAP + c.role + gaps(c.id.width()) + gaps(c.protected) + gaps(c.instance) + tags + gaps(c.time);
            assert!(used <= cells, "{cells}: {c:?}");
        }
    }
}
