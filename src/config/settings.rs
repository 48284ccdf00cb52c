//! Every setting with its type and its default.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::domain::{InstanceName, Region};

use super::tables::{InstanceTable, PickTable, Rule, seconds};
use crate::domain::enums::{
    Action, AuthFlow, AutoLogin, ConsoleStyle, CredentialsAs, KeyCache, LogLevel, SecureStore,
    ShareTokenCache, UrlAction,
};

/// The settings as built-in values, files, environment and flags make them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The instance used when none is named.
    pub default_sso: Option<InstanceName>,
    /// The region of roles that say none.
    pub default_region: Option<Region>,
    /// What Enter does.
    pub default_action: Action,
    /// Globs, best first: the role meant when only an account is named.
    pub prefer_roles: Vec<String>,
    /// How credentials reach a child process.
    pub credentials_as: CredentialsAs,
    /// Whether a role shell sets the terminal's title and the tmux pane option.
    pub set_title: bool,
    /// Who may open a sign-in page.
    pub auto_login: AutoLogin,
    /// How people sign in.
    pub auth_flow: AuthFlow,
    /// Whether the AWS CLI's cache gets our access token.
    pub share_token_cache: ShareTokenCache,
    /// The session's length in seconds as the administrator set it.
    #[serde(deserialize_with = "seconds")]
    pub session_duration: Option<i64>,
    /// What is done with console links.
    pub url_action: UrlAction,
    /// What is done with sign-in links.
    pub auth_url_action: UrlAction,
    /// The program for `open`; the system's when none is named.
    pub browser: Option<String>,
    /// The same for sign-in links.
    pub auth_browser: Option<String>,
    /// Program and arguments for `exec`, with one `%s`.
    pub url_exec_command: Vec<String>,
    /// Minutes of a console session.
    #[serde(deserialize_with = "ranged::<15, 720, _, _>")]
    pub console_duration: u32,
    /// Which sort of console link.
    pub console_style: ConsoleStyle,
    /// Where access is asked for; `{account_id}`, `{role}` and `{email}` are filled in.
    pub access_request_url: Option<String>,
    /// Hours before the inventory is read again; 0 = only when asked.
    #[serde(deserialize_with = "ranged::<0, 8760, _, _>")]
    pub cache_refresh: u32,
    /// Portal calls at once.
    #[serde(deserialize_with = "ranged::<1, 64, _, _>")]
    pub threads: usize,
    /// A ceiling for portal calls a second; without it the rate finds the server's limit by
    /// itself.
    #[serde(deserialize_with = "rate")]
    pub requests_per_second: Option<f64>,
    /// Attempts of a portal call in a refresh.
    #[serde(deserialize_with = "ranged::<1, 1000, _, _>")]
    pub max_retry: u32,
    /// Seconds of the longest pause between attempts.
    #[serde(deserialize_with = "ranged::<1, 3600, _, _>")]
    pub max_backoff: u32,
    /// Roles that the history remembers.
    #[serde(deserialize_with = "ranged::<0, 10000, _, _>")]
    pub history_limit: usize,
    /// Minutes that a use is remembered; 0 = no limit.
    #[serde(deserialize_with = "ranged::<0, 5256000, _, _>")]
    pub history_minutes: i64,
    /// How much recent use counts among equals; 0 = fixed order.
    #[serde(deserialize_with = "weight")]
    pub history_weight: f64,
    /// Where the vault's key lives.
    pub secure_store: SecureStore,
    /// Whether that key is held in the kernel between processes.
    pub key_cache: KeyCache,
    /// The template of profile names; `None` is `{{ account_name or account_id }}-{{ role }}`.
    pub profile_format: Option<String>,
    /// The file and the line, from 1, in which it stands, for whoever finds out that it is wrong.
    #[serde(skip)]
    pub profile_format_location: Option<(PathBuf, usize)>,
    /// Extra keys of every profile that is written.
    pub config_variables: BTreeMap<String, String>,
    /// The path written in `credential_process`; this binary's when none is named.
    pub config_profiles_binary: Option<PathBuf>,
    /// Whether profiles are brought up to date after a refresh that changed something.
    pub auto_config_check: bool,
    /// Whether keys are exported beside `AWS_PROFILE`.
    pub export_all_env_vars: bool,
    /// Tags exported as `AWS_SSO_TAG_NAME`.
    pub env_var_tags: Vec<String>,
    /// Columns of `list`.
    pub list_fields: Option<Vec<String>>,
    /// The file and the line, from 1, in which they stand, as with `profile_format`.
    #[serde(skip)]
    pub list_fields_location: Option<(PathBuf, usize)>,
    /// The picker's looks.
    pub pick: PickTable,
    /// Keys by command of the picker's catalog.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The least important message that is shown.
    pub log_level: LogLevel,
    /// Whether log lines say where in the source they come from.
    pub log_lines: bool,
    /// Files that were read before this one.
    pub include: Vec<PathBuf>,
    /// The instances, by name; [`Settings::instance_order`] has the order of the files.
    pub instances: BTreeMap<InstanceName, InstanceTable>,
    /// The instances' names in the order in which the files first name them.
    #[serde(skip)]
    pub instance_order: Vec<InstanceName>,
    /// The rules, top to bottom; later ones win.
    pub rules: Vec<Rule>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_sso: None,
            default_region: None,
            default_action: Action::default(),
            prefer_roles: Vec::new(),
            credentials_as: CredentialsAs::default(),
            set_title: true,
            auto_login: AutoLogin::default(),
            auth_flow: AuthFlow::default(),
            share_token_cache: ShareTokenCache::default(),
            session_duration: None,
            url_action: UrlAction::default(),
            auth_url_action: UrlAction::default(),
            browser: None,
            auth_browser: None,
            url_exec_command: Vec::new(),
            console_duration: 60,
            console_style: ConsoleStyle::default(),
            access_request_url: None,
            cache_refresh: 24,
            threads: 5,
            requests_per_second: None,
            max_retry: 10,
            max_backoff: 5,
            history_limit: 50,
            history_minutes: 0,
            history_weight: 1.0,
            secure_store: SecureStore::default(),
            key_cache: KeyCache::default(),
            profile_format: None,
            profile_format_location: None,
            config_variables: BTreeMap::new(),
            config_profiles_binary: None,
            auto_config_check: false,
            export_all_env_vars: false,
            env_var_tags: Vec::new(),
            list_fields: None,
            list_fields_location: None,
            pick: PickTable::default(),
            keys: BTreeMap::new(),
            log_level: LogLevel::default(),
            log_lines: false,
            include: Vec::new(),
            instances: BTreeMap::new(),
            instance_order: Vec::new(),
            rules: Vec::new(),
        }
    }
}

impl Settings {
    /// Obeys `--browser`: what a flag says wins over instances and rules too.
    pub fn force_browser(&mut self, browser: &str) {
        (self.browser, self.auth_browser) = (Some(browser.to_owned()), Some(browser.to_owned()));
        for instance in self.instances.values_mut() {
            (instance.browser, instance.auth_browser) = (None, None);
        }
        self.rules.iter_mut().for_each(|rule| rule.browser = None);
    }

    /// Obeys `--url-action`, in the same way.
    pub fn force_url_action(&mut self, action: UrlAction) {
        (self.url_action, self.auth_url_action) = (action, action);
        for instance in self.instances.values_mut() {
            (instance.url_action, instance.auth_url_action) = (None, None);
        }
        self.rules.iter_mut().for_each(|rule| rule.url_action = None);
    }
}

/// A whole number within bounds.
pub(super) fn ranged<'de, const MIN: i64, const MAX: i64, T, D>(
    deserializer: D,
) -> Result<T, D::Error>
where
    T: TryFrom<i64>,
    D: Deserializer<'de>,
{
    struct RangeVisitor<const MIN: i64, const MAX: i64>;
    impl<const MIN: i64, const MAX: i64> Visitor<'_> for RangeVisitor<MIN, MAX> {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a whole number from {MIN} to {MAX}")
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
            if (MIN..=MAX).contains(&number) {
                Ok(number)
            } else {
                Err(E::invalid_value(de::Unexpected::Signed(number), &self))
            }
        }
    }
    let number = deserializer.deserialize_i64(RangeVisitor::<MIN, MAX>)?;
    T::try_from(number).map_err(|_| {
        de::Error::invalid_value(de::Unexpected::Signed(number), &RangeVisitor::<MIN, MAX>)
    })
}

/// A number above zero, with or without a fraction.
fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number > 0.0 && number.is_finite() {
        Ok(Some(number))
    } else {
        Err(de::Error::custom("expected a number above 0"))
    }
}

/// A number that is not below zero.
fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number >= 0.0 && number.is_finite() {
        Ok(number)
    } else {
        Err(de::Error::custom("expected a number, 0 or more"))
    }
}
