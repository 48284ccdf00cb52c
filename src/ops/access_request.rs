//! The hint about whom to ask when AWS refuses a role.

use crate::domain::{AccountId, Error, ErrorKind, RosterEntry};

/// The start of the portal's message for a refused role.
const PORTAL_NO_ACCESS: &str = "you have no access to";

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
    if error.kind != ErrorKind::AccessDenied {
        return error;
    }
    let taken_away =
        entry.filter(|entry| entry.via.is_none() && error.message.starts_with(PORTAL_NO_ACCESS));
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
    use super::*;

    #[test]
    fn only_a_refusal_names_whom_to_ask() {
        let account = "012345678901".parse().unwrap();
        let ask = |kind| {
            add_access_hint(
                Error::new(kind, "no"),
                Some("https://a/{account_id}/{role}?{email}"),
                account,
                "Admin",
                None,
            )
            .hints
        };
        assert_eq!(
            ask(ErrorKind::AccessDenied),
            ["ask for access at https://a/012345678901/Admin?"]
        );
        assert!(ask(ErrorKind::Unreachable).is_empty());
    }
}
