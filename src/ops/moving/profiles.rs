//! Profiles of the AWS config file: those of the AWS CLI, of Granted and of aws-vault, with what
//! they know of IAM Identity Center.

use std::collections::HashMap;

use crate::awsconfig::{AwsConfig, Profile, managed_block};
use crate::domain::{
    AccountId, EndpointOverrides, Instance, InstanceName, Region, Result, RoleArn, StartUrl,
};
use crate::ops::ctx::Ctx;
use crate::ops::profiles::BLOCK;
use crate::ops::roles::profile::{self, Meant};
use crate::ops::setup::discover::instance;
use crate::os::browser::split_words;

use super::{Names, Wishes};

/// What the file's own words for instances mean here.
pub(super) struct Known {
    /// The profiles of the file without our own block, in order. Looked up by [`Known::profile`]:
    /// a search of the file for each of thousands would take seconds.
    pub(super) profiles: Vec<(String, Profile)>,
    places: HashMap<String, usize>,
    /// Instances by the names and addresses that the file has for them.
    theirs: Vec<Instance>,
    ours: HashMap<InstanceName, InstanceName>,
}

impl Known {
    fn new(profiles: Vec<(String, Profile)>) -> Self {
        let places =
            profiles.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
        Self { profiles, places, theirs: Vec::new(), ours: HashMap::new() }
    }

    fn profile(&self, name: &str) -> Option<&Profile> {
        self.places.get(name).map(|place| &self.profiles[*place].1)
    }

    /// The role of a profile, with its instance by our name for it.
    pub(super) fn meant(&self, profile: &Profile) -> Option<Meant> {
        let meant = profile::meant_by(profile, &self.theirs)?;
        let instance = meant.instance.map(|name| self.ours.get(&name).cloned().unwrap_or(name));
        Some(Meant { instance, ..meant })
    }
}

/// Reads the file: directories first, then the profiles that name roles in them.
///
/// # Errors
/// [`crate::domain::Kind::Config`] when our own block in it has no end.
pub(super) fn read(ctx: &Ctx, bytes: &[u8], names: &mut Names, out: &mut Wishes) -> Result<Known> {
    let outside = managed_block::SplitFile::parse(bytes, BLOCK)?.outside().into_owned();
    let config = AwsConfig::parse(outside);
    let mut known = Known::new(config.profiles());
    for session in config.sso_sessions() {
        match (&session.start_url, &session.region) {
            (Some(url), Some(region)) => {
                known.add(&session.name, Some(&session.name), url, region, names, out)
            }
            _ => out.leave(
                format!("[sso-session {}]", session.name),
                "it has no start URL or no region",
            ),
        }
    }
    for legacy in config.legacy_instances() {
        known.add(
            &format!("profile {}", legacy.profile),
            None,
            &legacy.start_url,
            &legacy.region,
            names,
            out,
        );
    }
    for (name, profile) in &known.profiles {
        one(ctx, &known, name, profile, out);
    }
    Ok(known)
}

impl Known {
    fn add(
        &mut self,
        from: &str,
        wanted: Option<&str>,
        url: &StartUrl,
        region: &Region,
        names: &mut Names,
        out: &mut Wishes,
    ) {
        let ours = names.home(from, wanted, url, region, out);
        let theirs = InstanceName::new(wanted.unwrap_or(ours.as_str()));
        self.theirs.push(instance(&theirs, url, region, EndpointOverrides::default()));
        self.ours.insert(theirs, ours);
    }
}

fn one(ctx: &Ctx, known: &Known, name: &str, profile: &Profile, out: &mut Wishes) {
    let from = format!("profile {name}");
    if let Some(program) =
        profile.get("credential_process").filter(|process| of_aws_sso_cli(process))
    {
        let program = program.split_whitespace().next().unwrap_or_default();
        return out.leave(
            from,
            format!("it runs {program}: once aws-sso-cli's block is out of the file, `rolecall setup profiles` may have its name"),
        );
    }
    if let Some(by) = generator(profile) {
        return out.leave(from, format!("{by} made it; `rolecall setup profiles` writes its own"));
    }
    if profile.get("role_arn").is_some() {
        return chained(known, &from, profile, out);
    }
    let Some(meant) = known.meant(profile) else { return other(&from, profile, out) };
    let only = || (ctx.instances.len() == 1).then(|| ctx.instances[0].name.clone());
    let Some(instance) = meant.instance.or_else(only) else {
        return out.leave(from, "its IAM Identity Center is not known");
    };
    let account = meant.account.to_string();
    let role = ["instances", instance.as_str(), "accounts", &account, "roles", meant.role.as_str()];
    out.wish(&from, &[&role[..], &["profile"]].concat(), name);
    if let Some(region) = profile.plain_value("region") {
        out.wish(format!("{from} region"), &[&role[..], &["default_region"]].concat(), region);
    }
}

/// The program that writes such profiles by the hundred, where one says so.
pub(super) fn generator(profile: &Profile) -> Option<&'static str> {
    let is = |key: &str| profile.get(key).is_some();
    match () {
        () if is("sso_auto_populated") => Some("aws-sso-util"),
        () if is("granted_generated_from") || is("common_fate_generated_from") => Some("Granted"),
        () => None,
    }
}

/// Whether a profile's program is aws-sso-cli, which writes a profile for every role.
fn of_aws_sso_cli(process: &str) -> bool {
    let program = split_words(process).into_iter().next().unwrap_or_default();
    program
        .rsplit(['/', '\\'])
        .next()
        .is_some_and(|name| name.trim_end_matches(".exe") == "aws-sso")
}

/// A profile that assumes a role out of another one.
fn chained(known: &Known, from: &str, profile: &Profile, out: &mut Wishes) {
    let arn = profile.get("role_arn").unwrap_or_default();
    let Ok(target) = arn.parse::<RoleArn>() else {
        return out.leave(from, format!("{arn} is no ARN of a role"));
    };
    if profile.get("mfa_serial").is_some() {
        return out.leave(from, "it asks for an MFA code, which chained roles do not");
    }
    let Some(source) = profile.get("source_profile") else {
        return out.leave(from, "it assumes its role from no profile");
    };
    let Some((instance, via)) = source_of(known, source, 0) else {
        return out.leave(
            from,
            format!("its source, profile {source}, is no role of an IAM Identity Center"),
        );
    };
    let account = target.account.to_string();
    let role =
        ["instances", instance.as_str(), "accounts", &account, "roles", target.role.as_str()];
    out.wish(from, &[&role[..], &["via"]].concat(), via);
    if let Some(name) = from.strip_prefix("profile ") {
        out.wish(format!("{from} (its name)"), &[&role[..], &["profile"]].concat(), name);
    }
    for (theirs, ours) in [
        ("external_id", "external_id"),
        ("role_session_name", "session_name"),
        ("region", "default_region"),
    ] {
        if let Some(value) = profile.plain_value(theirs) {
            out.wish(format!("{from} {theirs}"), &[&role[..], &[ours]].concat(), value);
        }
    }
    if let Some(seconds) = profile.get("duration_seconds") {
        match seconds.parse::<i64>() {
            Ok(seconds) => out.wish(
                format!("{from} duration_seconds"),
                &[&role[..], &["duration"]].concat(),
                seconds.min(3600),
            ),
            Err(_) => out.leave(format!("{from} duration_seconds"), "it is no number"),
        }
    }
}

/// The instance and the ARN behind a source profile; a source may itself have one.
fn source_of(known: &Known, name: &str, depth: usize) -> Option<(InstanceName, String)> {
    let profile = known.profile(name)?;
    if let (Some(arn), Some(source)) = (profile.get("role_arn"), profile.get("source_profile")) {
        let (instance, _) = (depth < 8).then(|| source_of(known, source, depth + 1))??;
        return Some((instance, arn.to_owned()));
    }
    let meant = known.meant(profile)?;
    let instance = meant.instance?;
    let region = known
        .theirs
        .iter()
        .find(|theirs| known.ours.get(&theirs.name) == Some(&instance))
        .map(|theirs| &theirs.sso_region)?;
    Some((instance, arn_of(region, meant.account, &meant.role)))
}

fn arn_of(region: &Region, account: AccountId, role: &crate::domain::RoleName) -> String {
    RoleArn::format(region, account, role)
}

/// A profile that has nothing to do with IAM Identity Center, or does not say what.
fn other(from: &str, profile: &Profile, out: &mut Wishes) {
    let process = profile.get("credential_process").unwrap_or_default();
    let has = |prefix: &str| profile.keys.keys().any(|key| key.starts_with(prefix));
    match () {
        () if has("sso_") || has("granted_sso_") => {
            out.leave(from, "it names no account or no role")
        }
        () if process.contains("aws-vault") => out.leave(from, "aws-vault keeps its keys"),
        () if !process.is_empty() => out.leave(from, "another program has its credentials"),
        () if has("login_session") || has("web_identity") || has("credential_source") => {
            out.leave(from, "it signs in without IAM Identity Center")
        }
        () => out.leave(from, "it has no role of an IAM Identity Center"),
    }
}
