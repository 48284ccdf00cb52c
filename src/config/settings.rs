//! All settings, with their types and defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::enums::{
    Action, AuthFlow, AutoLogin, ConsoleStyle, CredentialsAs, KeyCache, LogLevel, SecureStore,
    ShareTokenCache, UrlAction,
};
use crate::domain::{InstanceName, Region};

use super::tables::{InstanceTable, PickTable, Rule};
use super::values::{
    duration, ranged, ranged_seconds, rate, serialize_optional_seconds, serialize_seconds, weight,
};

/// The settings, combined from defaults, files, environment and flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The instance to use if none is named.
    pub default_sso: Option<InstanceName>,
    /// The region for roles that do not set one.
    pub default_region: Option<Region>,
    /// The action of Enter.
    pub default_action: Action,
    /// Globs of role names, best first, that choose a role if only an account is named.
    pub prefer_roles: Vec<String>,
    /// How credentials are passed to a child process.
    pub credentials_as: CredentialsAs,
    /// Whether role shells set the terminal title and the tmux pane option.
    pub set_title: bool,
    /// Which callers may open a sign-in page.
    pub auto_login: AutoLogin,
    /// The OAuth flow for signing in.
    pub auth_flow: AuthFlow,
    /// Whether access tokens are written to the AWS CLI's token cache.
    pub share_token_cache: ShareTokenCache,
    /// The length of sign-in sessions that the administrator configured, in seconds in the file.
    #[serde(deserialize_with = "duration", serialize_with = "serialize_optional_seconds")]
    pub session_duration: Option<Duration>,
    /// What to do with console URLs.
    pub url_action: UrlAction,
    /// What to do with sign-in URLs.
    pub auth_url_action: UrlAction,
    /// The program for `open`; the system's default browser if not set.
    pub browser: Option<String>,
    /// The program for `open` with sign-in URLs.
    pub auth_browser: Option<String>,
    /// The program and arguments for `exec`; `%s` stands for the URL.
    pub url_exec_command: Vec<String>,
    /// The length of console sessions.
    #[serde(rename = "console_duration", deserialize_with = "ranged::<15, 720, _, _>")]
    pub console_duration_minutes: u32,
    /// The kind of console URL.
    pub console_style: ConsoleStyle,
    /// The page to request access on; `{account_id}`, `{role}` and `{email}` are replaced.
    pub access_request_url: Option<String>,
    /// The age at which inventories are refreshed; 0 refreshes only on request.
    #[serde(rename = "cache_refresh", deserialize_with = "ranged::<0, 8760, _, _>")]
    pub cache_refresh_hours: u32,
    /// The number of concurrent portal requests.
    #[serde(deserialize_with = "ranged::<1, 64, _, _>")]
    pub threads: usize,
    /// The maximum rate of portal requests; adapts to the server's limit if not set.
    #[serde(deserialize_with = "rate")]
    pub requests_per_second: Option<f64>,
    /// The number of attempts for a portal request during a refresh.
    #[serde(deserialize_with = "ranged::<1, 1000, _, _>")]
    pub max_retry: u32,
    /// The longest pause between attempts, in seconds in the file.
    #[serde(
        deserialize_with = "ranged_seconds::<1, 3600, _>",
        serialize_with = "serialize_seconds"
    )]
    pub max_backoff: Duration,
    /// The number of roles to keep in the history.
    #[serde(deserialize_with = "ranged::<0, 10000, _, _>")]
    pub history_limit: usize,
    /// The age at which uses are dropped from the history; 0 keeps them.
    #[serde(deserialize_with = "ranged::<0, 5256000, _, _>")]
    pub history_minutes: i64,
    /// The weight of recent use among equal matches; 0 orders them by name.
    #[serde(deserialize_with = "weight")]
    pub history_weight: f64,
    /// Where the vault key is stored.
    pub secure_store: SecureStore,
    /// Whether the vault key is cached in the kernel keyring.
    pub key_cache: KeyCache,
    /// The template for profile names; `{{ account_name or account_id }}-{{ role }}` if not set.
    pub profile_format: Option<String>,
    /// The file and the 1-based line that set `profile_format`, for error messages.
    #[serde(skip)]
    pub profile_format_location: Option<(PathBuf, usize)>,
    /// Additional keys to write into every profile.
    pub config_variables: BTreeMap<String, String>,
    /// The path to write into `credential_process`; this binary if not set.
    pub config_profiles_binary: Option<PathBuf>,
    /// Whether profiles are updated after a refresh with changes.
    pub auto_config_check: bool,
    /// Whether keys are exported in addition to `AWS_PROFILE`.
    pub export_all_env_vars: bool,
    /// The tags to export as `AWS_SSO_TAG_NAME`.
    pub env_var_tags: Vec<String>,
    /// The columns of `list`.
    pub list_fields: Option<Vec<String>>,
    /// The file and the 1-based line that set `list_fields`, for error messages.
    #[serde(skip)]
    pub list_fields_location: Option<(PathBuf, usize)>,
    /// The appearance of the picker.
    pub pick: PickTable,
    /// Keys of the picker, by command.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The least severe log messages to print.
    pub log_level: LogLevel,
    /// Whether log lines include their source location.
    pub log_lines: bool,
    /// Files to load before this one.
    pub include: Vec<PathBuf>,
    /// The instances by name; for their order see [`Settings::instance_order`].
    pub instances: BTreeMap<InstanceName, InstanceTable>,
    /// The names of the instances, in the order in which the files define them.
    #[serde(skip)]
    pub instance_order: Vec<InstanceName>,
    /// The rules in order; later ones take precedence.
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
            console_duration_minutes: 60,
            console_style: ConsoleStyle::default(),
            access_request_url: None,
            cache_refresh_hours: 24,
            threads: 5,
            requests_per_second: None,
            max_retry: 10,
            max_backoff: Duration::from_secs(5),
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
    /// Applies `--browser`, which overrides instances and rules too.
    pub fn force_browser(&mut self, browser: &str) {
        (self.browser, self.auth_browser) = (Some(browser.to_owned()), Some(browser.to_owned()));
        for instance in self.instances.values_mut() {
            (instance.browser, instance.auth_browser) = (None, None);
        }
        self.rules.iter_mut().for_each(|rule| rule.browser = None);
    }

    /// Applies `--url-action`, which overrides instances and rules too.
    pub fn force_url_action(&mut self, action: UrlAction) {
        (self.url_action, self.auth_url_action) = (action, action);
        for instance in self.instances.values_mut() {
            (instance.url_action, instance.auth_url_action) = (None, None);
        }
        self.rules.iter_mut().for_each(|rule| rule.url_action = None);
    }
}
