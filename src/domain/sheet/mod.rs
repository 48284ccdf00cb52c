//! A roster packed into bytes, in the order of names: what is shown of it first can be had without
//! unpacking the rest.
//!
//! Names are written once, rows are numbers of a fixed size. Reading one costs no allocation and no
//! look at any other.

mod pack;
mod record;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AccountId, Entry, Instance, Look, Region, RoleId, Roster, Tags, slug};
use record::{AccountRecord, Kind, NamedRecord, Part, Record, RowRecord};

/// All roles of a roster.
#[derive(Debug, Clone)]
pub struct Sheet {
    contents: Contents,
    /// The file that it was read from, or a packer's bytes. They are looked up where they lie:
    /// copying them would cost the first frame more than all that it shows of them.
    file: Vec<u8>,
    /// Where the records begin.
    start: usize,
}

/// What there is little of, and how long everything else is. Kept apart from [`Sheet::records`], so
/// that these need no decoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    instances: Vec<Instance>,
    complete: bool,
    regions: Vec<Region>,
    /// The distinct sets, each with the number of rows that have it.
    tags: Vec<(Tags, usize)>,
    kinds: Vec<Kind>,
    /// Positions that the rules keep out of the list.
    hidden: Vec<u32>,
    protected: bool,
    roles: Vec<String>,
    vias: Vec<String>,
    colors: Vec<String>,
    /// Where the accounts end and the rows begin, then the profiles' names, then every other name,
    /// one behind the other.
    ends: [usize; 3],
}

impl PartialEq for Sheet {
    fn eq(&self, other: &Self) -> bool {
        self.contents == other.contents && self.records() == other.records()
    }
}

impl Sheet {
    /// A sheet out of its two halves, the records being all of `file` from `start` on.
    pub fn of(contents: Contents, file: Vec<u8>, start: usize) -> Self {
        Self { contents, file, start }
    }

    /// Its one half.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Its other half.
    pub fn records(&self) -> &[u8] {
        self.file.get(self.start..).unwrap_or_default()
    }

    fn accounts(&self) -> &[u8] {
        self.records().get(..self.contents.ends[0]).unwrap_or_default()
    }

    fn rows(&self) -> &[u8] {
        self.records().get(self.contents.ends[0]..self.contents.ends[1]).unwrap_or_default()
    }

    fn named(&self) -> &[u8] {
        self.records().get(self.contents.ends[1]..self.contents.ends[2]).unwrap_or_default()
    }

    /// A stretch of the text; nothing where it is none.
    fn text(&self, at: usize, length: usize) -> &str {
        let text = self.records().get(self.contents.ends[2]..).unwrap_or_default();
        text.get(at..at.saturating_add(length))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    fn part(&self, part: Part) -> &str {
        self.text(part.at as usize, part.length.into())
    }

    /// The instances, in the order of the configuration.
    pub fn instances(&self) -> &[Instance] {
        &self.contents.instances
    }

    /// How many roles there are.
    pub fn len(&self) -> usize {
        self.rows().len() / RowRecord::SIZE
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many cells the names of accounts take, once for each instance that has them.
    pub fn account_cells(&self) -> impl Iterator<Item = u16> {
        AccountRecord::all(self.accounts()).map(|account| account.cells)
    }

    fn kind(&self, row: RowRecord) -> Option<Kind> {
        self.contents.kinds.get(row.kind as usize).copied()
    }

    fn profile(
        &self,
        position: usize,
        kind: Kind,
        usual: impl FnOnce() -> String,
    ) -> Option<Arc<str>> {
        if kind.is_usual() {
            return Some(Arc::from(usual()));
        }
        let position = u32::try_from(position).ok().filter(|_| kind.is_named())?;
        let (mut low, mut high) = (0, self.named().len() / NamedRecord::SIZE);
        while low < high {
            let middle = low.midpoint(high);
            let named = NamedRecord::at(self.named(), middle)?;
            match named.row.cmp(&position) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(Arc::from(self.part(named.name))),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The distinct names of roles.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.contents.roles.iter().map(String::as_str)
    }

    /// The distinct sets of tags, each with the number of rows that have it.
    pub fn tag_sets(&self) -> impl Iterator<Item = (&Tags, usize)> {
        self.contents.tags.iter().map(|(tags, rows)| (tags, *rows))
    }

    /// Whether any role asks before it is used.
    pub fn has_protected(&self) -> bool {
        self.contents.protected
    }

    /// The positions of roles that the rules keep out of the list, ascending.
    pub fn hidden(&self) -> &[u32] {
        &self.contents.hidden
    }

    /// The positions of these roles, each with its place among them, in the order of names.
    pub fn locate<'a>(&self, roles: impl IntoIterator<Item = &'a RoleId>) -> Vec<(usize, usize)> {
        let roles: Vec<(usize, &RoleId)> = roles.into_iter().enumerate().collect();
        if roles.is_empty() {
            return Vec::new();
        }
        // Few accounts are wanted of thousands, and their rows stand together.
        let mut wanted: Vec<u64> = roles.iter().map(|(_, role)| role.account.number()).collect();
        wanted.sort_unstable();
        let found = AccountRecord::all(self.accounts())
            .filter(|account| wanted.binary_search(&account.id).is_ok());
        let mut starts: Vec<(u32, u64)> =
            found.map(|account| (account.first, account.id)).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut out = Vec::new();
        for (first, id) in starts {
            let rows =
                (first as usize..).map_while(|position| Some((position, self.row(position)?)));
            for (position, (row, account)) in
                rows.take_while(|(_, (_, account))| (account.first, account.id) == (first, id))
            {
                let same = |role: &RoleId| {
                    role.account.number() == id
                        && self
                            .contents
                            .roles
                            .get(row.role as usize)
                            .is_some_and(|name| name == role.role.as_str())
                        && self
                            .instances()
                            .get(account.instance as usize)
                            .is_some_and(|instance| instance.name == role.instance)
                };
                out.extend(
                    roles
                        .iter()
                        .filter(|(_, role)| same(role))
                        .map(|(place, _)| (position, *place)),
                );
            }
        }
        out
    }

    fn row(&self, position: usize) -> Option<(RowRecord, AccountRecord)> {
        let row = RowRecord::at(self.rows(), position)?;
        Some((row, AccountRecord::at(self.accounts(), row.account as usize)?))
    }

    /// The role at this position, by name.
    pub fn entry(&self, position: usize) -> Option<Entry> {
        let (row, account) = self.row(position)?;
        let (kind, contents) = (self.kind(row)?, &self.contents);
        let label = self.part(account.label);
        let name: Arc<str> = Arc::from(if account.is_named { label } else { "" });
        let alias = if account.alias == account.label {
            name.clone()
        } else {
            Arc::from(self.part(account.alias))
        };
        let role = contents.roles.get(row.role as usize)?;
        Some(Entry {
            instance: account.instance as usize,
            account: AccountId::from_number(account.id)?,
            account_name: name,
            account_alias: alias,
            email: Arc::from(self.part(account.email)),
            role: Arc::from(role.as_str()),
            tags: Arc::new(contents.tags.get(kind.tags as usize)?.0.clone()),
            region: kind.region().and_then(|region| contents.regions.get(region).cloned()),
            profile: self.profile(position, kind, || usual_profile(label, role)),
            via: kind
                .via()
                .and_then(|via| contents.vias.get(via))
                .map(|via| Arc::from(via.as_str())),
            confirm: kind.confirm(),
        })
    }

    /// How the rules want the role at this position shown.
    pub fn look(&self, position: usize) -> Option<Look> {
        let kind = self.kind(RowRecord::at(self.rows(), position)?)?;
        let color = kind
            .color()
            .and_then(|color| self.contents.colors.get(color))
            .map(|color| Arc::from(color.as_str()));
        Some(Look { color, hidden: kind.is_hidden() })
    }

    /// Some roles of it, in this order, as a roster that is known not to be all.
    pub fn some(&self, positions: impl IntoIterator<Item = usize>) -> Roster {
        let (mut entries, mut looks) = (Vec::new(), Vec::new());
        for position in positions {
            if let (Some(entry), Some(look)) = (self.entry(position), self.look(position)) {
                entries.push(entry);
                looks.push(look);
            }
        }
        Roster { instances: self.instances().to_vec(), entries, complete: false, looks }
    }
}

/// What nearly all profiles are called: not worth writing down for each.
fn usual_profile(account: &str, role: &str) -> String {
    format!("{}-{}", slug(account), slug(role))
}

#[cfg(test)]
mod tests {
    use super::super::query::tests::company;
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_in_the_order_of_names() {
        let (roster, order) = company();
        let mut roster = Roster::clone(&roster);
        for (at, entry) in roster.entries.iter_mut().enumerate() {
            entry.profile = match at % 3 {
                0 => Some(Arc::from(usual_profile(entry.account_label(), &entry.role))),
                1 => Some(Arc::from(format!("given-{at}"))),
                _ => entry.profile.take(),
            };
        }
        let sheet = Sheet::pack(&roster, &order).unwrap();
        let back = sheet.unpack();
        assert_eq!(back.entries.len(), roster.entries.len());
        assert_eq!((&back.instances, back.complete), (&roster.instances, roster.complete));
        for (entry, row) in back.entries.iter().zip(&order) {
            assert_eq!(*entry, roster.entries[*row as usize]);
        }
        assert!(
            order
                .iter()
                .enumerate()
                .all(|(at, _)| sheet.entry(at).as_ref() == back.entries.get(at))
        );
        let one = sheet.some([5, 3]);
        assert_eq!(one.entries, [back.entries[5].clone(), back.entries[3].clone()]);
    }

    #[test]
    fn roles_are_located_among_thousands() {
        let (roster, order) = company();
        let sheet = Sheet::pack(&roster, &order).unwrap();
        let all = sheet.unpack();
        let ids = [all.id(&all.entries[7_000]), all.id(&all.entries[2])];
        assert_eq!(sheet.locate(&ids), [(2, 1), (7_000, 0)]);
    }

    #[test]
    fn an_account_that_two_instances_share_is_located_in_both() {
        let mut roster = Roster::clone(&company().0);
        let mut other = roster.instances[0].clone();
        other.name = crate::domain::InstanceName::new("other");
        roster.instances.push(other);
        let (account, instance) = (roster.entries[40].account, roster.instances.len() - 1);
        let twins: Vec<Entry> =
            roster.entries.iter().filter(|entry| entry.account == account).cloned().collect();
        roster.entries.extend(twins.iter().cloned().map(|twin| Entry { instance, ..twin }));
        let index = crate::domain::query::Index::build(Arc::new(roster.clone()));
        let sheet = Sheet::pack(&roster, index.order()).unwrap();
        let all = sheet.unpack();
        for twin in &twins {
            let wanted = [
                roster.id(twin),
                RoleId { instance: roster.instances[instance].name.clone(), ..roster.id(twin) },
            ];
            let mut found: Vec<RoleId> = sheet
                .locate(&wanted)
                .into_iter()
                .map(|(row, _)| all.id(&all.entries[row]))
                .collect();
            found.sort_unstable_by_key(|role| wanted.iter().position(|one| one == role));
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn damaged_numbers_are_no_role_and_no_panic() {
        let (roster, order) = company();
        let mut sheet = Sheet::pack(&roster, &order).unwrap();
        let [accounts, rows, _] = sheet.contents.ends;
        sheet.file[accounts..rows].fill(0xff);
        assert_eq!(sheet.entry(0), None);
        assert!(sheet.unpack().entries.is_empty());
        sheet.file[..accounts].fill(0xff);
        assert!(sheet.locate(&[roster.id(&roster.entries[0])]).is_empty());
        sheet.contents.ends = [usize::MAX, 7, usize::MAX];
        assert_eq!((sheet.len(), sheet.entry(0), sheet.account_cells().count()), (0, None, 0));
    }
}
