//! What is in an environment before it changes: what of it is ours, and what the person's.

use std::collections::BTreeMap;
use std::fmt;

/// What is in the environment now and matters for the change: every variable that starts with
/// `AWS_` or `ROLECALL_`.
#[derive(Clone, Default)]
pub struct PreviousEnv {
    values: BTreeMap<String, String>,
}

/// What carries keys.
pub(super) const KEY_VARIABLES: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
];
/// What names a profile; the second is the AWS CLI's older spelling.
pub(super) const PROFILE_VARIABLES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];
/// What else could supply credentials.
pub(super) const OTHER_CREDENTIAL_VARIABLES: [&str; 7] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];
/// What leads to an endpoint of ours: its address and its token.
pub(super) const ENDPOINT_VARIABLES: [&str; 2] =
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];
/// What names a region.
pub(super) const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// What describes the role. Ours in a role shell, and only there.
const ROLE_VARIABLES: [&str; 11] = [
    "AWS_SSO",
    "AWS_SSO_ACCOUNT_ID",
    "AWS_SSO_DEFAULT_REGION",
    "AWS_SSO_PROFILE",
    "AWS_SSO_ROLE_ARN",
    "AWS_SSO_ROLE_NAME",
    "AWS_SSO_SESSION_EXPIRATION",
    "ROLECALL_COLOR",
    "ROLECALL_PROTECTED",
    "ROLECALL_ROLE",
    SAVED_PROFILE,
];
/// Keeps the person's profile while ours is in its place.
pub(super) const SAVED_PROFILE: &str = "ROLECALL_SAVED_PROFILE";
/// Says which of the variables that others set too are ours: words `NAME`, or `NAME=VALUE` as long
/// as it has that value.
pub(super) const OWNED_LIST: &str = "ROLECALL_SET";
/// What the names of exported tags begin with.
pub(super) const TAG_PREFIX: &str = "AWS_SSO_TAG_";

impl PreviousEnv {
    /// Takes the variables that matter out of these.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let letters = |name: &str| {
            name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        };
        // No shell can set or remove a name with other letters.
        let matters = |name: &str| {
            (name.starts_with("AWS_") || name.starts_with("ROLECALL_")) && letters(name)
        };
        Self { values: pairs.into_iter().filter(|(name, _)| matters(name)).collect() }
    }

    /// A variable's value; an empty one is none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether the variable is there at all, be it empty.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Whether we have written down that the variable is ours, and it is what we made it.
    pub(super) fn is_marked(&self, name: &str) -> bool {
        let with_value = self.get(name).map(|value| format!("{name}={value}"));
        self.get(OWNED_LIST).is_some_and(|marks| {
            marks.split(' ').any(|mark| mark == name || Some(mark) == with_value.as_deref())
        })
    }

    /// Whether the keys are those that we set.
    pub(super) fn owns_keys(&self) -> bool {
        self.is_marked(KEY_VARIABLES[0])
    }

    /// The profile that the person had chosen: the one in force if that is theirs, else the one
    /// that we replaced.
    pub(super) fn user_profile(&self) -> Option<&str> {
        let of_ours =
            |name: &&str| self.is_marked(name) && self.get(name) == self.get("AWS_SSO_PROFILE");
        PROFILE_VARIABLES
            .iter()
            .filter(|name| !of_ours(name))
            .find_map(|name| self.get(name))
            .or_else(|| self.get(SAVED_PROFILE))
    }

    /// Whether the person has set a region: one that is there and not the one that we set.
    pub(super) fn has_user_region(&self) -> bool {
        REGION_VARIABLES.iter().any(|name| self.get(name).is_some() && !self.owns_region(name))
    }

    fn owns_region(&self, name: &str) -> bool {
        self.get(name).is_some() && self.get(name) == self.get("AWS_SSO_DEFAULT_REGION")
    }

    /// Every variable that we set and that still is what we made it.
    pub(super) fn owned_variables(&self) -> Vec<&str> {
        if self.get("ROLECALL_ROLE").is_none() {
            return Vec::new();
        }
        let mut ours: Vec<&str> = ROLE_VARIABLES.into_iter().chain([OWNED_LIST]).collect();
        // Somebody has put a selector of their own in the place of what we exported.
        if self.get("AWS_SSO_ROLE_ARN") != self.get("ROLECALL_ROLE") {
            ours.retain(|name| *name != "AWS_SSO_ROLE_ARN");
        }
        ours.extend(
            self.values.keys().map(String::as_str).filter(|name| name.starts_with(TAG_PREFIX)),
        );
        ours.extend(REGION_VARIABLES.into_iter().filter(|name| self.owns_region(name)));
        ours.extend(KEY_VARIABLES.into_iter().filter(|_| self.owns_keys()));
        ours.extend(
            ENDPOINT_VARIABLES.into_iter().filter(|_| self.is_marked(ENDPOINT_VARIABLES[0])),
        );
        if self.get("AWS_CREDENTIAL_EXPIRATION") == self.get("AWS_SSO_SESSION_EXPIRATION") {
            ours.push("AWS_CREDENTIAL_EXPIRATION");
        }
        let profile_is_ours =
            self.is_marked("AWS_PROFILE") && self.get("AWS_PROFILE") == self.get("AWS_SSO_PROFILE");
        ours.extend(["AWS_PROFILE"].into_iter().filter(|_| profile_is_ours));
        ours.extend(["AWS_SDK_LOAD_CONFIG"].into_iter().filter(|name| self.is_marked(name)));
        ours
    }
}

impl fmt::Debug for PreviousEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
