//! The tables of the configuration file: instances with their accounts and roles, rules, the
//! picker's looks.

use std::collections::BTreeMap;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountId, ConfirmLevel, Height, Region, RoleName, StartUrl, Tags, parse_duration,
};

use super::settings::ranged;
use crate::domain::enums::{AuthFlow, ConsoleStyle, Keymap, Preview, Theme, UrlAction};

/// `[instances.NAME]`. Start URL and region may be missing where an `[sso-session NAME]` has them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InstanceTable {
    /// The portal's address.
    pub start_url: Option<StartUrl>,
    /// The region of the directory.
    pub sso_region: Option<Region>,
    /// The region of roles that say none.
    pub default_region: Option<Region>,
    /// Scopes to register with.
    pub scopes: Option<Vec<String>>,
    /// How people sign in here.
    pub auth_flow: Option<AuthFlow>,
    /// The session's length in seconds as the administrator set it.
    #[serde(deserialize_with = "seconds")]
    pub session_duration: Option<i64>,
    /// What is done with console links.
    pub url_action: Option<UrlAction>,
    /// What is done with sign-in links.
    pub auth_url_action: Option<UrlAction>,
    /// The browser for console links.
    pub browser: Option<String>,
    /// The browser for sign-in links.
    pub auth_browser: Option<String>,
    /// The program for `url_action = "exec"`.
    pub url_exec_command: Option<Vec<String>>,
    /// What the person has to say about accounts.
    pub accounts: BTreeMap<AccountId, AccountTable>,
}

/// `[instances.NAME.accounts.ID]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountTable {
    /// The name to show instead of the portal's.
    pub name: Option<String>,
    /// The region of roles here that say none.
    pub default_region: Option<Region>,
    /// Tags of every role here.
    pub tags: Tags,
    /// What the person has to say about roles.
    pub roles: BTreeMap<RoleName, RoleTable>,
}

/// `[instances.NAME.accounts.ID.roles.ROLE]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleTable {
    /// The profile's name.
    pub profile: Option<String>,
    /// The region to work in.
    pub default_region: Option<Region>,
    /// Tags of this role.
    pub tags: Tags,
    /// The ARN of the role through which this one is assumed.
    pub via: Option<String>,
    /// The source identity of a chained role.
    pub source_identity: Option<String>,
    /// The external id of a chained role.
    pub external_id: Option<String>,
    /// The session name of a chained role.
    pub session_name: Option<String>,
    /// The length in seconds of a chained role's session; AWS allows an hour.
    #[serde(deserialize_with = "seconds")]
    pub duration: Option<i64>,
}

/// `[[rules]]`: what roles that match a query get. What is `None` is left as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// The query, in the picker's language without its fuzziness.
    #[serde(rename = "match")]
    pub matches: String,
    /// Tags to add.
    pub tags: Tags,
    /// A colour for the role: of its shell's prompt and its browser container.
    pub color: Option<String>,
    /// An icon for its browser container.
    pub icon: Option<String>,
    /// Whether using the role has to be confirmed.
    pub confirm: Option<ConfirmLevel>,
    /// Whether the role is hidden from the list.
    pub hide: Option<bool>,
    /// The browser for its console links.
    pub browser: Option<String>,
    /// What is done with its console links.
    pub url_action: Option<UrlAction>,
    /// The program for `url_action = "exec"`.
    pub url_exec_command: Option<Vec<String>>,
    /// Minutes of its console sessions.
    #[serde(deserialize_with = "minutes")]
    pub console_duration: Option<u32>,
    /// Which sort of console link.
    pub console_style: Option<ConsoleStyle>,
    /// Whether it stands in a file that is not the person's own: then it can't ask for less
    /// confirmation than the rules before it.
    #[serde(skip)]
    pub from_shared_file: bool,
}

/// `[pick]`: the picker's looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PickTable {
    /// The columns, left to right; by width when none are named.
    pub columns: Option<Vec<String>>,
    /// Rows or per cent of the screen, as `"40%"` or `15`; `"100%"` is the whole screen.
    pub height: Height,
    /// Where details of the selected role are shown.
    pub preview: Preview,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Whether gauge and countdown move.
    pub motion: bool,
    /// Which colours.
    pub theme: Theme,
    /// Only ASCII in marks and lines, as where the locale is not UTF-8.
    pub ascii: bool,
    /// Which keys.
    pub keymap: Keymap,
}

impl Default for PickTable {
    fn default() -> Self {
        Self {
            columns: None,
            height: Height::Full,
            preview: Preview::default(),
            mouse: true,
            motion: true,
            theme: Theme::Auto,
            ascii: false,
            keymap: Keymap::Emacs,
        }
    }
}

/// Minutes of a console session, as AWS allows them.
fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    ranged::<15, 720, u32, D>(deserializer).map(Some)
}

/// A length of time: whole seconds, or a text such as `"8h"` or `"1h30m"`.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct DurationVisitor;
    impl Visitor<'_> for DurationVisitor {
        type Value = Option<i64>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a length of time such as \"8h\", \"45m\", or seconds above 0")
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Self::Value, E> {
            if seconds > 0 {
                Ok(Some(seconds))
            } else {
                Err(E::invalid_value(de::Unexpected::Signed(seconds), &self))
            }
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match parse_duration(text) {
                Some(seconds) if seconds > 0 => Ok(Some(seconds)),
                _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
            }
        }
    }
    deserializer.deserialize_any(DurationVisitor)
}
