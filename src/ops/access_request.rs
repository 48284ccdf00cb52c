//! The hint about whom to ask when AWS refuses a role.

use crate::domain::{AccountId, Error, ErrorKind, RosterEntry};

/// Adds whom to ask to a refusal; other errors are returned unchanged. `entry` is the role in the
/// stored list: if there is one, AWS has removed it since. `url` is a template with `{account_id}`,
/// `{role}` and `{email}`.
pub fn add_access_hint(
    mut error: Error,
    url: Option<&str>,
    account: AccountId,
    role: &str,
    entry: Option<&RosterEntry>,
) -> Error {
    if !error.kind.is_refusal() {
        return error;
    }
    // The base of a chained role may be gone instead.
    let taken_away =
        entry.filter(|entry| entry.via.is_none() && error.kind == ErrorKind::RoleNotAssigned);
    if let Some(entry) = taken_away {
        error.message = format!("you no longer have {}", entry.label());
    }
    match url {
        Some(url) => {
            let email = entry.map_or("", |entry| &*entry.email);
            let filled = url
                .replace("{account_id}", account.as_str())
                .replace("{role}", role)
                .replace("{email}", email);
            error.hint(format!("ask for access at {filled}"))
        }
        None if taken_away.is_some() => error.hint("ask your administrator for access"),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::ConfirmLevel;

    fn account() -> AccountId {
        "012345678901".parse().unwrap()
    }

    fn entry() -> RosterEntry {
        RosterEntry {
            instance: 0,
            account: account(),
            account_name: "payments-prod".into(),
            account_alias: "".into(),
            email: "pay@example.com".into(),
            role: "Admin".into(),
            tags: Arc::default(),
            region: None,
            profile: None,
            via: None,
            confirm: ConfirmLevel::None,
        }
    }

    #[test]
    fn only_a_refusal_names_whom_to_ask() {
        let url = Some("https://a/{account_id}/{role}?{email}");
        let ask =
            |kind| add_access_hint(Error::new(kind, "no"), url, account(), "Admin", None).hints;
        for kind in [ErrorKind::AccessDenied, ErrorKind::RoleNotAssigned] {
            assert_eq!(ask(kind), ["ask for access at https://a/012345678901/Admin?"]);
        }
        assert!(ask(ErrorKind::Unreachable).is_empty());
    }

    #[test]
    fn a_listed_role_is_gone_if_the_portal_refuses_it_whatever_its_words() {
        let explain = |kind, words: &str| {
            add_access_hint(Error::new(kind, words), None, account(), "Admin", Some(&entry()))
        };
        let gone = explain(ErrorKind::RoleNotAssigned, "ForbiddenException: No access");
        assert_eq!(gone.message, "you no longer have payments-prod/Admin");
        assert_eq!(gone.hints, ["ask your administrator for access"]);
        // Another service may refuse in the portal's words.
        let refused = explain(ErrorKind::AccessDenied, "you have no access to the console");
        assert_eq!(refused.message, "you have no access to the console");
        assert!(refused.hints.is_empty());
    }

    #[test]
    fn a_chained_role_is_not_gone_because_its_base_is() {
        let chained = RosterEntry { via: Some("Base".into()), ..entry() };
        let error = Error::new(ErrorKind::RoleNotAssigned, "no `Base`");
        let error = add_access_hint(error, None, account(), "Admin", Some(&chained));
        assert_eq!(error.message, "no `Base`");
    }
}
