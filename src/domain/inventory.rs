//! What the portal said about one instance: accounts and the roles in them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{AccountId, RoleName, Timestamp};

/// One account as the portal lists it. Name and e-mail can be missing: AWS leaves them out now and
/// then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub id: AccountId,
    /// The portal's name for it.
    pub name: Option<String>,
    /// The root user's e-mail address.
    pub email: Option<String>,
    /// The roles the person may use there, in the portal's order; kept from the last time when
    /// this refresh could not read them.
    pub roles: Vec<RoleName>,
    /// When the roles were last read; `None` while they never were.
    pub roles_fetched_at: Option<Timestamp>,
}

/// Accounts and roles of one instance. Not secret, never needs a sign-in to read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// When the account list was read.
    pub fetched_at: Timestamp,
    /// Whether the roles of every account in it were read at that time.
    pub complete: bool,
    /// The accounts, in the portal's order.
    pub accounts: Vec<Account>,
    /// Accounts that AWS left out, or listed without some of their roles, when it last ended a
    /// list with an empty page. They keep what is missing until a second refresh says the
    /// same. Stored apart: older versions read the file without it.
    #[serde(skip)]
    pub unconfirmed: BTreeSet<AccountId>,
}

impl Inventory {
    /// How many roles it has.
    pub fn role_count(&self) -> usize {
        self.accounts.iter().map(|account| account.roles.len()).sum()
    }
}

/// A role that came or went between two inventories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InventoryChange {
    /// The account.
    pub account: AccountId,
    /// Its name, if any.
    pub account_name: Option<String>,
    /// The role.
    pub role: RoleName,
    /// `true`: new (`+`); `false`: gone (`-`).
    pub added: bool,
}

/// Roles that came and went from `old` to `new`, by account and role; added before removed for
/// equals.
pub fn diff_inventories(old: &Inventory, new: &Inventory) -> Vec<InventoryChange> {
    let flatten = |inventory: &Inventory, added: bool| -> Vec<InventoryChange> {
        let of = |account: &Account| {
            let (id, name) = (account.id, account.name.clone());
            account
                .roles
                .iter()
                .map(move |role| InventoryChange {
                    account: id,
                    account_name: name.clone(),
                    role: role.clone(),
                    added,
                })
                .collect::<Vec<_>>()
        };
        inventory.accounts.iter().flat_map(of).collect()
    };
    let key = |change: &InventoryChange| (change.account, change.role.clone());
    let (before, after) = (flatten(old, false), flatten(new, true));
    let known: std::collections::HashSet<_> = before.iter().map(key).collect();
    let still: std::collections::HashSet<_> = after.iter().map(key).collect();
    let mut changes: Vec<InventoryChange> =
        after.into_iter().filter(|change| !known.contains(&key(change))).collect();
    changes.extend(before.into_iter().filter(|change| !still.contains(&key(change))));
    changes.sort_by_key(|change| (change.account, change.role.clone(), !change.added));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(roles: &[(&str, &str)]) -> Inventory {
        let mut inventory = Inventory::default();
        for (id, role) in roles {
            let id = id.parse().unwrap();
            inventory.accounts.push(Account {
                id,
                name: None,
                email: None,
                roles: vec![RoleName::new(*role)],
                roles_fetched_at: None,
            });
        }
        inventory
    }

    #[test]
    fn a_diff_names_what_came_and_what_went() {
        let old = inventory(&[("000000000001", "Admin"), ("000000000002", "Admin")]);
        let new = inventory(&[("000000000001", "Admin"), ("000000000003", "Read")]);
        let said: Vec<_> = diff_inventories(&old, &new)
            .iter()
            .map(|c| format!("{}{}:{}", if c.added { '+' } else { '-' }, c.account, c.role))
            .collect();
        assert_eq!(said, ["-000000000002:Admin", "+000000000003:Read"]);
    }
}
