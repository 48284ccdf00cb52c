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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConfirmLevel;

    fn entry(account: &str, name: &str, alias: &str, role: &str) -> RosterEntry {
        RosterEntry {
            instance: 0,
            account: account.parse().unwrap(),
            account_name: name.into(),
            account_alias: alias.into(),
            email: "".into(),
            role: role.into(),
            tags: std::sync::Arc::default(),
            region: None,
            profile: None,
            via: None,
            confirm: ConfirmLevel::None,
        }
    }

    #[test]
    fn an_account_is_named_by_its_id_its_name_or_its_alias() {
        let payments = entry("000000000001", "Zahlungen Größer", "pay", "Admin");
        for name in ["000000000001", "zahlungen großer", "PAY"] {
            assert!(payments.is_in_account(name), "{name}");
        }
        for name in ["000000000002", "zahlungen", "Admin"] {
            assert!(!payments.is_in_account(name), "{name}");
        }
    }

    #[test]
    fn a_label_names_the_roles_of_an_account_and_case_decides_only_between_them() {
        let entries = vec![
            entry("000000000001", "pay", "", "Admin"),
            entry("000000000001", "pay", "", "admin"),
            entry("000000000001", "pay", "", "Read"),
            entry("000000000002", "lab", "", "Admin"),
        ];
        let roster = Roster { entries, ..Roster::default() };
        for (label, positions) in [
            ("pay/Admin", &[0][..]),
            ("pay:admin", &[1]),
            ("pay/ADMIN", &[0, 1]),
            ("000000000001/read", &[2]),
            ("lab/Admin", &[3]),
            ("lab/Read", &[]),
            ("Admin", &[]),
        ] {
            assert_eq!(roster.positions_of_label(label), positions, "{label}");
        }
    }
}
