//! The variables that a role sets and removes in a shell or a child process, and how they are
//! restored. Pure: the caller passes the current environment.

use std::fmt;

use crate::domain::{
    Credentials, Region, Roster, RosterEntry, Secret, escape_unprintable, profile_label,
};

use super::previous_env::{
    ENDPOINT_VARIABLES, KEY_VARIABLES, OTHER_CREDENTIAL_VARIABLES, OWNED_LIST, PROFILE_VARIABLES,
    PreviousEnv, REGION_VARIABLES, SAVED_PROFILE, TAG_PREFIX,
};

/// A role to export to an environment.
#[derive(Debug, Clone)]
pub struct RoleExport<'a> {
    /// The list that contains the role.
    pub roster: &'a Roster,
    pub entry: &'a RosterEntry,
    pub credentials: &'a Credentials,
    /// How programs get the credentials.
    pub export: CredentialExport,
    /// The environment that gets the variables.
    pub recipient: Recipient,
    /// The requested region; `None` uses the role's region.
    pub region: Option<&'a str>,
    /// Whether to leave the region variables unchanged.
    pub no_region: bool,
    /// Tags to export as `AWS_SSO_TAG_NAME`.
    pub tags: &'a [(String, String)],
    /// The colour of the role, for prompts.
    pub color: Option<&'a str>,
}

/// How programs get the credentials of the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialExport {
    /// Variables with the keys.
    Keys,
    /// The variable `AWS_PROFILE`. SDKs refresh the credentials themselves.
    Profile {
        name: String,
        /// Whether to set the keys too.
        with_keys: bool,
    },
    /// A container credentials endpoint. SDKs request credentials from it when they need them.
    Endpoint {
        url: String,
        /// The authorization token that the endpoint requires.
        token: Secret<String>,
    },
}

/// The environment that gets the variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// A child process. Variables that could override the role are removed.
    Child,
    /// The calling shell. Variables that it could not get back stay, unless `overwrite` is set.
    Shell {
        /// Whether to remove the user's keys too.
        overwrite: bool,
    },
}

/// Variables to set and to remove. No variable is in both lists, and every variable to remove is in
/// the environment.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct EnvChanges {
    /// Names and values, in a fixed order.
    pub set: Vec<(String, String)>,
    /// Names, sorted.
    pub unset: Vec<String>,
}

impl fmt::Debug for EnvChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.set.iter().map(|(name, _)| name).collect();
        f.debug_struct("EnvChanges").field("set", &names).field("unset", &self.unset).finish()
    }
}

/// Returns the changes that put a role into an environment, whatever role it had before.
pub fn export_changes(role: &RoleExport<'_>, previous: &PreviousEnv) -> EnvChanges {
    let mut set = EnvBuilder::default();
    set_role_variables(&mut set, role);
    let owned = set_credentials(&mut set, role, previous);
    set.set(OWNED_LIST, &owned.join(" "));
    if let Some(profile) = previous.user_profile() {
        set.set(SAVED_PROFILE, profile);
    }
    let mut unset = previous.owned_variables();
    unset.extend(PROFILE_VARIABLES);
    if !matches!(role.recipient, Recipient::Shell { overwrite: false }) {
        unset.extend(KEY_VARIABLES.into_iter().chain(OTHER_CREDENTIAL_VARIABLES));
    }
    if role.no_region {
        unset.retain(|name| !REGION_VARIABLES.contains(name) && *name != "AWS_SSO_DEFAULT_REGION");
    } else {
        set_region(&mut set, role, previous);
    }
    set.into_changes(unset, previous)
}

/// An AWS profile of the user to export to an environment.
#[derive(Debug, Clone, Copy)]
pub struct ProfileExport<'a> {
    /// The name of the profile.
    pub name: &'a str,
    /// The environment that gets the variables.
    pub recipient: Recipient,
    /// The requested region; `None` leaves it to the profile.
    pub region: Option<&'a str>,
    /// Whether to leave the region variables unchanged.
    pub no_region: bool,
    /// Whether its credentials come from the user's own container-credentials endpoint.
    pub container: ContainerSource,
}

/// Whether a profile gets its credentials from the endpoint that the environment names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerSource {
    /// It does, so the variables stay.
    Used,
    Unused,
}

/// Returns the changes that put a profile of the user into an environment, whatever role it had
/// before. Credentials and region are the profile's own.
pub fn profile_changes(profile: &ProfileExport<'_>, previous: &PreviousEnv) -> EnvChanges {
    let mut set = EnvBuilder::default();
    set.set("AWS_SSO_PROFILE", profile.name);
    let label = profile_label(profile.name);
    set.set("ROLECALL_ROLE", &label);
    // Prompts print it, so it must not contain control characters.
    set.set("ROLECALL_LABEL", &escape_unprintable(&label));
    let owned = set_profile(&mut set, profile.name, previous);
    set.set(OWNED_LIST, &owned.join(" "));
    if let Some(saved) = previous.user_profile() {
        set.set(SAVED_PROFILE, saved);
    }
    let mut unset = previous.owned_variables();
    unset.extend(PROFILE_VARIABLES);
    if !matches!(profile.recipient, Recipient::Shell { overwrite: false }) {
        let is_needed = |name: &&str| {
            profile.container == ContainerSource::Used && name.starts_with("AWS_CONTAINER_")
        };
        let removed = KEY_VARIABLES.into_iter().chain(OTHER_CREDENTIAL_VARIABLES);
        unset.extend(removed.filter(|name| !is_needed(name)));
    }
    if profile.no_region {
        unset.retain(|name| !REGION_VARIABLES.contains(name) && *name != "AWS_SSO_DEFAULT_REGION");
    } else if let Some(region) = profile.region {
        for name in REGION_VARIABLES.into_iter().chain(["AWS_SSO_DEFAULT_REGION"]) {
            set.set(name, region);
        }
    }
    set.into_changes(unset, previous)
}

/// Returns the changes that remove all variables of rolecall from an environment and restore the
/// user's profile.
pub fn clear_changes(previous: &PreviousEnv) -> EnvChanges {
    let mut set = EnvBuilder::default();
    let replaced = PROFILE_VARIABLES.iter().all(|name| previous.get(name).is_none())
        || previous.owned_variables().contains(&"AWS_PROFILE");
    if let Some(saved) =
        previous.get(SAVED_PROFILE).filter(|_| replaced && previous.get("ROLECALL_ROLE").is_some())
    {
        set.set("AWS_PROFILE", saved);
    }
    set.into_changes(previous.owned_variables(), previous)
}

/// Returns the names of the user's variables that SDKs would prefer to the role's credentials, and
/// that a shell could not get back.
pub fn conflicting_variables(
    previous: &PreviousEnv,
    export: &CredentialExport,
) -> Vec<&'static str> {
    let keys = KEY_VARIABLES.into_iter().take(4).filter(|_| !previous.owns_keys());
    // SDKs prefer keys to a web identity, and a web identity to the process of a profile.
    let web_identity = OTHER_CREDENTIAL_VARIABLES
        .into_iter()
        .take(1)
        .filter(|_| matches!(export, CredentialExport::Profile { with_keys: false, .. }));
    keys.chain(web_identity).filter(|name| previous.get(name).is_some()).collect()
}

/// Returns the names of the user's variables that the changes set or remove.
pub fn replaced_variables(previous: &PreviousEnv, changes: &EnvChanges) -> Vec<String> {
    let owned = previous.owned_variables();
    let is_users = |name: &str| previous.get(name).is_some() && !owned.contains(&name);
    let is_changed = |name: &str| {
        changes.unset.iter().any(|other| other == name)
            || changes
                .set
                .iter()
                .any(|(other, value)| other == name && previous.get(name) != Some(value.as_str()))
    };
    let sources = PROFILE_VARIABLES
        .into_iter()
        .chain(KEY_VARIABLES.into_iter().take(4))
        .chain(OTHER_CREDENTIAL_VARIABLES)
        .chain(REGION_VARIABLES);
    sources.filter(|name| is_users(name) && is_changed(name)).map(str::to_owned).collect()
}

/// Variables to set. A later value replaces an earlier one.
#[derive(Default)]
struct EnvBuilder(Vec<(String, String)>);

impl EnvBuilder {
    fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(other, _)| other != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn into_changes(self, unset: Vec<&str>, previous: &PreviousEnv) -> EnvChanges {
        let is_removed =
            |name: &&str| previous.contains(name) && !self.0.iter().any(|(other, _)| other == name);
        let mut unset: Vec<String> =
            unset.into_iter().filter(is_removed).map(str::to_owned).collect();
        unset.sort_unstable();
        unset.dedup();
        EnvChanges { set: self.0, unset }
    }
}

/// Sets the variables that describe the role.
fn set_role_variables(set: &mut EnvBuilder, role: &RoleExport<'_>) {
    let (roster, entry) = (role.roster, role.entry);
    let arn = roster.arn(entry);
    set.set("AWS_SSO", roster.instance(entry).name.as_str());
    set.set("AWS_SSO_ACCOUNT_ID", entry.account.as_str());
    set.set("AWS_SSO_ROLE_NAME", &entry.role);
    set.set("AWS_SSO_ROLE_ARN", &arn);
    set.set("AWS_SSO_SESSION_EXPIRATION", &role.credentials.expires_at.to_rfc3339());
    set.set("ROLECALL_ROLE", &arn);
    // Prompts print it, so it must not contain control characters.
    set.set("ROLECALL_LABEL", &escape_unprintable(&entry.label()));
    let profile = match &role.export {
        CredentialExport::Profile { name, .. } => Some(name.as_str()),
        CredentialExport::Keys | CredentialExport::Endpoint { .. } => entry.profile.as_deref(),
    };
    let optional = [
        ("AWS_SSO_PROFILE", profile),
        ("ROLECALL_PROTECTED", entry.is_protected().then_some("1")),
        ("ROLECALL_COLOR", role.color),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            set.set(name, value);
        }
    }
    for (tag, value) in role.tags {
        set.set(&format!("{TAG_PREFIX}{}", tag_variable(tag)), value);
    }
}

/// Sets the variables that give programs the credentials. Returns the words for [`OWNED_LIST`] that
/// mark these variables as owned by rolecall.
fn set_credentials(
    set: &mut EnvBuilder,
    role: &RoleExport<'_>,
    previous: &PreviousEnv,
) -> Vec<String> {
    let mut owned = Vec::new();
    if let CredentialExport::Profile { name, .. } = &role.export {
        owned = set_profile(set, name, previous);
    }
    if let CredentialExport::Endpoint { url, token } = &role.export {
        set.set(ENDPOINT_VARIABLES[0], url);
        set.set(ENDPOINT_VARIABLES[1], token.expose());
        owned.push(format!("{}={url}", ENDPOINT_VARIABLES[0]));
    }
    if matches!(
        role.export,
        CredentialExport::Keys | CredentialExport::Profile { with_keys: true, .. }
    ) {
        let credentials = role.credentials;
        set.set("AWS_ACCESS_KEY_ID", &credentials.access_key_id);
        set.set("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.expose());
        set.set("AWS_SESSION_TOKEN", credentials.session_token.expose());
        set.set("AWS_CREDENTIAL_EXPIRATION", &credentials.expires_at.to_rfc3339());
        owned.push(format!("{}={}", KEY_VARIABLES[0], credentials.access_key_id));
    }
    owned
}

/// Sets the variables that name a profile. Returns the words for [`OWNED_LIST`].
fn set_profile(set: &mut EnvBuilder, name: &str, previous: &PreviousEnv) -> Vec<String> {
    let mut owned = vec!["AWS_PROFILE".to_owned()];
    set.set("AWS_PROFILE", name);
    // Old SDKs read the config file only with this variable. A value that the user has set is not
    // changed.
    if previous.get("AWS_SDK_LOAD_CONFIG").is_none() || previous.is_marked("AWS_SDK_LOAD_CONFIG") {
        set.set("AWS_SDK_LOAD_CONFIG", "1");
        owned.push("AWS_SDK_LOAD_CONFIG".to_owned());
    }
    owned
}

/// Sets the requested region, or the role's region if the user has not set one.
fn set_region(set: &mut EnvBuilder, role: &RoleExport<'_>, previous: &PreviousEnv) {
    let own =
        role.entry.region.as_ref().map(Region::as_str).filter(|_| !previous.has_user_region());
    if let Some(region) = role.region.or(own) {
        for name in REGION_VARIABLES.into_iter().chain(["AWS_SSO_DEFAULT_REGION"]) {
            set.set(name, region);
        }
    }
}

/// Converts the name of a tag to a part of a variable name.
fn tag_variable(tag: &str) -> String {
    tag.chars()
        .map(
            |letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' },
        )
        .collect()
}

#[cfg(test)]
mod tests;
