//! Which variables a role sets and removes in a shell or a child, and how they are taken back.
//! Pure: the caller says what is there now.

use std::fmt;

use crate::domain::{Credentials, Region, Roster, RosterEntry, Secret};

use super::previous::{ENDPOINT, KEYS, MARKS, OTHERS, PROFILES, Previous, REGIONS, SAVED, TAGS};

/// What a role is given.
#[derive(Debug, Clone)]
pub struct Grant<'a> {
    /// The list the role is from.
    pub roster: &'a Roster,
    /// The role.
    pub entry: &'a RosterEntry,
    /// Its credentials.
    pub credentials: &'a Credentials,
    /// How programs get at them.
    pub form: Form,
    /// Who gets them.
    pub reach: Reach,
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
pub enum Form {
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
pub enum Reach {
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
pub struct Changes {
    /// Names and values, in a fixed order.
    pub set: Vec<(String, String)>,
    /// Names, sorted.
    pub unset: Vec<String>,
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.set.iter().map(|(name, _)| name).collect();
        f.debug_struct("Changes").field("set", &names).field("unset", &self.unset).finish()
    }
}

/// The changes that put a role into an environment, whatever role was there before.
pub fn changes(grant: &Grant<'_>, previous: &Previous) -> Changes {
    let mut set = Set::default();
    describe(&mut set, grant);
    let marks = credentials(&mut set, grant, previous);
    set.put(MARKS, &marks.join(" "));
    if let Some(profile) = previous.profile() {
        set.put(SAVED, profile);
    }
    let mut unset = previous.ours();
    unset.extend(PROFILES);
    if !matches!(grant.reach, Reach::Shell { overwrite: false }) {
        unset.extend(KEYS.into_iter().chain(OTHERS));
    }
    if grant.no_region {
        unset.retain(|name| !REGIONS.contains(name) && *name != "AWS_SSO_DEFAULT_REGION");
    } else {
        region(&mut set, grant, previous);
    }
    set.with(unset, previous)
}

/// The changes that take everything of ours out of an environment, and give the person's profile
/// back.
pub fn clear(previous: &Previous) -> Changes {
    let mut set = Set::default();
    let replaced = PROFILES.iter().all(|name| previous.get(name).is_none())
        || previous.ours().contains(&"AWS_PROFILE");
    if let Some(saved) =
        previous.get(SAVED).filter(|_| replaced && previous.get("ROLECALL_ROLE").is_some())
    {
        set.put("AWS_PROFILE", saved);
    }
    set.with(previous.ours(), previous)
}

/// The person's own variables that would be taken before the role's credentials, and that a shell
/// could not get back.
pub fn foreign(previous: &Previous, form: &Form) -> Vec<&'static str> {
    let keys = KEYS.into_iter().take(4).filter(|_| !previous.keys_are_ours());
    // Keys come before a web identity, and a web identity before a profile's process.
    let web = OTHERS
        .into_iter()
        .take(1)
        .filter(|_| matches!(form, Form::Profile { with_keys: false, .. }));
    keys.chain(web).filter(|name| previous.get(name).is_some()).collect()
}

/// What the person had set and the changes put the role in the place of: names, for saying so.
pub fn replaced(previous: &Previous, changes: &Changes) -> Vec<String> {
    let ours = previous.ours();
    let theirs = |name: &str| previous.get(name).is_some() && !ours.contains(&name);
    let gone = |name: &str| {
        changes.unset.iter().any(|other| other == name)
            || changes.set.iter().any(|(other, _)| other == name)
    };
    let sources = PROFILES.into_iter().chain(KEYS.into_iter().take(4)).chain(OTHERS).chain(REGIONS);
    sources.filter(|name| theirs(name) && gone(name)).map(str::to_owned).collect()
}

/// Variables to set; a later value takes the place of an earlier one.
#[derive(Default)]
struct Set(Vec<(String, String)>);

impl Set {
    fn put(&mut self, name: &str, value: &str) {
        self.0.retain(|(other, _)| other != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn with(self, unset: Vec<&str>, previous: &Previous) -> Changes {
        let goes =
            |name: &&str| previous.has(name) && !self.0.iter().any(|(other, _)| other == name);
        let mut unset: Vec<String> = unset.into_iter().filter(goes).map(str::to_owned).collect();
        unset.sort_unstable();
        unset.dedup();
        Changes { set: self.0, unset }
    }
}

/// Which role it is.
fn describe(set: &mut Set, grant: &Grant<'_>) {
    let (roster, entry) = (grant.roster, grant.entry);
    let arn = roster.arn(entry);
    set.put("AWS_SSO", roster.instance(entry).name.as_str());
    set.put("AWS_SSO_ACCOUNT_ID", entry.account.as_str());
    set.put("AWS_SSO_ROLE_NAME", &entry.role);
    set.put("AWS_SSO_ROLE_ARN", &arn);
    set.put("AWS_SSO_SESSION_EXPIRATION", &grant.credentials.expires_at.to_rfc3339());
    set.put("ROLECALL_ROLE", &arn);
    let profile = match &grant.form {
        Form::Profile { name, .. } => Some(name.as_str()),
        Form::Keys | Form::Endpoint { .. } => entry.profile.as_deref(),
    };
    let optional = [
        ("AWS_SSO_PROFILE", profile),
        ("ROLECALL_PROTECTED", entry.is_protected().then_some("1")),
        ("ROLECALL_COLOR", grant.color),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            set.put(name, value);
        }
    }
    for (tag, value) in grant.tags {
        set.put(&format!("{TAGS}{}", variable(tag)), value);
    }
}

/// How programs get the credentials; the answer is what marks these variables as ours.
fn credentials(set: &mut Set, grant: &Grant<'_>, previous: &Previous) -> Vec<String> {
    let mut marks = Vec::new();
    if let Form::Profile { name, .. } = &grant.form {
        set.put("AWS_PROFILE", name);
        marks.push("AWS_PROFILE".to_owned());
        // Old SDKs read the file only then; one that the person has set stays theirs.
        if previous.get("AWS_SDK_LOAD_CONFIG").is_none() || previous.marked("AWS_SDK_LOAD_CONFIG") {
            set.put("AWS_SDK_LOAD_CONFIG", "1");
            marks.push("AWS_SDK_LOAD_CONFIG".to_owned());
        }
    }
    if let Form::Endpoint { url, token } = &grant.form {
        set.put(ENDPOINT[0], url);
        set.put(ENDPOINT[1], token.expose());
        marks.push(format!("{}={url}", ENDPOINT[0]));
    }
    if matches!(grant.form, Form::Keys | Form::Profile { with_keys: true, .. }) {
        let credentials = grant.credentials;
        set.put("AWS_ACCESS_KEY_ID", &credentials.access_key_id);
        set.put("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.expose());
        set.put("AWS_SESSION_TOKEN", credentials.session_token.expose());
        set.put("AWS_CREDENTIAL_EXPIRATION", &credentials.expires_at.to_rfc3339());
        marks.push(format!("{}={}", KEYS[0], credentials.access_key_id));
    }
    marks
}

/// Sets the region where the person has not set one, or where one was asked for.
fn region(set: &mut Set, grant: &Grant<'_>, previous: &Previous) {
    let own =
        grant.entry.region.as_ref().map(Region::as_str).filter(|_| !previous.region_is_theirs());
    if let Some(region) = grant.region.or(own) {
        for name in REGIONS.into_iter().chain(["AWS_SSO_DEFAULT_REGION"]) {
            set.put(name, region);
        }
    }
}

/// A tag's name as part of a variable's name.
fn variable(tag: &str) -> String {
    tag.chars()
        .map(
            |letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' },
        )
        .collect()
}

#[cfg(test)]
mod tests;
