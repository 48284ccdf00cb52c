//! A roster into a sheet, and all of it back.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::record::{ASKS, AccountRecord, Blob, HIDDEN, NAMED, Part, RowRecord, TYPES, USUAL};
use super::{Sheet, usual_profile};
use crate::domain::{AccountId, Confirm, Entry, Roster, Tags, slug};

impl Sheet {
    /// Packs a roster; `order` has the positions of its entries by name. `None` for one whose names don't fit: nobody has them.
    pub fn pack(roster: &Roster, order: &[u32]) -> Option<Sheet> {
        let mut packer = Packer::default();
        let (mut rows, mut hidden, mut protected) = (Blob::default(), Vec::new(), false);
        let mut times: Vec<usize> = Vec::new();
        for (place, position) in (0..).zip(order) {
            let row = packer.row(roster, *position as usize)?;
            hidden.extend(row.is_hidden().then_some(place));
            protected |= row.confirm() != Confirm::No;
            times.resize(packer.tags.values.len(), 0);
            times[row.tags as usize] += 1;
            rows.push(&row);
        }
        Some(Sheet {
            instances: roster.instances.clone(),
            complete: roster.complete,
            regions: packer.regions.values,
            tags: packer.tags.values.into_iter().zip(times).collect(),
            hidden,
            protected,
            roles: packer.roles.values,
            vias: packer.vias.values,
            colors: packer.colors.values,
            text: packer.text,
            accounts: packer.records,
            rows,
        })
    }

    /// All of it. The entries stand in the order of names; what accounts share is shared again.
    pub fn unpack(&self) -> Roster {
        let accounts: Vec<Option<Account>> = self.accounts.all::<AccountRecord>().map(|record| self.account(record)).collect();
        let roles: Vec<Arc<str>> = self.roles.iter().map(|role| Arc::from(role.as_str())).collect();
        let vias: Vec<Arc<str>> = self.vias.iter().map(|via| Arc::from(via.as_str())).collect();
        let tags: Vec<Arc<Tags>> = self.tags.iter().map(|(tags, _)| Arc::new(tags.clone())).collect();
        let role_slugs: Vec<String> = self.roles.iter().map(|role| slug(role)).collect();
        let entry = |row: RowRecord| {
            let account = accounts.get(row.account as usize)?.as_ref()?;
            Some(Entry {
                instance: account.instance,
                account: account.id,
                account_name: account.name.clone(),
                account_alias: account.alias.clone(),
                email: account.email.clone(),
                role: roles.get(row.role as usize)?.clone(),
                tags: tags.get(row.tags as usize)?.clone(),
                region: row.region().and_then(|region| self.regions.get(region).cloned()),
                profile: self.profile(row, || format!("{}-{}", account.slug, role_slugs[row.role as usize])),
                via: row.via().and_then(|via| vias.get(via).cloned()),
                confirm: row.confirm(),
            })
        };
        let entries: Vec<Entry> = self.rows.all::<RowRecord>().filter_map(entry).collect();
        let looked_at = self.rows.all::<RowRecord>().any(|row| row.is_hidden() || row.color().is_some());
        let looks = if looked_at { (0..entries.len()).filter_map(|position| self.look(position)).collect() } else { Vec::new() };
        Roster { instances: self.instances.clone(), entries, complete: self.complete, looks }
    }

    fn account(&self, record: AccountRecord) -> Option<Account> {
        let name: Arc<str> = Arc::from(self.part(record.name));
        let alias = if record.alias == record.name { name.clone() } else { Arc::from(self.part(record.alias)) };
        let id = self.text.get(record.id()..record.id() + 12)?.parse().ok()?;
        let instance = record.instance as usize;
        let (email, slug) = (Arc::from(self.part(record.email)), slug(self.label(record)));
        (instance < self.instances.len()).then_some(Account { instance, id, name, alias, email, slug })
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
    records: Blob,
    accounts: Distinct<(usize, AccountId, Arc<str>, Arc<str>)>,
    regions: Distinct<crate::domain::Region>,
    tags: Distinct<Tags>,
    roles: Distinct<String>,
    vias: Distinct<String>,
    colors: Distinct<String>,
}

impl Packer {
    fn row(&mut self, roster: &Roster, position: usize) -> Option<RowRecord> {
        let entry = roster.entries.get(position)?;
        let look = roster.look(position);
        let usual = entry.profile.as_deref().is_some_and(|profile| profile == usual_profile(entry.account_label(), &entry.role));
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
        Some(RowRecord {
            account: self.account(entry)?,
            role: self.roles.number(entry.role.to_string())?,
            tags: self.tags.number(Tags::clone(&entry.tags))?,
            named: self.write(entry.profile.as_deref().filter(|_| !usual).unwrap_or_default())?,
            placed: self.regions.small(entry.region.clone())?,
            through: self.vias.small(entry.via.as_deref().map(str::to_owned))?,
            tinted: self.colors.small(look.and_then(|look| look.color.as_deref()).map(str::to_owned))?,
            flags,
        })
    }

    fn account(&mut self, entry: &Entry) -> Option<u32> {
        let before = self.accounts.values.len();
        let key = (entry.instance, entry.account, entry.account_name.clone(), entry.account_alias.clone());
        let number = self.accounts.number(key)?;
        if self.accounts.values.len() > before {
            let digits = self.write(entry.account.as_str())?.at;
            let name = self.write(&entry.account_name)?;
            let alias = if entry.account_alias == entry.account_name { name } else { self.write(&entry.account_alias)? };
            let email = self.write(&entry.email)?;
            self.records.push(&AccountRecord { instance: u32::try_from(entry.instance).ok()?, digits, name, alias, email });
        }
        Some(number)
    }

    fn write(&mut self, text: &str) -> Option<Part> {
        let part = Part { at: u32::try_from(self.text.len()).ok()?, length: u16::try_from(text.len()).ok()? };
        self.text.push_str(text);
        Some(part)
    }
}
