//! Whom to ask when AWS refuses a role.

use crate::domain::{AccountId, Error, Kind};

/// A refusal with whom to ask. `url` may have `{account_id}`, `{role}` and `{email}` in it; other errors stay as they are.
pub fn explained(error: Error, url: Option<&str>, account: AccountId, role: &str, email: &str) -> Error {
    match url.filter(|_| error.kind == Kind::Refused) {
        Some(url) => {
            let filled = url.replace("{account_id}", account.as_str()).replace("{role}", role).replace("{email}", email);
            error.hint(format!("ask for access at {filled}"))
        }
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_names_whom_to_ask() {
        let account = "012345678901".parse().unwrap();
        let ask = |kind| explained(Error::new(kind, "no"), Some("https://a/{account_id}/{role}?{email}"), account, "Admin", "p@x").hints;
        assert_eq!(ask(Kind::Refused), ["ask for access at https://a/012345678901/Admin?p@x"]);
        assert!(ask(Kind::Unreachable).is_empty());
    }
}
