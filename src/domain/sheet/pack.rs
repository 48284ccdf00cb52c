//! A roster into a sheet, and all of it back.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::record::{
    ASKS, AccountRecord, HIDDEN, Kind, NAMED, NamedRecord, Part, Record, RowRecord, TYPES, USUAL,
};
use super::{Contents, Sheet, usual_profile};
use crate::domain::{AccountId, Confirm, Entry, Roster, Tags, cells, slug};

impl Sheet {
    /// Packs a roster; `order` has the positions of its entries by name. `None` for one whose names
    /// don't fit: nobody has them.
    pub fn pack(roster: &Roster, order: &[u32]) -> Option<Sheet> {
        let mut packer = Packer::default();
        let (mut rows, mut hidden, mut protected) =
            (Vec::with_capacity(order.len() * RowRecord::SIZE), Vec::new(), false);
        let mut times: Vec<usize> = Vec::new();
        for (place, position) in (0..).zip(order) {
            let (row, kind) = packer.row(roster, *position as usize, place)?;
            hidden.extend(kind.is_hidden().then_some(place));
            protected |= kind.confirm() != Confirm::No;
            times.resize(packer.tags.values.len(), 0);
            times[kind.tags as usize] += 1;
            row.write(&mut rows);
        }
        let mut file = packer.records;
        let mut ends = [file.len(), 0, 0];
        for (part, end) in [rows, packer.named].into_iter().zip([1, 2]) {
            file.extend(part);
            ends[end] = file.len();
        }
        file.extend(packer.text.into_bytes());
        let contents = Contents {
            instances: roster.instances.clone(),
            complete: roster.complete,
            regions: packer.regions.values,
            tags: packer.tags.values.into_iter().zip(times).collect(),
            kinds: packer.kinds.values,
            hidden,
            protected,
            roles: packer.roles.values,
            vias: packer.vias.values,
            colors: packer.colors.values,
            ends,
        };
        Some(Sheet::of(contents, file, 0))
    }

    /// All of it. The entries stand in the order of names; what accounts share is shared again.
    pub fn unpack(&self) -> Roster {
        let contents = &self.contents;
        let accounts: Vec<Option<Account>> =
            AccountRecord::all(self.accounts()).map(|record| self.account(record)).collect();
        let roles: Vec<Arc<str>> =
            contents.roles.iter().map(|role| Arc::from(role.as_str())).collect();
        let vias: Vec<Arc<str>> = contents.vias.iter().map(|via| Arc::from(via.as_str())).collect();
        let tags: Vec<Arc<Tags>> =
            contents.tags.iter().map(|(tags, _)| Arc::new(tags.clone())).collect();
        let role_slugs: Vec<String> = contents.roles.iter().map(|role| slug(role)).collect();
        let entry = |(position, row): (usize, RowRecord)| {
            let (account, kind) = (accounts.get(row.account as usize)?.as_ref()?, self.kind(row)?);
            Some(Entry {
                instance: account.instance,
                account: account.id,
                account_name: account.name.clone(),
                account_alias: account.alias.clone(),
                email: account.email.clone(),
                role: roles.get(row.role as usize)?.clone(),
                tags: tags.get(kind.tags as usize)?.clone(),
                region: kind.region().and_then(|region| contents.regions.get(region).cloned()),
                profile: self.profile(position, kind, || {
                    [account.slug.as_str(), "-", &role_slugs[row.role as usize]].concat()
                }),
                via: kind.via().and_then(|via| vias.get(via).cloned()),
                confirm: kind.confirm(),
            })
        };
        let entries: Vec<Entry> =
            RowRecord::all(self.rows()).enumerate().filter_map(entry).collect();
        let looked_at =
            contents.kinds.iter().any(|kind| kind.is_hidden() || kind.color().is_some());
        let looks = if looked_at {
            (0..entries.len()).filter_map(|position| self.look(position)).collect()
        } else {
            Vec::new()
        };
        Roster {
            instances: contents.instances.clone(),
            entries,
            complete: contents.complete,
            looks,
        }
    }

    fn account(&self, record: AccountRecord) -> Option<Account> {
        let label = self.part(record.label);
        let name: Arc<str> = Arc::from(if record.is_named { label } else { "" });
        let alias = if record.alias == record.label {
            name.clone()
        } else {
            Arc::from(self.part(record.alias))
        };
        let (id, instance) = (AccountId::from_number(record.id)?, record.instance as usize);
        let (email, slug) = (Arc::from(self.part(record.email)), slug(label));
        (instance < self.contents.instances.len()).then_some(Account {
            instance,
            id,
            name,
            alias,
            email,
            slug,
        })
    }
}

struct Account {
    instance: usize,
    id: AccountId,
    name: Arc<str>,
    alias: Arc<str>,
    email: Arc<str>,
    /// What its profiles' names begin with.
    slug: String,
}

/// Values met so far, each once.
struct Distinct<T> {
    values: Vec<T>,
    known: HashMap<T, u32>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self { values: Vec::new(), known: HashMap::new() }
    }
}

impl<T: Hash + Eq + Clone> Distinct<T> {
    fn number(&mut self, value: T) -> Option<u32> {
        if let Some(number) = self.known.get(&value) {
            return Some(*number);
        }
        let number = u32::try_from(self.values.len()).ok()?;
        self.values.push(value.clone());
        self.known.insert(value, number);
        Some(number)
    }

    /// The number and one, as it fits into a row.
    fn small(&mut self, value: Option<T>) -> Option<u16> {
        match value {
            Some(value) => u16::try_from(self.number(value)? + 1).ok(),
            None => Some(0),
        }
    }
}

#[derive(Default)]
struct Packer {
    text: String,
    /// Of accounts.
    records: Vec<u8>,
    /// Of profiles' names.
    named: Vec<u8>,
    accounts: Distinct<(usize, AccountId, Arc<str>, Arc<str>)>,
    /// The account of the row before, and where the rows of its name and id began.
    last: Option<(AccountId, Arc<str>, u32)>,
    regions: Distinct<crate::domain::Region>,
    tags: Distinct<Tags>,
    kinds: Distinct<Kind>,
    roles: Distinct<String>,
    vias: Distinct<String>,
    colors: Distinct<String>,
}

impl Packer {
    fn row(&mut self, roster: &Roster, position: usize, place: u32) -> Option<(RowRecord, Kind)> {
        let entry = roster.entries.get(position)?;
        let look = roster.look(position);
        let usual = entry
            .profile
            .as_deref()
            .is_some_and(|profile| profile == usual_profile(entry.account_label(), &entry.role));
        let mut flags = 0;
        for (bit, set) in [
            (ASKS, entry.confirm == Confirm::Ask),
            (TYPES, entry.confirm == Confirm::Type),
            (HIDDEN, look.is_some_and(|look| look.hidden)),
            (NAMED, entry.profile.is_some() && !usual),
            (USUAL, usual),
        ] {
            flags |= if set { bit } else { 0 };
        }
        if let Some(profile) = entry.profile.as_deref().filter(|_| !usual) {
            let name = self.write(profile)?;
            NamedRecord { row: place, name }.write(&mut self.named);
        }
        let kind = Kind {
            tags: self.tags.number(Tags::clone(&entry.tags))?,
            placed: self.regions.small(entry.region.clone())?,
            through: self.vias.small(entry.via.as_deref().map(str::to_owned))?,
            tinted: self
                .colors
                .small(look.and_then(|look| look.color.as_deref()).map(str::to_owned))?,
            flags,
        };
        let (account, role) =
            (self.account(entry, place)?, self.roles.number(entry.role.to_string())?);
        Some((RowRecord { account, role, kind: self.kinds.number(kind)? }, kind))
    }

    fn account(&mut self, entry: &Entry, place: u32) -> Option<u32> {
        let first = match &self.last {
            Some((id, name, first)) if *id == entry.account && *name == entry.account_name => {
                *first
            }
            _ => {
                self.last = Some((entry.account, entry.account_name.clone(), place));
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
        let number = self.accounts.number(key)?;
        if self.accounts.values.len() > before {
            let label = self.write(entry.account_label())?;
            let alias = if entry.account_alias == entry.account_name {
                label
            } else {
                self.write(&entry.account_alias)?
            };
            let email = self.write(&entry.email)?;
            let (id, instance) = (entry.account.number(), u32::try_from(entry.instance).ok()?);
            let cells = u16::try_from(cells(entry.account_label())).unwrap_or(u16::MAX);
            let is_named = !entry.account_name.is_empty();
            AccountRecord { id, instance, first, label, alias, email, cells, is_named }
                .write(&mut self.records);
        }
        Some(number)
    }

    fn write(&mut self, text: &str) -> Option<Part> {
        let part = Part {
            at: u32::try_from(self.text.len()).ok()?,
            length: u16::try_from(text.len()).ok()?,
        };
        self.text.push_str(text);
        Some(part)
    }
}
