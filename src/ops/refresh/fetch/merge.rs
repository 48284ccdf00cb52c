//! Adds responses to the inventory. What an incomplete list does not name is kept.

use crate::domain::{Account, RoleName};
use crate::identity::PortalAccount;

use super::{Fetcher, PageRequest};

impl Fetcher {
    /// Adds an account of the list with its known roles, and requests its roles if it passes the
    /// filter.
    pub(super) fn add_account(&mut self, PortalAccount { id, name, email }: PortalAccount) {
        let (roles, read_at) = self
            .previous
            .remove(&id)
            .map(|(_, old)| (old.roles, old.roles_fetched_at))
            .unwrap_or_default();
        let account = Account { id, name, email, roles, roles_fetched_at: read_at };
        if self.unconfirmed.contains(&id) {
            self.inventory.unconfirmed.insert(id);
        }
        if (self.filter)(&account) {
            self.queue.push_back(PageRequest::for_roles(self.inventory.accounts.len(), id));
        }
        self.inventory.accounts.push(account);
    }

    /// Keeps the accounts that are missing from a list with an empty last page, unless they were
    /// missing in the earlier pass too.
    pub(super) fn keep_missing(&mut self) {
        let missing = std::mem::take(&mut self.previous).into_values();
        let mut missing: Vec<_> = missing
            .filter(|(_, account)| !(self.may_remove && self.unconfirmed.contains(&account.id)))
            .collect();
        missing.sort_by_key(|(position, _)| *position);
        self.done += missing.len();
        for (_, account) in missing {
            self.inventory.unconfirmed.insert(account.id);
            self.inventory.accounts.push(account);
        }
    }

    /// Stores the roles of an account. Roles that are missing from a list with an empty last page
    /// are kept, unless some were missing in the earlier pass too.
    pub(super) fn store_roles(
        &mut self,
        position: usize,
        mut roles: Vec<RoleName>,
        ended_empty: bool,
    ) {
        self.done += 1;
        let account = &mut self.inventory.accounts[position];
        let seen_before = self.may_remove && self.unconfirmed.contains(&account.id);
        let missing: Vec<RoleName> =
            account.roles.iter().filter(|role| !roles.contains(role)).cloned().collect();
        if ended_empty && !missing.is_empty() && !seen_before {
            self.inventory.unconfirmed.insert(account.id);
            roles.extend(missing);
        } else {
            self.inventory.unconfirmed.remove(&account.id);
            account.roles_fetched_at = Some(self.clock.now());
        }
        account.roles = roles;
    }
}
