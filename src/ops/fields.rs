//! The fields of a role by name: columns of `list`, `--print`, sorting.

use crate::domain::{Entry, Roster, Timestamp, human};

/// A field: its name in `list`'s spelling, in snake case, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// As `list` heads its column.
    pub name: &'static str,
    /// As templates and `--print` spell it.
    pub snake: &'static str,
    /// One sentence.
    pub meaning: &'static str,
}

const fn field(name: &'static str, snake: &'static str, meaning: &'static str) -> Field {
    Field { name, snake, meaning }
}

/// Every field, in the order of `list --list-fields`.
pub const FIELDS: &[Field] = &[
    field("AccountId", "account_id", "Account id"),
    field("AccountIdPad", "account_id_pad", "Account id with its leading zeros"),
    field("AccountName", "account_name", "Account name: the configuration's, else the portal's"),
    field("AccountAlias", "account_alias", "Account name as the portal has it"),
    field("EmailAddress", "email", "E-mail address of the account's root user"),
    field("RoleName", "role", "Permission set"),
    field("Arn", "arn", "Role ARN"),
    field("SSO", "sso", "Name of the IAM Identity Center"),
    field("SSORegion", "sso_region", "Region of the IAM Identity Center"),
    field("StartUrl", "start_url", "Start URL of the IAM Identity Center"),
    field("DefaultRegion", "default_region", "Region of the role"),
    field("Profile", "profile", "Profile name"),
    field("Via", "via", "Role through which a chained role is reached"),
    field("Expires", "expires", "Time left of the stored credentials"),
    field("ExpiresEpoch", "expires_epoch", "When the stored credentials expire, in seconds since 1970"),
    field("Tags", "tags", "All tags, as key=value; a single one is tags.KEY"),
];

/// Finds a field by either spelling, case not minded.
pub fn find(name: &str) -> Option<Field> {
    FIELDS.iter().copied().find(|field| field.name.eq_ignore_ascii_case(name) || field.snake.eq_ignore_ascii_case(name))
}

/// A field's text for one role; `None` when there is no such field. `expires` is when stored credentials of the role expire.
pub fn value(roster: &Roster, entry: &Entry, name: &str, expires: Option<Timestamp>, now: Timestamp) -> Option<String> {
    if let Some(tag) = name.strip_prefix("tags.") {
        return Some(entry.tags.get(tag).cloned().unwrap_or_default());
    }
    let instance = roster.instance(entry);
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Some(match find(name)?.snake {
        "account_id" | "account_id_pad" => entry.account.to_string(),
        "account_name" => entry.account_name.to_string(),
        "account_alias" => entry.account_alias.to_string(),
        "email" => entry.email.to_string(),
        "role" => entry.role.to_string(),
        "arn" => roster.arn(entry),
        "sso" => instance.name.to_string(),
        "sso_region" => instance.sso_region.to_string(),
        "start_url" => instance.start_url.to_string(),
        "default_region" => optional(entry.region.as_ref().map(crate::domain::Region::as_str)),
        "profile" => optional(entry.profile.as_deref()),
        "via" => optional(entry.via.as_deref()),
        "expires" => expires.map(|at| human(at.since(now))).unwrap_or_default(),
        "expires_epoch" => expires.map(|at| at.0.to_string()).unwrap_or_default(),
        _ => entry.tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" "),
    })
}
