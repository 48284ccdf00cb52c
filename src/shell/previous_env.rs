//! The environment before a change: the variables that rolecall has set and those of the user.

use std::collections::BTreeMap;
use std::fmt;

/// The variables in the current environment that start with `AWS_` or `ROLECALL_`.
#[derive(Clone, Default)]
pub struct PreviousEnv {
    values: BTreeMap<String, String>,
}

/// Variables that contain keys.
pub(super) const KEY_VARIABLES: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
];
/// Variables that name a profile. The second is the older spelling of the AWS CLI.
pub(super) const PROFILE_VARIABLES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];
/// Other variables that provide credentials.
pub(super) const OTHER_CREDENTIAL_VARIABLES: [&str; 7] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];
/// Variables with the URL and the token of a credentials endpoint.
pub(super) const ENDPOINT_VARIABLES: [&str; 2] =
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];
/// Variables that name a region.
pub(super) const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// Variables that describe the role. In a role shell they are owned by rolecall, elsewhere not.
const ROLE_VARIABLES: [&str; 12] = [
    "AWS_SSO",
    "AWS_SSO_ACCOUNT_ID",
    "AWS_SSO_DEFAULT_REGION",
    "AWS_SSO_PROFILE",
    "AWS_SSO_ROLE_ARN",
    "AWS_SSO_ROLE_NAME",
    "AWS_SSO_SESSION_EXPIRATION",
    "ROLECALL_COLOR",
    "ROLECALL_LABEL",
    "ROLECALL_PROTECTED",
    "ROLECALL_ROLE",
    SAVED_PROFILE,
];
/// The variable that stores the user's profile while rolecall replaces it.
pub(super) const SAVED_PROFILE: &str = "ROLECALL_SAVED_PROFILE";
/// The variable that lists which of the variables that others set too are owned by rolecall. Its
/// words are `NAME`, or `NAME=VALUE` if the variable is only owned while it has that value.
pub(super) const OWNED_LIST: &str = "ROLECALL_SET";
/// The prefix of variables for tags.
pub(super) const TAG_PREFIX: &str = "AWS_SSO_TAG_";

impl PreviousEnv {
    /// Creates the environment from all variables of the process.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        // No shell can set or remove a variable whose name has other characters.
        let is_valid = |name: &str| {
            name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        };
        let is_relevant = |name: &str| {
            (name.starts_with("AWS_") || name.starts_with("ROLECALL_")) && is_valid(name)
        };
        Self { values: pairs.into_iter().filter(|(name, _)| is_relevant(name)).collect() }
    }

    /// Returns the value of a variable; `None` if it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether the variable is set, even if it is empty.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Whether [`OWNED_LIST`] has the variable, with its current value if a value is listed.
    pub(super) fn is_marked(&self, name: &str) -> bool {
        let with_value = self.get(name).map(|value| format!("{name}={value}"));
        self.get(OWNED_LIST).is_some_and(|list| {
            list.split(' ').any(|word| word == name || Some(word) == with_value.as_deref())
        })
    }

    /// Whether rolecall has set the keys.
    pub(super) fn owns_keys(&self) -> bool {
        self.is_marked(KEY_VARIABLES[0])
    }

    /// Returns the profile that the user has chosen: the current one unless rolecall has set it,
    /// else the one that rolecall replaced.
    pub(super) fn user_profile(&self) -> Option<&str> {
        PROFILE_VARIABLES
            .iter()
            .filter(|name| !self.owns_profile(name))
            .find_map(|name| self.get(name))
            .or_else(|| self.get(SAVED_PROFILE))
    }

    fn owns_profile(&self, name: &str) -> bool {
        self.is_marked(name) && self.get(name) == self.get("AWS_SSO_PROFILE")
    }

    /// Whether a region is set that rolecall has not set.
    pub(super) fn has_user_region(&self) -> bool {
        REGION_VARIABLES.iter().any(|name| self.get(name).is_some() && !self.owns_region(name))
    }

    fn owns_region(&self, name: &str) -> bool {
        self.get(name).is_some() && self.get(name) == self.get("AWS_SSO_DEFAULT_REGION")
    }

    /// Returns all variables that rolecall has set and that were not changed since.
    pub(super) fn owned_variables(&self) -> Vec<&str> {
        if self.get("ROLECALL_ROLE").is_none() {
            return Vec::new();
        }
        let mut owned: Vec<&str> = ROLE_VARIABLES.into_iter().chain([OWNED_LIST]).collect();
        // If they differ, the user has set this variable to select a role.
        if self.get("AWS_SSO_ROLE_ARN") != self.get("ROLECALL_ROLE") {
            owned.retain(|name| *name != "AWS_SSO_ROLE_ARN");
        }
        owned.extend(
            self.values.keys().map(String::as_str).filter(|name| name.starts_with(TAG_PREFIX)),
        );
        owned.extend(REGION_VARIABLES.into_iter().filter(|name| self.owns_region(name)));
        owned.extend(KEY_VARIABLES.into_iter().filter(|_| self.owns_keys()));
        owned.extend(
            ENDPOINT_VARIABLES.into_iter().filter(|_| self.is_marked(ENDPOINT_VARIABLES[0])),
        );
        if self.get("AWS_CREDENTIAL_EXPIRATION") == self.get("AWS_SSO_SESSION_EXPIRATION") {
            owned.push("AWS_CREDENTIAL_EXPIRATION");
        }
        owned.extend(["AWS_PROFILE"].into_iter().filter(|name| self.owns_profile(name)));
        owned.extend(["AWS_SDK_LOAD_CONFIG"].into_iter().filter(|name| self.is_marked(name)));
        owned
    }
}

impl fmt::Debug for PreviousEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
