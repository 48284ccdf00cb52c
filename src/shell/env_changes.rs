//! Which variables a role sets and removes in a shell or a child, and how they are taken back.
//! Pure: the caller says what is there now.

use std::fmt;

use crate::domain::{Credentials, Region, Roster, RosterEntry, Secret};

use super::previous_env::{
    ENDPOINT_VARIABLES, KEY_VARIABLES, OTHER_CREDENTIAL_VARIABLES, OWNED_LIST, PROFILE_VARIABLES,
    PreviousEnv, REGION_VARIABLES, SAVED_PROFILE, TAG_PREFIX,
};

/// What a role is given.
#[derive(Debug, Clone)]
pub struct RoleExport<'a> {
    /// The list the role is from.
    pub roster: &'a Roster,
    /// The role.
    pub entry: &'a RosterEntry,
    /// Its credentials.
    pub credentials: &'a Credentials,
    /// How programs get at them.
    pub export: CredentialExport,
    /// Who gets them.
    pub recipient: Recipient,
    /// The region asked for; `None` takes the role's own.
    pub region: Option<&'a str>,
    /// Leave region variables alone.
    pub no_region: bool,
    /// Tags to export as `AWS_SSO_TAG_NAME`.
    pub tags: &'a [(String, String)],
    /// The colour of the role, for prompts.
    pub color: Option<&'a str>,
}

/// How programs get at the role's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialExport {
    /// Keys in variables.
    Keys,
    /// `AWS_PROFILE`: SDKs then renew by themselves.
    Profile {
        /// The profile's name.
        name: String,
        /// Set the keys too.
        with_keys: bool,
    },
    /// A container-credentials endpoint: SDKs ask it again whenever they need to.
    Endpoint {
        /// Its address.
        url: String,
        /// What it wants to be shown.
        token: Secret<String>,
    },
}

/// Who gets the variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// A child: whatever could stand in the role's way is not handed on.
    Child,
    /// The calling shell: what it could not get back stays, unless `overwrite`.
    Shell {
        /// Remove the person's own keys as well.
        overwrite: bool,
    },
}

/// Variables to set and to remove. None is in both lists, and none is removed that is not there.
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
        f.debug_struct("Changes").field("set", &names).field("unset", &self.unset).finish()
    }
}

/// The changes that put a role into an environment, whatever role was there before.
pub fn export_changes(grant: &RoleExport<'_>, previous: &PreviousEnv) -> EnvChanges {
    let mut set = EnvBuilder::default();
    set_role_variables(&mut set, grant);
    let marks = set_credentials(&mut set, grant, previous);
    set.set(OWNED_LIST, &marks.join(" "));
    if let Some(profile) = previous.user_profile() {
        set.set(SAVED_PROFILE, profile);
    }
    let mut unset = previous.owned_variables();
    unset.extend(PROFILE_VARIABLES);
    if !matches!(grant.recipient, Recipient::Shell { overwrite: false }) {
        unset.extend(KEY_VARIABLES.into_iter().chain(OTHER_CREDENTIAL_VARIABLES));
    }
    if grant.no_region {
        unset.retain(|name| !REGION_VARIABLES.contains(name) && *name != "AWS_SSO_DEFAULT_REGION");
    } else {
        set_region(&mut set, grant, previous);
    }
    set.into_changes(unset, previous)
}

/// The changes that take everything of ours out of an environment, and give the person's profile
/// back.
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

/// The person's own variables that would be taken before the role's credentials, and that a shell
/// could not get back.
pub fn conflicting_variables(previous: &PreviousEnv, form: &CredentialExport) -> Vec<&'static str> {
    let keys = KEY_VARIABLES.into_iter().take(4).filter(|_| !previous.owns_keys());
    // Keys come before a web identity, and a web identity before a profile's process.
    let web = OTHER_CREDENTIAL_VARIABLES
        .into_iter()
        .take(1)
        .filter(|_| matches!(form, CredentialExport::Profile { with_keys: false, .. }));
    keys.chain(web).filter(|name| previous.get(name).is_some()).collect()
}

/// What the person had set and the changes put the role in the place of: names, for saying so.
pub fn replaced_variables(previous: &PreviousEnv, changes: &EnvChanges) -> Vec<String> {
    let ours = previous.owned_variables();
    let theirs = |name: &str| previous.get(name).is_some() && !ours.contains(&name);
    let gone = |name: &str| {
        changes.unset.iter().any(|other| other == name)
            || changes.set.iter().any(|(other, _)| other == name)
    };
    let sources = PROFILE_VARIABLES
        .into_iter()
        .chain(KEY_VARIABLES.into_iter().take(4))
        .chain(OTHER_CREDENTIAL_VARIABLES)
        .chain(REGION_VARIABLES);
    sources.filter(|name| theirs(name) && gone(name)).map(str::to_owned).collect()
}

/// Variables to set; a later value takes the place of an earlier one.
#[derive(Default)]
struct EnvBuilder(Vec<(String, String)>);

impl EnvBuilder {
    fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(other, _)| other != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn into_changes(self, unset: Vec<&str>, previous: &PreviousEnv) -> EnvChanges {
        let goes =
            |name: &&str| previous.contains(name) && !self.0.iter().any(|(other, _)| other == name);
        let mut unset: Vec<String> = unset.into_iter().filter(goes).map(str::to_owned).collect();
        unset.sort_unstable();
        unset.dedup();
        EnvChanges { set: self.0, unset }
    }
}

/// Which role it is.
fn set_role_variables(set: &mut EnvBuilder, grant: &RoleExport<'_>) {
    let (roster, entry) = (grant.roster, grant.entry);
    let arn = roster.arn(entry);
    set.set("AWS_SSO", roster.instance(entry).name.as_str());
    set.set("AWS_SSO_ACCOUNT_ID", entry.account.as_str());
    set.set("AWS_SSO_ROLE_NAME", &entry.role);
    set.set("AWS_SSO_ROLE_ARN", &arn);
    set.set("AWS_SSO_SESSION_EXPIRATION", &grant.credentials.expires_at.to_rfc3339());
    set.set("ROLECALL_ROLE", &arn);
    let profile = match &grant.export {
        CredentialExport::Profile { name, .. } => Some(name.as_str()),
        CredentialExport::Keys | CredentialExport::Endpoint { .. } => entry.profile.as_deref(),
    };
    let optional = [
        ("AWS_SSO_PROFILE", profile),
        ("ROLECALL_PROTECTED", entry.is_protected().then_some("1")),
        ("ROLECALL_COLOR", grant.color),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            set.set(name, value);
        }
    }
    for (tag, value) in grant.tags {
        set.set(&format!("{TAG_PREFIX}{}", tag_variable(tag)), value);
    }
}

/// How programs get the credentials; the answer is what marks these variables as ours.
fn set_credentials(
    set: &mut EnvBuilder,
    grant: &RoleExport<'_>,
    previous: &PreviousEnv,
) -> Vec<String> {
    let mut marks = Vec::new();
    if let CredentialExport::Profile { name, .. } = &grant.export {
        set.set("AWS_PROFILE", name);
        marks.push("AWS_PROFILE".to_owned());
        // Old SDKs read the file only then; one that the person has set stays theirs.
        if previous.get("AWS_SDK_LOAD_CONFIG").is_none()
            || previous.is_marked("AWS_SDK_LOAD_CONFIG")
        {
            set.set("AWS_SDK_LOAD_CONFIG", "1");
            marks.push("AWS_SDK_LOAD_CONFIG".to_owned());
        }
    }
    if let CredentialExport::Endpoint { url, token } = &grant.export {
        set.set(ENDPOINT_VARIABLES[0], url);
        set.set(ENDPOINT_VARIABLES[1], token.expose());
        marks.push(format!("{}={url}", ENDPOINT_VARIABLES[0]));
    }
    if matches!(
        grant.export,
        CredentialExport::Keys | CredentialExport::Profile { with_keys: true, .. }
    ) {
        let credentials = grant.credentials;
        set.set("AWS_ACCESS_KEY_ID", &credentials.access_key_id);
        set.set("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.expose());
        set.set("AWS_SESSION_TOKEN", credentials.session_token.expose());
        set.set("AWS_CREDENTIAL_EXPIRATION", &credentials.expires_at.to_rfc3339());
        marks.push(format!("{}={}", KEY_VARIABLES[0], credentials.access_key_id));
    }
    marks
}

/// Sets the region where the person has not set one, or where one was asked for.
fn set_region(set: &mut EnvBuilder, grant: &RoleExport<'_>, previous: &PreviousEnv) {
    let own =
        grant.entry.region.as_ref().map(Region::as_str).filter(|_| !previous.has_user_region());
    if let Some(region) = grant.region.or(own) {
        for name in REGION_VARIABLES.into_iter().chain(["AWS_SSO_DEFAULT_REGION"]) {
            set.set(name, region);
        }
    }
}

/// A tag's name as part of a variable's name.
fn tag_variable(tag: &str) -> String {
    tag.chars()
        .map(
            |letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' },
        )
        .collect()
}

#[cfg(test)]
mod tests;
