//! A roster packed into bytes, ordered by name, so that the first frame can read the rows it shows
//! without unpacking the others.
//!
//! Names are stored once, and rows are records of a fixed size. Reading a record allocates nothing
//! and does not depend on any other record.
//!
//! With all rows in plain postcard, with borrowed names, a start up to the first full frame takes
//! 21 instead of 6 ms of CPU time with 16,330 roles, and 116 instead of 10 ms with 107,334. That is
//! 1.7 and 2.5 times the time of fzf on the same lines, where the budget is 0.4.

mod pack;
mod record;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AccountId, Instance, Region, RoleId, Roster, RosterEntry, RowStyle, Tags, slug};
use record::{AccountRecord, FixedSizeRecord, ProfileRecord, RowAttributes, RowRecord, TextSpan};

/// A packed roster.
#[derive(Debug, Clone)]
pub struct PackedRoster {
    header: PackedRosterHeader,
    /// The content of the snapshot file, or the packed records. Records are read in place, since
    /// copying them would take longer than drawing the first frame.
    bytes: Vec<u8>,
    /// Offset of the records in `bytes`.
    records_start: usize,
}

/// The small parts of a roster, and the sizes of the others. Separate from
/// [`PackedRoster::records`], so that these need no decoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedRosterHeader {
    instances: Vec<Instance>,
    complete: bool,
    regions: Vec<Region>,
    /// The distinct tag sets, each with its number of rows.
    tags: Vec<(Tags, usize)>,
    attributes: Vec<RowAttributes>,
    /// Positions of hidden roles, ascending.
    hidden: Vec<u32>,
    has_protected: bool,
    roles: Vec<String>,
    vias: Vec<String>,
    colors: Vec<String>,
    /// The ends of the account, row and profile records, in bytes. The text follows.
    section_ends: [usize; 3],
}

impl PartialEq for PackedRoster {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header && self.records() == other.records()
    }
}

impl PackedRoster {
    /// Combines a header with the records, which are the bytes of `file` from `start` on.
    pub fn from_parts(header: PackedRosterHeader, file: Vec<u8>, start: usize) -> Self {
        Self { header, bytes: file, records_start: start }
    }

    /// Returns the header, to be stored before the records.
    pub fn header(&self) -> &PackedRosterHeader {
        &self.header
    }

    /// Returns the records.
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

    /// Returns a part of the text, or an empty string if the offsets are invalid.
    fn text(&self, at: usize, length: usize) -> &str {
        let text = self.records().get(self.header.section_ends[2]..).unwrap_or_default();
        text.get(at..at.saturating_add(length))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    fn span_text(&self, span: TextSpan) -> &str {
        self.text(span.offset as usize, span.length.into())
    }

    /// Returns the instances, in the order of the configuration.
    pub fn instances(&self) -> &[Instance] {
        &self.header.instances
    }

    /// Returns the number of roles.
    pub fn len(&self) -> usize {
        self.row_bytes().len() / RowRecord::SIZE
    }

    /// Returns the number of roles of each instance, in the order of the configuration.
    pub fn instance_row_counts(&self) -> Vec<usize> {
        let accounts: Vec<u32> =
            AccountRecord::read_all(self.account_bytes()).map(|account| account.instance).collect();
        let mut counts = vec![0; self.instances().len()];
        for row in RowRecord::read_all(self.row_bytes()) {
            let instance = accounts.get(row.account as usize).map(|instance| *instance as usize);
            if let Some(count) = instance.and_then(|instance| counts.get_mut(instance)) {
                *count += 1;
            }
        }
        counts
    }

    /// Returns the widths of account names in cells, once for each instance of an account. Rows of
    /// profiles have no account.
    pub fn account_widths(&self) -> impl Iterator<Item = u16> {
        let real = |account: &AccountRecord| !self.is_of_profiles(account.instance as usize);
        AccountRecord::read_all(self.account_bytes()).filter(real).map(|account| account.width)
    }

    fn is_of_profiles(&self, instance: usize) -> bool {
        self.header.instances.get(instance).is_some_and(Instance::is_of_profiles)
    }

    /// Returns the number of rows of profiles, which are the last.
    pub fn profile_count(&self) -> usize {
        let is_profile = |position: &usize| {
            self.row(*position)
                .is_some_and(|(_, account)| self.is_of_profiles(account.instance as usize))
        };
        (0..self.len()).rev().take_while(is_profile).count()
    }

    /// Returns the instances of IAM Identity Center, in the order of the configuration.
    pub fn sso_instances(&self) -> &[Instance] {
        match self.instances().split_last() {
            Some((last, others)) if last.is_of_profiles() => others,
            _ => self.instances(),
        }
    }

    fn attributes(&self, row: RowRecord) -> Option<RowAttributes> {
        self.header.attributes.get(row.attributes as usize).copied()
    }

    fn profile(
        &self,
        position: usize,
        attributes: RowAttributes,
        default_name: impl FnOnce() -> String,
    ) -> Option<Arc<str>> {
        if attributes.has_default_profile() {
            return Some(Arc::from(default_name()));
        }
        let position = u32::try_from(position).ok().filter(|_| attributes.has_custom_profile())?;
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

    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.header.roles.iter().map(String::as_str)
    }

    /// Returns the distinct tag sets, each with its number of rows.
    pub fn tag_sets(&self) -> impl Iterator<Item = (&Tags, usize)> {
        self.header.tags.iter().map(|(tags, rows)| (tags, *rows))
    }

    /// Whether any role requires a confirmation.
    pub fn has_protected(&self) -> bool {
        self.header.has_protected
    }

    /// Returns the positions of the roles that rules hide, ascending.
    pub fn hidden(&self) -> &[u32] {
        &self.header.hidden
    }

    /// Returns the positions of roles, ordered by name, each with its index in `roles`.
    pub fn locate<'a>(&self, roles: impl IntoIterator<Item = &'a RoleId>) -> Vec<(usize, usize)> {
        let roles: Vec<(usize, &RoleId)> = roles.into_iter().enumerate().collect();
        if roles.is_empty() {
            return Vec::new();
        }
        // Only a few of thousands of accounts are wanted, and the rows of an account are adjacent.
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

    /// Returns the positions of all roles in the account of the role at a position.
    pub fn account_positions(&self, position: usize) -> Vec<usize> {
        let Some((_, wanted)) = self.row(position) else { return Vec::new() };
        let rows = (wanted.first_row as usize..)
            .map_while(|position| Some((position, self.row(position)?.1)))
            .take_while(|(_, account)| account.first_row == wanted.first_row);
        rows.filter(|(_, account)| (account.id, account.instance) == (wanted.id, wanted.instance))
            .map(|(position, _)| position)
            .collect()
    }

    /// Unpacks the role at a position in the order of names.
    pub fn entry(&self, position: usize) -> Option<RosterEntry> {
        let (row, account) = self.row(position)?;
        let (attributes, header) = (self.attributes(row)?, &self.header);
        let label = self.span_text(account.label);
        let name: Arc<str> = Arc::from(if account.has_name { label } else { "" });
        let alias = if account.alias == account.label {
            name.clone()
        } else {
            Arc::from(self.span_text(account.alias))
        };
        let role = header.roles.get(row.role as usize)?;
        Some(RosterEntry {
            instance: account.instance as usize,
            account: AccountId::from_number(account.id)?,
            account_name: name,
            account_alias: alias,
            email: Arc::from(self.span_text(account.email)),
            role: Arc::from(role.as_str()),
            tags: Arc::new(header.tags.get(attributes.tags as usize)?.0.clone()),
            region: attributes.region().and_then(|region| header.regions.get(region).cloned()),
            profile: self.profile(position, attributes, || default_profile_name(label, role)),
            via: attributes
                .via()
                .and_then(|via| header.vias.get(via))
                .map(|via| Arc::from(via.as_str())),
            confirm: attributes.confirm(),
        })
    }

    pub fn row_style(&self, position: usize) -> Option<RowStyle> {
        let attributes = self.attributes(RowRecord::read_at(self.row_bytes(), position)?)?;
        let name = |color: Option<usize>| {
            color.and_then(|color| self.header.colors.get(color)).map(|name| Arc::from(&**name))
        };
        Some(RowStyle {
            account_color: name(attributes.account_color()),
            role_color: name(attributes.role_color()),
            hidden: attributes.is_hidden(),
        })
    }

    /// Unpacks the roles at these positions, in this order, into a roster marked incomplete.
    pub fn subset(&self, positions: impl IntoIterator<Item = usize>) -> Roster {
        let (mut entries, mut row_styles) = (Vec::new(), Vec::new());
        for position in positions {
            if let (Some(entry), Some(style)) = (self.entry(position), self.row_style(position)) {
                entries.push(entry);
                row_styles.push(style);
            }
        }
        Roster { instances: self.instances().to_vec(), entries, complete: false, row_styles }
    }
}

/// Returns the profile name of most roles, which is therefore not stored for each.
fn default_profile_name(account: &str, role: &str) -> String {
    format!("{}-{}", slug(account), slug(role))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConfirmLevel;
    use crate::domain::query::tests::company;

    #[test]
    fn a_packed_roster_is_unpacked_in_the_order_of_names() {
        let (roster, order) = company();
        let mut roster = Roster::clone(&roster);
        for (at, entry) in roster.entries.iter_mut().enumerate() {
            entry.profile = match at % 3 {
                0 => Some(Arc::from(default_profile_name(entry.account_label(), &entry.role))),
                1 => Some(Arc::from(format!("given-{at}"))),
                _ => entry.profile.take(),
            };
        }
        let packed = PackedRoster::pack(&roster, &order).unwrap();
        let back = packed.unpack();
        assert_eq!(back.entries.len(), roster.entries.len());
        assert_eq!((&back.instances, back.complete), (&roster.instances, roster.complete));
        for (entry, row) in back.entries.iter().zip(&order) {
            assert_eq!(*entry, roster.entries[*row as usize]);
        }
        assert!(
            order
                .iter()
                .enumerate()
                .all(|(at, _)| packed.entry(at).as_ref() == back.entries.get(at))
        );
        let one = packed.subset([5, 3]);
        assert_eq!(one.entries, [back.entries[5].clone(), back.entries[3].clone()]);
    }

    #[test]
    fn attributes_of_roles_are_kept_and_counted() {
        let (roster, order) = company();
        let mut roster = Roster::clone(&roster);
        let styles = order.iter().map(|_| RowStyle::default());
        roster.row_styles = styles.collect();
        for entry in &mut roster.entries {
            (entry.profile, entry.confirm, entry.region) = (None, ConfirmLevel::None, None);
        }
        let plain = PackedRoster::pack(&roster, &order).unwrap();
        assert!(!plain.has_protected() && plain.hidden().is_empty());
        assert_eq!(plain.entry(0).unwrap().profile, None);
        assert_eq!(plain.tag_sets().map(|(_, rows)| rows).sum::<usize>(), order.len());

        let [ask, typed, hidden, red] = [0, 1, 2, 3].map(|place| order[place] as usize);
        roster.entries[ask].confirm = ConfirmLevel::Ask;
        roster.entries[typed].confirm = ConfirmLevel::TypeName;
        roster.entries[typed].region = Some(Region::new("eu-west-1"));
        roster.row_styles[hidden].hidden = true;
        roster.row_styles[red].account_color = Some(Arc::from("red"));
        let packed = PackedRoster::pack(&roster, &order).unwrap();
        let confirm = |place: usize| packed.entry(place).unwrap().confirm;
        assert_eq!(
            [confirm(0), confirm(1), confirm(2)],
            [ConfirmLevel::Ask, ConfirmLevel::TypeName, ConfirmLevel::None]
        );
        assert!(packed.has_protected());
        assert_eq!(packed.hidden(), [2]);
        assert_eq!(packed.entry(0).unwrap().region, None);
        assert_eq!(packed.entry(1).unwrap().region, roster.entries[typed].region);
        let style = |place: usize| packed.row_style(place).unwrap();
        assert_eq!(style(2), RowStyle { hidden: true, ..RowStyle::default() });
        assert_eq!(
            style(3),
            RowStyle { account_color: Some(Arc::from("red")), ..RowStyle::default() }
        );

        let same = PackedRoster::pack(&roster, &order).unwrap();
        let records = vec![0; same.records().len()];
        assert!(packed == same && packed != plain);
        assert!(packed != PackedRoster::from_parts(same.header, records, 0));
    }

    #[test]
    fn styles_and_counts_survive_packing() {
        let (roster, order) = company();
        let mut roster = Roster::clone(&roster);
        let style = |at: usize| RowStyle {
            account_color: at.is_multiple_of(2).then(|| Arc::from("red")),
            role_color: at.is_multiple_of(3).then(|| Arc::from("blue")),
            hidden: at.is_multiple_of(5),
        };
        roster.row_styles = (0..roster.entries.len()).map(style).collect();
        let packed = PackedRoster::pack(&roster, &order).unwrap();
        let wanted: Vec<_> = order.iter().map(|row| style(*row as usize)).collect();
        assert_eq!(packed.unpack().row_styles, wanted);
        let count = |instance| roster.entries.iter().filter(|e| e.instance == instance).count();
        assert_eq!(packed.instance_row_counts(), [count(0), count(1)]);
    }

    #[test]
    fn accounts_of_the_same_name_are_kept_apart() {
        let (company, _) = company();
        let account = |id: &str, name: &str, alias: &str, role: &str| RosterEntry {
            instance: 0,
            account: id.parse().unwrap(),
            account_name: name.into(),
            account_alias: alias.into(),
            role: role.into(),
            ..company.entries[0].clone()
        };
        let entries = vec![
            account("000000000001", "prod", "Production", "Admin"),
            account("000000000001", "prod", "Production", "Read"),
            account("000000000002", "prod", "prod", "Admin"),
            account("000000000002", "prod", "prod", "Read"),
            account("000000000003", "", "", "Admin"),
        ];
        let roster = Roster { entries, row_styles: Vec::new(), ..Roster::clone(&company) };
        let packed = PackedRoster::pack(&roster, &[0, 1, 2, 3, 4]).unwrap();
        assert_eq!(packed.unpack().entries, roster.entries);
        for (place, entry) in roster.entries.iter().enumerate() {
            assert_eq!(packed.locate([&roster.id(entry)]), [(place, 0)]);
        }
    }

    #[test]
    fn styles_are_unpacked_if_one_row_has_any() {
        let (roster, order) = company();
        let red = Some(Arc::from("red"));
        for (style, is_kept) in [
            (RowStyle::default(), false),
            (RowStyle { hidden: true, ..RowStyle::default() }, true),
            (RowStyle { account_color: red.clone(), ..RowStyle::default() }, true),
            (RowStyle { role_color: red.clone(), ..RowStyle::default() }, true),
        ] {
            let mut roster = Roster::clone(&roster);
            roster.row_styles = vec![RowStyle::default(); roster.entries.len()];
            roster.row_styles[order[0] as usize] = style.clone();
            let back = PackedRoster::pack(&roster, &order).unwrap().unpack();
            assert_eq!(!back.row_styles.is_empty(), is_kept, "{style:?}");
        }
    }

    #[test]
    fn roles_are_located_among_thousands() {
        let (roster, order) = company();
        let packed = PackedRoster::pack(&roster, &order).unwrap();
        let all = packed.unpack();
        let ids = [all.id(&all.entries[7_000]), all.id(&all.entries[2])];
        assert_eq!(packed.locate(&ids), [(2, 1), (7_000, 0)]);
        for position in [0, 2, 7_000, all.entries.len() - 1] {
            let account = |at: &usize| (all.entries[*at].instance, all.entries[*at].account);
            let wanted: Vec<usize> =
                (0..all.entries.len()).filter(|at| account(at) == account(&position)).collect();
            assert_eq!(packed.account_positions(position), wanted);
        }
        assert_eq!(packed.account_positions(all.entries.len()), [0; 0]);
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
        let packed = PackedRoster::pack(&roster, index.order_by_name()).unwrap();
        let all = packed.unpack();
        for twin in &twins {
            let wanted = [
                roster.id(twin),
                RoleId { instance: roster.instances[instance].name.clone(), ..roster.id(twin) },
            ];
            let mut found: Vec<RoleId> = packed
                .locate(&wanted)
                .into_iter()
                .map(|(row, _)| all.id(&all.entries[row]))
                .collect();
            found.sort_unstable_by_key(|role| wanted.iter().position(|one| one == role));
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn damaged_records_yield_no_roles_and_do_not_panic() {
        let (roster, order) = company();
        let mut packed = PackedRoster::pack(&roster, &order).unwrap();
        let [accounts, rows, _] = packed.header.section_ends;
        packed.bytes[accounts..rows].fill(0xff);
        assert_eq!(packed.entry(0), None);
        assert!(packed.unpack().entries.is_empty());
        packed.bytes[..accounts].fill(0xff);
        assert!(packed.locate(&[roster.id(&roster.entries[0])]).is_empty());
        packed.header.section_ends = [usize::MAX, 7, usize::MAX];
        assert_eq!((packed.len(), packed.entry(0), packed.account_widths().count()), (0, None, 0));
    }
}
