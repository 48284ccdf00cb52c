//! A roster packed into bytes, in the order of names: what is shown of it first can be had without
//! unpacking the rest.
//!
//! Names are written once, rows are numbers of a fixed size. Reading one costs no allocation and no
//! look at any other.

mod pack;
mod record;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AccountId, Instance, Region, RoleId, Roster, RosterEntry, RowStyle, Tags, slug};
use record::{AccountRecord, FixedSizeRecord, ProfileRecord, RowAttributes, RowRecord, TextSpan};

/// All roles of a roster.
#[derive(Debug, Clone)]
pub struct PackedRoster {
    header: PackedRosterHeader,
    /// The file that it was read from, or a packer's bytes. They are looked up where they lie:
    /// copying them would cost the first frame more than all that it shows of them.
    bytes: Vec<u8>,
    /// Where the records begin.
    records_start: usize,
}

/// What there is little of, and how long everything else is. Kept apart from [`Sheet::records`], so
/// that these need no decoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedRosterHeader {
    instances: Vec<Instance>,
    complete: bool,
    regions: Vec<Region>,
    /// The distinct sets, each with the number of rows that have it.
    tags: Vec<(Tags, usize)>,
    attributes: Vec<RowAttributes>,
    /// Positions that the rules keep out of the list.
    hidden: Vec<u32>,
    has_protected: bool,
    roles: Vec<String>,
    vias: Vec<String>,
    colors: Vec<String>,
    /// Where the accounts end and the rows begin, then the profiles' names, then every other name,
    /// one behind the other.
    section_ends: [usize; 3],
}

impl PartialEq for PackedRoster {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header && self.records() == other.records()
    }
}

impl PackedRoster {
    /// A sheet out of its two halves, the records being all of `file` from `start` on.
    pub fn from_parts(contents: PackedRosterHeader, file: Vec<u8>, start: usize) -> Self {
        Self { header: contents, bytes: file, records_start: start }
    }

    /// Its one half.
    pub fn header(&self) -> &PackedRosterHeader {
        &self.header
    }

    /// Its other half.
    pub fn records(&self) -> &[u8] {
        self.bytes.get(self.records_start..).unwrap_or_default()
    }

    fn account_bytes(&self) -> &[u8] {
        self.records().get(..self.header.section_ends[0]).unwrap_or_default()
    }

    fn row_bytes(&self) -> &[u8] {
        self.records()
            .get(self.header.section_ends[0]..self.header.section_ends[1])
            .unwrap_or_default()
    }

    fn profile_bytes(&self) -> &[u8] {
        self.records()
            .get(self.header.section_ends[1]..self.header.section_ends[2])
            .unwrap_or_default()
    }

    /// A stretch of the text; nothing where it is none.
    fn text(&self, at: usize, length: usize) -> &str {
        let text = self.records().get(self.header.section_ends[2]..).unwrap_or_default();
        text.get(at..at.saturating_add(length))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    fn span_text(&self, part: TextSpan) -> &str {
        self.text(part.offset as usize, part.length.into())
    }

    /// The instances, in the order of the configuration.
    pub fn instances(&self) -> &[Instance] {
        &self.header.instances
    }

    /// How many roles there are.
    pub fn len(&self) -> usize {
        self.row_bytes().len() / RowRecord::SIZE
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many cells the names of accounts take, once for each instance that has them.
    pub fn account_widths(&self) -> impl Iterator<Item = u16> {
        AccountRecord::read_all(self.account_bytes()).map(|account| account.width)
    }

    fn attributes(&self, row: RowRecord) -> Option<RowAttributes> {
        self.header.attributes.get(row.attributes as usize).copied()
    }

    fn profile(
        &self,
        position: usize,
        kind: RowAttributes,
        usual: impl FnOnce() -> String,
    ) -> Option<Arc<str>> {
        if kind.has_default_profile() {
            return Some(Arc::from(usual()));
        }
        let position = u32::try_from(position).ok().filter(|_| kind.has_custom_profile())?;
        let (mut low, mut high) = (0, self.profile_bytes().len() / ProfileRecord::SIZE);
        while low < high {
            let middle = low.midpoint(high);
            let named = ProfileRecord::read_at(self.profile_bytes(), middle)?;
            match named.row.cmp(&position) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(Arc::from(self.span_text(named.name))),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The distinct names of roles.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.header.roles.iter().map(String::as_str)
    }

    /// The distinct sets of tags, each with the number of rows that have it.
    pub fn tag_sets(&self) -> impl Iterator<Item = (&Tags, usize)> {
        self.header.tags.iter().map(|(tags, rows)| (tags, *rows))
    }

    /// Whether any role asks before it is used.
    pub fn has_protected(&self) -> bool {
        self.header.has_protected
    }

    /// The positions of roles that the rules keep out of the list, ascending.
    pub fn hidden(&self) -> &[u32] {
        &self.header.hidden
    }

    /// The positions of these roles, each with its place among them, in the order of names.
    pub fn locate<'a>(&self, roles: impl IntoIterator<Item = &'a RoleId>) -> Vec<(usize, usize)> {
        let roles: Vec<(usize, &RoleId)> = roles.into_iter().enumerate().collect();
        if roles.is_empty() {
            return Vec::new();
        }
        // Few accounts are wanted of thousands, and their rows stand together.
        let mut wanted: Vec<u64> = roles.iter().map(|(_, role)| role.account.to_number()).collect();
        wanted.sort_unstable();
        let found = AccountRecord::read_all(self.account_bytes())
            .filter(|account| wanted.binary_search(&account.id).is_ok());
        let mut starts: Vec<(u32, u64)> =
            found.map(|account| (account.first_row, account.id)).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut out = Vec::new();
        for (first, id) in starts {
            let rows =
                (first as usize..).map_while(|position| Some((position, self.row(position)?)));
            for (position, (row, account)) in
                rows.take_while(|(_, (_, account))| (account.first_row, account.id) == (first, id))
            {
                let same = |role: &RoleId| {
                    role.account.to_number() == id
                        && self
                            .header
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
        let row = RowRecord::read_at(self.row_bytes(), position)?;
        Some((row, AccountRecord::read_at(self.account_bytes(), row.account as usize)?))
    }

    /// The role at this position, by name.
    pub fn entry(&self, position: usize) -> Option<RosterEntry> {
        let (row, account) = self.row(position)?;
        let (kind, contents) = (self.attributes(row)?, &self.header);
        let label = self.span_text(account.label);
        let name: Arc<str> = Arc::from(if account.has_name { label } else { "" });
        let alias = if account.alias == account.label {
            name.clone()
        } else {
            Arc::from(self.span_text(account.alias))
        };
        let role = contents.roles.get(row.role as usize)?;
        Some(RosterEntry {
            instance: account.instance as usize,
            account: AccountId::from_number(account.id)?,
            account_name: name,
            account_alias: alias,
            email: Arc::from(self.span_text(account.email)),
            role: Arc::from(role.as_str()),
            tags: Arc::new(contents.tags.get(kind.tags as usize)?.0.clone()),
            region: kind.region().and_then(|region| contents.regions.get(region).cloned()),
            profile: self.profile(position, kind, || default_profile_name(label, role)),
            via: kind
                .via()
                .and_then(|via| contents.vias.get(via))
                .map(|via| Arc::from(via.as_str())),
            confirm: kind.confirm(),
        })
    }

    /// How the rules want the role at this position shown.
    pub fn row_style(&self, position: usize) -> Option<RowStyle> {
        let kind = self.attributes(RowRecord::read_at(self.row_bytes(), position)?)?;
        let color = kind
            .color()
            .and_then(|color| self.header.colors.get(color))
            .map(|color| Arc::from(color.as_str()));
        Some(RowStyle { color, hidden: kind.is_hidden() })
    }

    /// Some roles of it, in this order, as a roster that is known not to be all.
    pub fn subset(&self, positions: impl IntoIterator<Item = usize>) -> Roster {
        let (mut entries, mut looks) = (Vec::new(), Vec::new());
        for position in positions {
            if let (Some(entry), Some(look)) = (self.entry(position), self.row_style(position)) {
                entries.push(entry);
                looks.push(look);
            }
        }
        Roster { instances: self.instances().to_vec(), entries, complete: false, row_styles: looks }
    }
}

/// What nearly all profiles are called: not worth writing down for each.
fn default_profile_name(account: &str, role: &str) -> String {
    format!("{}-{}", slug(account), slug(role))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::tests::company;

    #[test]
    fn what_is_packed_is_unpacked_in_the_order_of_names() {
        let (roster, order) = company();
        let mut roster = Roster::clone(&roster);
        for (at, entry) in roster.entries.iter_mut().enumerate() {
            entry.profile = match at % 3 {
                0 => Some(Arc::from(default_profile_name(entry.account_label(), &entry.role))),
                1 => Some(Arc::from(format!("given-{at}"))),
                _ => entry.profile.take(),
            };
        }
        let sheet = PackedRoster::pack(&roster, &order).unwrap();
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
        let one = sheet.subset([5, 3]);
        assert_eq!(one.entries, [back.entries[5].clone(), back.entries[3].clone()]);
    }

    #[test]
    fn roles_are_located_among_thousands() {
        let (roster, order) = company();
        let sheet = PackedRoster::pack(&roster, &order).unwrap();
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
        let twins: Vec<RosterEntry> =
            roster.entries.iter().filter(|entry| entry.account == account).cloned().collect();
        roster.entries.extend(twins.iter().cloned().map(|twin| RosterEntry { instance, ..twin }));
        let index = crate::domain::query::SearchIndex::new(Arc::new(roster.clone()));
        let sheet = PackedRoster::pack(&roster, index.order_by_name()).unwrap();
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
        let mut sheet = PackedRoster::pack(&roster, &order).unwrap();
        let [accounts, rows, _] = sheet.header.section_ends;
        sheet.bytes[accounts..rows].fill(0xff);
        assert_eq!(sheet.entry(0), None);
        assert!(sheet.unpack().entries.is_empty());
        sheet.bytes[..accounts].fill(0xff);
        assert!(sheet.locate(&[roster.id(&roster.entries[0])]).is_empty());
        sheet.header.section_ends = [usize::MAX, 7, usize::MAX];
        assert_eq!((sheet.len(), sheet.entry(0), sheet.account_widths().count()), (0, None, 0));
    }
}
