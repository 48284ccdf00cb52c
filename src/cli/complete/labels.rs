//! Completions of `account/role` and `profile/NAME`, in the notation that the user has begun.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{AccountId, Roster, RosterEntry, profile_label};

use super::candidate::{Candidate, OUTSIDE};

/// How the word under the cursor writes a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Notation {
    /// `/` or `:` between account and role.
    separator: char,
    /// Whether the account is written as an id.
    by_id: bool,
    quotes: Quotes,
}

/// The double quotes of a name with blanks, inside the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    /// `"Data Lake/Admin"`.
    Whole,
    /// `"Data Lake"/Admin`.
    Account,
}

impl Notation {
    /// Recognizes the notation of a word that is being typed.
    pub(super) fn of(typed: &str) -> Self {
        let bare = typed.strip_prefix('"').unwrap_or(typed);
        let separator = bare.find(['/', ':']);
        let account = &bare[..separator.unwrap_or(bare.len())];
        let quotes = match (typed.starts_with('"'), account.contains('"')) {
            (true, true) => Quotes::Account,
            (true, false) => Quotes::Whole,
            (false, _) => Quotes::None,
        };
        Self {
            separator: separator.and_then(|at| bare[at..].chars().next()).unwrap_or('/'),
            by_id: !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit()),
            quotes,
        }
    }

    fn write(self, account: &str, role: &str) -> String {
        let separator = self.separator;
        match self.quotes {
            Quotes::None => format!("{account}{separator}{role}"),
            Quotes::Whole => format!("\"{account}{separator}{role}\""),
            Quotes::Account => format!("\"{account}\"{separator}{role}"),
        }
    }

    /// Returns `account/role` for each role, with the account's id if accounts share the name or
    /// the user has begun an id.
    pub(super) fn roles(self, roster: &Roster, entries: &[&RosterEntry]) -> Vec<Candidate> {
        let mut ids: BTreeMap<&str, BTreeSet<AccountId>> = BTreeMap::new();
        for entry in entries {
            ids.entry(entry.account_label()).or_default().insert(entry.account);
        }
        let mut out = Vec::with_capacity(entries.len());
        for entry in entries {
            let (name, id) = (entry.account_label(), entry.account.as_str());
            let is_unique = ids.get(name).is_some_and(|ids| ids.len() == 1);
            let instance = &roster.instance(entry).name;
            let by_id = Candidate::new(self.write(id, &entry.role), format!("{name}, {instance}"));
            if !is_unique {
                out.push(by_id);
                continue;
            }
            let by_name =
                Candidate::new(self.write(name, &entry.role), format!("{id}, {instance}"));
            out.push(by_name);
            out.extend(self.by_id.then_some(by_id));
        }
        out
    }

    /// Returns `profile/NAME` for a profile outside of IAM Identity Center.
    pub(super) fn profile(self, name: &str) -> Candidate {
        let label = profile_label(name);
        let mark = label.split('/').next().unwrap_or_default();
        Candidate::new(self.write(mark, name), OUTSIDE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_written_in_the_notation_that_was_begun() {
        for (typed, written) in [
            ("", "Data Lake/Admin"),
            ("Data", "Data Lake/Admin"),
            ("Data Lake/", "Data Lake/Admin"),
            ("Data Lake:Ad", "Data Lake:Admin"),
            ("\"Data La", "\"Data Lake/Admin\""),
            ("\"Data Lake/Ad", "\"Data Lake/Admin\""),
            ("\"Data Lake\"/Ad", "\"Data Lake\"/Admin"),
            ("\"Data Lake\":", "\"Data Lake\":Admin"),
        ] {
            assert_eq!(Notation::of(typed).write("Data Lake", "Admin"), written, "{typed}");
        }
        assert!(Notation::of("0123").by_id && Notation::of("012345678901:Ad").by_id);
        assert!(!Notation::of("").by_id && !Notation::of("0-core/").by_id);
    }
}
