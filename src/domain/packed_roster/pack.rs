//! Packing a roster, and unpacking all of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::record::{
    AccountRecord, CONFIRM_ASK, CONFIRM_TYPE, CUSTOM_PROFILE, DEFAULT_PROFILE, FixedSizeRecord,
    HIDDEN, ProfileRecord, RowAttributes, RowRecord, TextSpan,
};
use super::{PackedRoster, PackedRosterHeader, default_profile_name};
use crate::domain::{AccountId, ConfirmLevel, Roster, RosterEntry, Tags, display_width, slug};

impl PackedRoster {
    /// Packs a roster. `order` holds the indexes of its entries, ordered by name. Returns `None` if
    /// a name or a number exceeds the size of its record field, which no real roster does.
    pub fn pack(roster: &Roster, order: &[u32]) -> Option<PackedRoster> {
        let mut packer = Packer::default();
        let (mut rows, mut hidden, mut protected) =
            (Vec::with_capacity(order.len() * RowRecord::SIZE), Vec::new(), false);
        let mut row_counts: Vec<usize> = Vec::new();
        for (place, position) in (0..).zip(order) {
            let (row, attributes) = packer.pack_row(roster, *position as usize, place)?;
            hidden.extend(attributes.is_hidden().then_some(place));
            protected |= attributes.confirm() != ConfirmLevel::None;
            row_counts.resize(packer.tags.values.len(), 0);
            row_counts[attributes.tags as usize] += 1;
            row.write(&mut rows);
        }
        let mut file = packer.account_records;
        let mut ends = [file.len(), 0, 0];
        for (part, end) in [rows, packer.profile_records].into_iter().zip([1, 2]) {
            file.extend(part);
            ends[end] = file.len();
        }
        file.extend(packer.text.into_bytes());
        let header = PackedRosterHeader {
            instances: roster.instances.clone(),
            complete: roster.complete,
            regions: packer.regions.values,
            tags: packer.tags.values.into_iter().zip(row_counts).collect(),
            attributes: packer.kinds.values,
            hidden,
            has_protected: protected,
            roles: packer.roles.values,
            vias: packer.vias.values,
            colors: packer.colors.values,
            section_ends: ends,
        };
        Some(PackedRoster::from_parts(header, file, 0))
    }

    /// Unpacks all roles, ordered by name. Equal strings share one allocation.
    pub fn unpack(&self) -> Roster {
        let header = &self.header;
        let accounts: Vec<Option<UnpackedAccount>> = AccountRecord::read_all(self.account_bytes())
            .map(|record| self.unpack_account(record))
            .collect();
        let roles: Vec<Arc<str>> =
            header.roles.iter().map(|role| Arc::from(role.as_str())).collect();
        let vias: Vec<Arc<str>> = header.vias.iter().map(|via| Arc::from(via.as_str())).collect();
        let tags: Vec<Arc<Tags>> =
            header.tags.iter().map(|(tags, _)| Arc::new(tags.clone())).collect();
        let role_slugs: Vec<String> = header.roles.iter().map(|role| slug(role)).collect();
        let entry = |(position, row): (usize, RowRecord)| {
            let (account, kind) =
                (accounts.get(row.account as usize)?.as_ref()?, self.attributes(row)?);
            Some(RosterEntry {
                instance: account.instance,
                account: account.id,
                account_name: account.name.clone(),
                account_alias: account.alias.clone(),
                email: account.email.clone(),
                role: roles.get(row.role as usize)?.clone(),
                tags: tags.get(kind.tags as usize)?.clone(),
                region: kind.region().and_then(|region| header.regions.get(region).cloned()),
                profile: self.profile(position, kind, || {
                    [account.slug.as_str(), "-", &role_slugs[row.role as usize]].concat()
                }),
                via: kind.via().and_then(|via| vias.get(via).cloned()),
                confirm: kind.confirm(),
            })
        };
        let entries: Vec<RosterEntry> =
            RowRecord::read_all(self.row_bytes()).enumerate().filter_map(entry).collect();
        let has_styles = header.attributes.iter().any(RowAttributes::has_style);
        let row_styles = if has_styles {
            (0..entries.len()).filter_map(|position| self.row_style(position)).collect()
        } else {
            Vec::new()
        };
        Roster {
            instances: header.instances.clone(),
            entries,
            complete: header.complete,
            row_styles,
        }
    }

    fn unpack_account(&self, record: AccountRecord) -> Option<UnpackedAccount> {
        let label = self.span_text(record.label);
        let name: Arc<str> = Arc::from(if record.has_name { label } else { "" });
        let alias = if record.alias == record.label {
            name.clone()
        } else {
            Arc::from(self.span_text(record.alias))
        };
        let (id, instance) = (AccountId::from_number(record.id)?, record.instance as usize);
        let (email, slug) = (Arc::from(self.span_text(record.email)), slug(label));
        (instance < self.header.instances.len()).then_some(UnpackedAccount {
            instance,
            id,
            name,
            alias,
            email,
            slug,
        })
    }
}

struct UnpackedAccount {
    instance: usize,
    id: AccountId,
    name: Arc<str>,
    alias: Arc<str>,
    email: Arc<str>,
    /// The prefix of its default profile names.
    slug: String,
}

/// Numbers distinct values in the order in which they appear.
struct Interner<T> {
    values: Vec<T>,
    ids: HashMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { values: Vec::new(), ids: HashMap::new() }
    }
}

impl<T: Hash + Eq + Clone> Interner<T> {
    fn intern(&mut self, value: T) -> Option<u32> {
        if let Some(number) = self.ids.get(&value) {
            return Some(*number);
        }
        let number = u32::try_from(self.values.len()).ok()?;
        self.values.push(value.clone());
        self.ids.insert(value, number);
        Some(number)
    }

    /// Returns the number plus one, or 0 for `None`.
    fn intern_optional(&mut self, value: Option<T>) -> Option<u16> {
        match value {
            Some(value) => u16::try_from(self.intern(value)? + 1).ok(),
            None => Some(0),
        }
    }
}

#[derive(Default)]
struct Packer {
    text: String,
    account_records: Vec<u8>,
    profile_records: Vec<u8>,
    accounts: Interner<(usize, AccountId, Arc<str>, Arc<str>)>,
    /// The account of the previous row, and the first of the rows in it up to that one.
    last_account: Option<(AccountId, u32)>,
    regions: Interner<crate::domain::Region>,
    tags: Interner<Tags>,
    kinds: Interner<RowAttributes>,
    roles: Interner<String>,
    vias: Interner<String>,
    colors: Interner<String>,
}

impl Packer {
    fn pack_row(
        &mut self,
        roster: &Roster,
        position: usize,
        place: u32,
    ) -> Option<(RowRecord, RowAttributes)> {
        let entry = roster.entries.get(position)?;
        let style = roster.row_style(position);
        let has_default_profile = entry.profile.as_deref().is_some_and(|profile| {
            profile == default_profile_name(entry.account_label(), &entry.role)
        });
        let mut flags = 0;
        for (bit, set) in [
            (CONFIRM_ASK, entry.confirm == ConfirmLevel::Ask),
            (CONFIRM_TYPE, entry.confirm == ConfirmLevel::TypeName),
            (HIDDEN, style.is_some_and(|style| style.hidden)),
            (CUSTOM_PROFILE, entry.profile.is_some() && !has_default_profile),
            (DEFAULT_PROFILE, has_default_profile),
        ] {
            flags |= if set { bit } else { 0 };
        }
        if let Some(profile) = entry.profile.as_deref().filter(|_| !has_default_profile) {
            let name = self.push_text(profile)?;
            ProfileRecord { row: place, name }.write(&mut self.profile_records);
        }
        let kind = RowAttributes {
            tags: self.tags.intern(Tags::clone(&entry.tags))?,
            region_number: self.regions.intern_optional(entry.region.clone())?,
            via_number: self.vias.intern_optional(entry.via.as_deref().map(str::to_owned))?,
            account_color_number: self.colors.intern_optional(
                style.and_then(|style| style.account_color.as_deref()).map(str::to_owned),
            )?,
            role_color_number: self.colors.intern_optional(
                style.and_then(|style| style.role_color.as_deref()).map(str::to_owned),
            )?,
            flags,
        };
        let (account, role) =
            (self.pack_account(entry, place)?, self.roles.intern(entry.role.to_string())?);
        Some((RowRecord { account, role, attributes: self.kinds.intern(kind)? }, kind))
    }

    fn pack_account(&mut self, entry: &RosterEntry, place: u32) -> Option<u32> {
        let first = match self.last_account {
            // Whatever its name: rows under two spellings alternate.
            Some((id, first)) if id == entry.account => first,
            _ => {
                self.last_account = Some((entry.account, place));
                place
            }
        };
        let before = self.accounts.values.len();
        let key = (
            entry.instance,
            entry.account,
            entry.account_name.clone(),
            entry.account_alias.clone(),
        );
        let number = self.accounts.intern(key)?;
        if self.accounts.values.len() > before {
            let label = self.push_text(entry.account_label())?;
            let alias = if entry.account_alias == entry.account_name {
                label
            } else {
                self.push_text(&entry.account_alias)?
            };
            let email = self.push_text(&entry.email)?;
            let (id, instance) = (entry.account.to_number(), u32::try_from(entry.instance).ok()?);
            let cells = u16::try_from(display_width(entry.account_label())).unwrap_or(u16::MAX);
            let is_named = !entry.account_name.is_empty();
            AccountRecord {
                id,
                instance,
                first_row: first,
                label,
                alias,
                email,
                width: cells,
                has_name: is_named,
            }
            .write(&mut self.account_records);
        }
        Some(number)
    }

    fn push_text(&mut self, text: &str) -> Option<TextSpan> {
        let span = TextSpan {
            offset: u32::try_from(self.text.len()).ok()?,
            length: u16::try_from(text.len()).ok()?,
        };
        self.text.push_str(text);
        Some(span)
    }
}
