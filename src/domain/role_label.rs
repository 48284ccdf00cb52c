//! `account/role`: how rolecall prints a role, and the forms in which a user may name one.

/// The characters between account and role in what users type: rolecall prints the first.
const SEPARATORS: [char; 2] = ['/', ':'];

/// Formats a role as `account/role`.
pub fn role_label(account: &str, role: &str) -> String {
    format!("{account}/{role}")
}

/// What the label of a profile outside of IAM Identity Center has in place of an account.
pub(in crate::domain) const PROFILE_MARK: &str = "profile";

/// Formats a profile outside of IAM Identity Center where messages name a role.
pub fn profile_label(name: &str) -> String {
    role_label(PROFILE_MARK, name)
}

/// Returns the name in `profile/NAME` or `profile:NAME`, as [`profile_label`] formats it.
pub fn split_profile_label(text: &str) -> Option<String> {
    let (_, name) = split_role_label(text)
        .into_iter()
        .find(|(account, _)| account.eq_ignore_ascii_case(PROFILE_MARK))?;
    Some(name)
}

/// Returns every way to read a text as account and role: `payments-prod/Admin`,
/// `payments-prod:Admin`, `012345678901/Admin`, and names with blanks in double or single quotes
/// such as `"Data Lake"/Admin`. There are several if a name contains a separator.
pub fn split_role_label(text: &str) -> Vec<(String, String)> {
    let text = text.trim();
    // An ARN or a URL names a role in its own way.
    if text.contains("://") || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("arn:"))
    {
        return Vec::new();
    }
    let bare: String = text.chars().filter(|letter| *letter != '"').collect();
    let bare = without_single_quotes(&bare);
    let parts = bare.char_indices().filter(|(_, letter)| SEPARATORS.contains(letter));
    parts
        .map(|(at, _)| {
            let name = |text: &str| without_single_quotes(text.trim()).to_owned();
            (name(&bare[..at]), name(&bare[at + 1..]))
        })
        .filter(|(account, role)| !account.is_empty() && !role.is_empty())
        .collect()
}

/// Removes the single quotes around a name. An apostrophe is a part of it.
fn without_single_quotes(name: &str) -> &str {
    let inner = name.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.filter(|inner| !inner.contains('\'')).unwrap_or(name)
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
    fn the_label_of_a_profile_has_its_name() {
        for (text, want) in [
            ("profile/old-keys", Some("old-keys")),
            ("profile:old-keys", Some("old-keys")),
            ("\"profile/old keys\"", Some("old keys")),
            ("profile/team/old:keys", Some("team/old:keys")),
            ("profile", None),
            ("profile/", None),
            ("prod/profile", None),
            ("profile-prod/Admin", None),
        ] {
            assert_eq!(split_profile_label(text).as_deref(), want, "{text}");
        }
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
            ("'Data Lake'/Admin", &["Data Lake|Admin"]),
            ("'Data Lake/Admin'", &["Data Lake|Admin"]),
            ("'Data Lake':'Power User'", &["Data Lake|Power User"]),
            ("Bob's account/Admin", &["Bob's account|Admin"]),
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
