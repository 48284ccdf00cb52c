//! `account/role`: how rolecall prints a role, and the forms in which a user may name one.

use super::{AccountId, Roster, RosterEntry, normalize_text};

/// The characters between account and role in what users type: rolecall prints the first.
const SEPARATORS: [char; 2] = ['/', ':'];

/// Formats a role as `account/role`.
pub fn role_label(account: &str, role: &str) -> String {
    format!("{account}/{role}")
}

/// Formats a profile outside of IAM Identity Center where messages name a role.
pub fn profile_label(name: &str) -> String {
    role_label("profile", name)
}

/// Returns every way to read a text as account and role: `payments-prod/Admin`,
/// `payments-prod:Admin`, `012345678901/Admin`, and quoted names with blanks such as
/// `"Data Lake"/Admin`. There are several if a name contains a separator.
pub fn split_role_label(text: &str) -> Vec<(String, String)> {
    let text = text.trim();
    // An ARN or a URL names a role in its own way.
    if text.contains("://") || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("arn:"))
    {
        return Vec::new();
    }
    let bare: String = text.chars().filter(|letter| *letter != '"').collect();
    let parts = bare.char_indices().filter(|(_, letter)| SEPARATORS.contains(letter));
    parts
        .map(|(at, _)| (bare[..at].trim().to_owned(), bare[at + 1..].trim().to_owned()))
        .filter(|(account, role)| !account.is_empty() && !role.is_empty())
        .collect()
}

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

    fn ways(text: &str) -> Vec<String> {
        split_role_label(text)
            .into_iter()
            .map(|(account, role)| format!("{account}|{role}"))
            .collect()
    }

    #[test]
    fn every_notation_of_a_role_is_read() {
        for (text, want) in [
            ("payments-prod/Admin", &["payments-prod|Admin"][..]),
            ("payments-prod:Admin", &["payments-prod|Admin"]),
            ("012345678901/ops/Deploy", &["012345678901|ops/Deploy", "012345678901/ops|Deploy"]),
            ("Data Lake/Admin", &["Data Lake|Admin"]),
            ("\"Data Lake/Admin\"", &["Data Lake|Admin"]),
            ("\"Data Lake\"/Admin", &["Data Lake|Admin"]),
            ("payments-prod", &[]),
            ("payments-prod/", &[]),
            ("/Admin", &[]),
            ("arn:aws:iam::012345678901:role/Admin", &[]),
            ("https://example.com/Admin", &[]),
        ] {
            assert_eq!(ways(text), want, "{text}");
        }
    }
}
