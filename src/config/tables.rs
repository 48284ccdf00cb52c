//! The tables of the configuration file: instances with their accounts and roles, rules, and the
//! appearance of the picker.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::enums::{AuthFlow, ConsoleStyle, Keymap, Preview, Theme, UrlAction};
use crate::domain::{AccountId, ConfirmLevel, Height, Region, RoleName, StartUrl, Tags};

use super::values::{duration, optional_ranged, seconds, serialize_optional_seconds};

/// `[instances.NAME]`. `start_url` and `sso_region` may be missing if `[sso-session NAME]` in the
/// AWS config file has them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InstanceTable {
    /// The start URL of the access portal.
    pub start_url: Option<StartUrl>,
    /// The region of the instance itself.
    pub sso_region: Option<Region>,
    /// The region for roles that do not set one.
    pub default_region: Option<Region>,
    /// The OAuth scopes to register the client with.
    pub scopes: Option<Vec<String>>,
    /// The OAuth flow for signing in.
    pub auth_flow: Option<AuthFlow>,
    /// The length of sign-in sessions that the administrator configured, in seconds in the file.
    #[serde(deserialize_with = "duration", serialize_with = "serialize_optional_seconds")]
    pub session_duration: Option<Duration>,
    /// What to do with console URLs.
    pub url_action: Option<UrlAction>,
    /// What to do with sign-in URLs.
    pub auth_url_action: Option<UrlAction>,
    /// The browser for console URLs.
    pub browser: Option<String>,
    /// The browser for sign-in URLs.
    pub auth_browser: Option<String>,
    /// The program for `url_action = "exec"`.
    pub url_exec_command: Option<Vec<String>>,
    /// Names, tags and roles of accounts.
    pub accounts: BTreeMap<AccountId, AccountTable>,
}

/// `[instances.NAME.accounts.ID]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountTable {
    /// The name to display instead of that in the portal.
    pub name: Option<String>,
    /// The region for roles of the account that do not set one.
    pub default_region: Option<Region>,
    /// Tags for all roles of the account.
    pub tags: Tags,
    /// Profile names, tags and chaining of roles.
    pub roles: BTreeMap<RoleName, RoleTable>,
}

/// `[instances.NAME.accounts.ID.roles.ROLE]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleTable {
    pub profile: Option<String>,
    /// The default region of the role.
    pub default_region: Option<Region>,
    pub tags: Tags,
    /// The ARN of the role from which this one is assumed.
    pub via: Option<String>,
    /// The source identity of a chained role.
    pub source_identity: Option<String>,
    /// The external id of a chained role.
    pub external_id: Option<String>,
    /// The session name of a chained role.
    pub session_name: Option<String>,
    /// The session length of a chained role; AWS allows at most an hour.
    #[serde(rename = "duration", deserialize_with = "seconds")]
    pub duration_seconds: Option<i64>,
}

/// `[[rules]]`: values for the roles that match a query. `None` leaves a value unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// The query, in the query language of the picker but matched literally.
    #[serde(rename = "match")]
    pub matches: String,
    pub tags: Tags,
    /// The colour of the role in the picker, in shell prompts and of its browser container.
    pub color: Option<String>,
    /// The icon of its browser container.
    pub icon: Option<String>,
    /// The confirmation that the role requires.
    pub confirm: Option<ConfirmLevel>,
    /// Whether the role is hidden from the list.
    pub hide: Option<bool>,
    /// The browser for its console URLs.
    pub browser: Option<String>,
    /// What to do with its console URLs.
    pub url_action: Option<UrlAction>,
    /// The program for `url_action = "exec"`.
    pub url_exec_command: Option<Vec<String>>,
    /// The length of its console sessions.
    #[serde(rename = "console_duration", deserialize_with = "optional_ranged::<15, 720, _, _>")]
    pub console_duration_minutes: Option<u32>,
    /// The kind of its console URLs.
    pub console_style: Option<ConsoleStyle>,
    /// Whether it comes from a file other than the user's own. Such a rule can't lower the
    /// confirmation that earlier rules require.
    #[serde(skip)]
    pub from_shared_file: bool,
}

/// `[pick]`: the appearance of the picker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PickTable {
    /// The columns from left to right; chosen by the available width if not set.
    pub columns: Option<Vec<String>>,
    /// The height in rows, as `15`, or as a share of the screen, as `"40%"`.
    pub height: Height,
    /// The position of the details of the selected role.
    pub preview: Preview,
    /// Whether AWS profiles outside of IAM Identity Center follow the roles.
    pub profiles: bool,
    /// Whether the mouse can be used.
    pub mouse: bool,
    /// Whether gauges and countdowns are animated.
    pub motion: bool,
    pub theme: Theme,
    /// Whether symbols and lines are drawn in ASCII, as in locales without UTF-8.
    pub ascii: bool,
    /// The set of default keys.
    pub keymap: Keymap,
}

impl Default for PickTable {
    fn default() -> Self {
        Self {
            columns: None,
            height: Height::Full,
            preview: Preview::default(),
            profiles: true,
            mouse: true,
            motion: true,
            theme: Theme::Auto,
            ascii: false,
            keymap: Keymap::Emacs,
        }
    }
}
