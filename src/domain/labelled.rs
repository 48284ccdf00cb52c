//! The roles of a roster by their labels.

use super::{AccountId, Roster, RosterEntry, normalize_text, role_label, split_role_label};

impl RosterEntry {
    /// Formats the role as `account/role`.
    pub fn label(&self) -> String {
        role_label(self.account_label(), &self.role)
    }

    /// Whether its account has this id, name or alias. Case and accents are ignored.
    pub fn is_in_account(&self, account: &str) -> bool {
        match account.parse::<AccountId>() {
            Ok(id) => self.account == id,
            Err(_) => {
                let name = normalize_text(account);
                normalize_text(&self.account_name) == name
                    || normalize_text(&self.account_alias) == name
            }
        }
    }
}

impl Roster {
    /// Returns the positions of the entries that a text names as account and role. Case matters
    /// only if roles differ in nothing else.
    pub fn positions_of_label(&self, text: &str) -> Vec<usize> {
        let ways = split_role_label(text);
        if ways.is_empty() {
            return Vec::new();
        }
        let is_named = |entry: &RosterEntry| {
            // Comparing the role first is cheap, and few roles have the name.
            ways.iter().any(|(account, role)| {
                entry.role.eq_ignore_ascii_case(role) && entry.is_in_account(account)
            })
        };
        let has_case = |entry: &RosterEntry| ways.iter().any(|(_, role)| *entry.role == **role);
        let found: Vec<usize> =
            (0..self.entries.len()).filter(|at| is_named(&self.entries[*at])).collect();
        let exact: Vec<usize> =
            found.iter().copied().filter(|at| has_case(&self.entries[*at])).collect();
        if exact.is_empty() { found } else { exact }
    }
}
