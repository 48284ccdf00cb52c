//! A roster packed into bytes, in the order of names: what is shown of it first can be had without unpacking the rest.
//!
//! Names are written once, rows are numbers of a fixed size. Reading one costs no allocation and no look at any other.

mod pack;
mod record;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Entry, Instance, Look, Region, RoleId, Roster, Tags, slug};
use record::{AccountRecord, Blob, RowRecord};

/// All roles of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    instances: Vec<Instance>,
    complete: bool,
    regions: Vec<Region>,
    /// The distinct sets, each with the number of rows that have it.
    tags: Vec<(Tags, usize)>,
    /// Positions that the rules keep out of the list.
    hidden: Vec<u32>,
    protected: bool,
    roles: Vec<String>,
    vias: Vec<String>,
    colors: Vec<String>,
    /// Every other name, one behind the other.
    text: String,
    accounts: Blob,
    rows: Blob,
}

impl Sheet {
    /// The instances, in the order of the configuration.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// How many roles there are.
    pub fn len(&self) -> usize {
        self.rows.count::<RowRecord>()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What accounts are called, once for each instance that has them.
    pub fn account_labels(&self) -> impl Iterator<Item = &str> {
        self.accounts.all::<AccountRecord>().map(|account| self.label(account))
    }

    fn label(&self, account: AccountRecord) -> &str {
        match self.part(account.name) {
            "" => self.text.get(account.id()..account.id() + 12).unwrap_or_default(),
            name => name,
        }
    }

    fn profile(&self, row: RowRecord, usual: impl FnOnce() -> String) -> Option<Arc<str>> {
        if row.is_usual() { Some(Arc::from(usual())) } else { row.profile().map(|profile| Arc::from(self.part(profile))) }
    }

    /// The distinct names of roles.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().map(String::as_str)
    }

    /// The distinct sets of tags, each with the number of rows that have it.
    pub fn tag_sets(&self) -> impl Iterator<Item = (&Tags, usize)> {
        self.tags.iter().map(|(tags, rows)| (tags, *rows))
    }

    /// Whether any role asks before it is used.
    pub fn has_protected(&self) -> bool {
        self.protected
    }

    /// The positions of roles that the rules keep out of the list, ascending.
    pub fn hidden(&self) -> &[u32] {
        &self.hidden
    }

    /// The positions of these roles, each with its place among them, in the order of names.
    pub fn locate<'a>(&self, roles: impl IntoIterator<Item = &'a RoleId>) -> Vec<(usize, usize)> {
        let roles: Vec<(usize, &RoleId)> = roles.into_iter().enumerate().collect();
        if roles.is_empty() {
            return Vec::new();
        }
        // Few accounts are wanted of thousands: a row says by a number whether it may be one of theirs.
        let wanted = |account: AccountRecord| {
            roles.iter().any(|(_, role)| self.text.get(account.id()..).is_some_and(|text| text.starts_with(role.account.as_str())))
        };
        let accounts: Vec<bool> = self.accounts.all::<AccountRecord>().map(wanted).collect();
        let mut out = Vec::new();
        for (position, row) in self.rows.all::<RowRecord>().enumerate() {
            if accounts.get(row.account as usize) == Some(&true) {
                let Some(entry) = self.entry(position) else { continue };
                let same = |role: &RoleId| {
                    role.account == entry.account
                        && role.role.as_str() == &*entry.role
                        && self.instances.get(entry.instance).is_some_and(|instance| instance.name == role.instance)
                };
                out.extend(roles.iter().filter(|(_, role)| same(role)).map(|(place, _)| (position, *place)));
            }
        }
        out
    }

    /// The role at this position, by name.
    pub fn entry(&self, position: usize) -> Option<Entry> {
        let row = self.rows.get::<RowRecord>(position)?;
        let account = self.accounts.get::<AccountRecord>(row.account as usize)?;
        let name: Arc<str> = Arc::from(self.part(account.name));
        let alias = if account.alias == account.name { name.clone() } else { Arc::from(self.part(account.alias)) };
        Some(Entry {
            instance: account.instance as usize,
            account: self.text.get(account.id()..account.id() + 12)?.parse().ok()?,
            account_name: name,
            account_alias: alias,
            email: Arc::from(self.part(account.email)),
            role: Arc::from(self.roles.get(row.role as usize)?.as_str()),
            tags: Arc::new(self.tags.get(row.tags as usize)?.0.clone()),
            region: row.region().and_then(|region| self.regions.get(region).cloned()),
            profile: self.profile(row, || usual_profile(self.label(account), self.roles.get(row.role as usize).map_or("", String::as_str))),
            via: row.via().and_then(|via| self.vias.get(via)).map(|via| Arc::from(via.as_str())),
            confirm: row.confirm(),
        })
    }

    /// How the rules want the role at this position shown.
    pub fn look(&self, position: usize) -> Option<Look> {
        let row = self.rows.get::<RowRecord>(position)?;
        let color = row.color().and_then(|color| self.colors.get(color)).map(|color| Arc::from(color.as_str()));
        Some(Look { color, hidden: row.is_hidden() })
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
        Roster { instances: self.instances.clone(), entries, complete: false, looks }
    }

    fn part(&self, part: record::Part) -> &str {
        self.text.get(part.at as usize..part.at as usize + usize::from(part.length)).unwrap_or_default()
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
        assert!(order.iter().enumerate().all(|(at, _)| sheet.entry(at).as_ref() == back.entries.get(at)));
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
    fn damaged_numbers_are_no_role_and_no_panic() {
        let (roster, order) = company();
        let mut sheet = Sheet::pack(&roster, &order).unwrap();
        sheet.rows.scribble(0xff);
        assert_eq!(sheet.entry(0), None);
        assert!(sheet.unpack().entries.is_empty());
        sheet.accounts.scribble(0xff);
        assert_eq!(sheet.account_labels().filter(|label| !label.is_empty()).count(), 0);
        assert!(sheet.locate(&[roster.id(&roster.entries[0])]).is_empty());
    }
}
