//! The accounts and roles that the access portal lists for an instance.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{AccountId, RoleName, Timestamp};

/// An account in the portal. AWS sometimes omits the name and the e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    /// The account name in the portal.
    pub name: Option<String>,
    /// The root user's e-mail address.
    pub email: Option<String>,
    /// The user's roles in the account, in the portal's order; those of an earlier refresh if this
    /// one could not fetch them.
    pub roles: Vec<RoleName>,
    /// When the roles were last fetched; `None` if never.
    pub roles_fetched_at: Option<Timestamp>,
}

/// The accounts and roles of an instance. Not secret; stored unencrypted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// When the account list was fetched.
    pub fetched_at: Timestamp,
    /// Whether the roles of every account were fetched at that time.
    pub complete: bool,
    /// The accounts, in the portal's order.
    pub accounts: Vec<Account>,
    /// Accounts that AWS omitted, or listed without some of their roles, when it last ended a list
    /// with an empty page. Their previous roles are kept until a second refresh confirms the
    /// change. Stored after the inventory, so that older versions can read the file.
    #[serde(skip)]
    pub unconfirmed: BTreeSet<AccountId>,
}

impl Inventory {
    /// Returns the number of roles in all accounts.
    pub fn role_count(&self) -> usize {
        self.accounts.iter().map(|account| account.roles.len()).sum()
    }
}

/// A role that was added or removed between two inventories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InventoryChange {
    pub account: AccountId,
    /// The account name, if known.
    pub account_name: Option<String>,
    pub role: RoleName,
    /// Whether the role was added, not removed.
    pub added: bool,
}

/// Lists the roles that were added and removed from `old` to `new`, ordered by account and role.
pub fn diff_inventories(old: &Inventory, new: &Inventory) -> Vec<InventoryChange> {
    let flatten = |inventory: &Inventory, added: bool| -> Vec<InventoryChange> {
        let changes = |account: &Account| {
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
        inventory.accounts.iter().flat_map(changes).collect()
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
    fn a_diff_lists_added_and_removed_roles() {
        let old = inventory(&[("000000000001", "Admin"), ("000000000002", "Admin")]);
        let new = inventory(&[("000000000001", "Admin"), ("000000000003", "Read")]);
        let shown: Vec<_> = diff_inventories(&old, &new)
            .iter()
            .map(|c| format!("{}{}:{}", if c.added { '+' } else { '-' }, c.account, c.role))
            .collect();
        assert_eq!(shown, ["-000000000002:Admin", "+000000000003:Read"]);
    }
}
