//! The fields of a role by name: columns of `list`, `--print`, sorting.

use std::collections::HashMap;

use crate::domain::{
    Error, ErrorKind, Region, Result, RoleId, Roster, RosterEntry, Timestamp, format_duration,
    nearest,
};

use crate::ops::ctx::Ctx;
use crate::ops::sign_in::sessions;

/// A field: its name in the spelling of `list`, in snake case, and its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleField {
    /// The heading of its column in `list`.
    pub name: &'static str,
    /// The spelling in templates and `--print`.
    pub snake: &'static str,
    /// The description, one sentence.
    pub description: &'static str,
}

const fn field(name: &'static str, snake: &'static str, meaning: &'static str) -> RoleField {
    RoleField { name, snake, description: meaning }
}

/// Every field, in the order of `list --list-fields`.
pub const FIELDS: &[RoleField] = &[
    field("AccountId", "account_id", "Account id"),
    field("AccountIdPad", "account_id_pad", "Account id with its leading zeros"),
    field("AccountName", "account_name", "Account name: the configuration's, else the portal's"),
    field("AccountAlias", "account_alias", "Account name in the access portal"),
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
    field(
        "ExpiresEpoch",
        "expires_epoch",
        "When the stored credentials expire, in seconds since 1970",
    ),
    field("Tags", "tags", "All tags, as key=value; a single one is tags.KEY"),
];

/// Finds a field by either spelling, or by the heading of its column, ignoring case.
pub fn find_field(name: &str) -> Option<RoleField> {
    let is_named = |field: &&RoleField| {
        field.name.eq_ignore_ascii_case(name) || field.snake.eq_ignore_ascii_case(name)
    };
    let is_headed = |field: &&RoleField| heading_of(field).eq_ignore_ascii_case(name);
    FIELDS.iter().find(is_named).or_else(|| FIELDS.iter().find(is_headed)).copied()
}

/// Returns a field's name in the spelling of `list`, from either spelling or the heading of its
/// column; `tags.KEY` is unchanged.
///
/// # Errors
/// [`ErrorKind::Usage`] with the nearest names if there is no such field.
pub fn canonical_name(name: &str) -> Result<String> {
    if name.starts_with("tags.") {
        return Ok(name.to_owned());
    }
    find_field(name).map(|field| field.name.to_owned()).ok_or_else(|| {
        let near = nearest(name, FIELDS.iter().map(|field| field.name), 3);
        let hint = if near.is_empty() {
            "run `rolecall list --list-fields` to see the fields".to_owned()
        } else {
            format!("did you mean {}?", near.join(", "))
        };
        Error::new(ErrorKind::Usage, format!("no field `{name}`")).hint(hint)
    })
}

/// Returns the heading of a field's column in a table: one word or two, in capitals.
pub fn heading(name: &str) -> String {
    let Some(field) = find_field(name) else {
        return name.strip_prefix("tags.").unwrap_or(name).to_uppercase();
    };
    heading_of(&field)
}

fn heading_of(field: &RoleField) -> String {
    match field.snake {
        "account_id" | "account_id_pad" => "ID",
        "account_name" => "ACCOUNT",
        "account_alias" => "ALIAS",
        "sso_region" => "SSO REGION",
        "start_url" => "START URL",
        "default_region" => "REGION",
        "expires" => "LEFT",
        "expires_epoch" => "EXPIRES",
        other => return other.to_uppercase(),
    }
    .to_owned()
}

/// The values of the fields of a roster's roles at one point in time.
#[derive(Debug)]
pub struct FieldValues<'a> {
    roster: &'a Roster,
    expires: HashMap<RoleId, Timestamp>,
    now: Timestamp,
}

impl<'a> FieldValues<'a> {
    /// Prepares the fields of these names. The vault is opened only if one of them is an expiry; if
    /// the vault is locked, only that column is empty, since roles are not a secret.
    pub fn new<'n>(
        ctx: &Ctx,
        roster: &'a Roster,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let wanted = names.into_iter().any(is_expiry);
        let ready =
            if wanted { sessions::ready_roles(ctx).unwrap_or_default() } else { Vec::new() };
        Self { roster, expires: ready.into_iter().collect(), now: ctx.clock.now() }
    }

    /// Returns a field's text for one role; empty if the role has none, or if there is no such
    /// field.
    pub fn text(&self, entry: &RosterEntry, name: &str) -> String {
        field_value(self.roster, entry, name, self.expires(entry), self.now).unwrap_or_default()
    }

    /// Returns when the role's stored credentials expire, if there are valid ones.
    pub fn expires(&self, entry: &RosterEntry) -> Option<Timestamp> {
        if self.expires.is_empty() {
            None
        } else {
            self.expires.get(&self.roster.id(entry)).copied()
        }
    }
}

/// Whether a field is an expiry of stored credentials.
pub fn is_expiry(name: &str) -> bool {
    find_field(name).is_some_and(|field| field.snake.starts_with("expires"))
}

/// Fields that a profile outside of IAM Identity Center does not have.
const FIELDS_OF_INSTANCES: [&str; 5] =
    ["account_id", "account_id_pad", "sso", "sso_region", "start_url"];

fn field_value(
    roster: &Roster,
    entry: &RosterEntry,
    name: &str,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Option<String> {
    if let Some(tag) = name.strip_prefix("tags.") {
        return Some(entry.tags.get(tag).cloned().unwrap_or_default());
    }
    let (instance, field) = (roster.instance(entry), find_field(name)?.snake);
    if roster.profile(entry).is_some() && FIELDS_OF_INSTANCES.contains(&field) {
        return Some(String::new());
    }
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Some(match field {
        "account_id" | "account_id_pad" => entry.account.to_string(),
        "account_name" => entry.account_name.to_string(),
        "account_alias" => entry.account_alias.to_string(),
        "email" => entry.email.to_string(),
        "role" => entry.role.to_string(),
        "arn" => roster.arn(entry),
        "sso" => instance.name.to_string(),
        "sso_region" => instance.sso_region.to_string(),
        "start_url" => instance.start_url.to_string(),
        "default_region" => optional(entry.region.as_ref().map(Region::as_str)),
        "profile" => optional(entry.profile.as_deref()),
        "via" => optional(entry.via.as_deref()),
        "expires" => expires.map(|at| format_duration(at.seconds_since(now))).unwrap_or_default(),
        "expires_epoch" => expires.map(|at| at.0.to_string()).unwrap_or_default(),
        _ => entry
            .tags
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(" "),
    })
}
