//! Reads the profiles of the AWS config file (of the AWS CLI, Granted and aws-vault) with the
//! settings of IAM Identity Center in them.

use std::collections::HashMap;

use crate::awsconfig::{AwsConfig, Profile, managed_block};
use crate::domain::{AccountId, Instance, InstanceName, Region, Result, RoleArn, StartUrl};
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile::{self, ProfileRole};
use crate::ops::roles::profile_names::BLOCK_NAME;
use crate::os::process::split_words;

use super::{ImportValues, InstanceNames};

/// The meaning of the names in the file.
pub(super) struct ImportedProfiles {
    /// The profiles of the file without rolecall's block, in order. Looked up by `profile`:
    /// searching the file for each of thousands of profiles would take seconds.
    pub(super) profiles: Vec<(String, Profile)>,
    positions: HashMap<String, usize>,
    /// Instances by the names and addresses that the file uses for them.
    instances: Vec<Instance>,
    our_names: HashMap<InstanceName, InstanceName>,
}

impl ImportedProfiles {
    fn new(profiles: Vec<(String, Profile)>) -> Self {
        let positions =
            profiles.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
        Self { profiles, positions, instances: Vec::new(), our_names: HashMap::new() }
    }

    fn profile(&self, name: &str) -> Option<&Profile> {
        self.positions.get(name).map(|place| &self.profiles[*place].1)
    }

    /// Returns the role of a profile, with rolecall's name of its instance.
    pub(super) fn role(&self, profile: &Profile) -> Option<ProfileRole> {
        let resolved = profile::role_from_profile(profile, &self.instances)?;
        let instance =
            resolved.instance.map(|name| self.our_names.get(&name).cloned().unwrap_or(name));
        Some(ProfileRole { instance, ..resolved })
    }
}

/// Reads the file: directories first, then the profiles that name roles in them.
///
/// # Errors
/// [`crate::domain::ErrorKind::Config`] if rolecall's block in it has no end.
pub(super) fn collect(
    ctx: &Ctx,
    bytes: &[u8],
    names: &mut InstanceNames,
    out: &mut ImportValues,
) -> Result<ImportedProfiles> {
    let outside = managed_block::SplitFile::parse(bytes, BLOCK_NAME)?.outside().into_owned();
    let config = AwsConfig::parse(outside);
    let mut known = ImportedProfiles::new(config.profiles());
    for session in config.sso_sessions() {
        match (&session.start_url, &session.region) {
            (Some(url), Some(region)) => {
                known.add_instance(&session.name, Some(&session.name), url, region, names, out)
            }
            _ => out.skip(
                format!("[sso-session {}]", session.name),
                "it has no start URL or no region",
            ),
        }
    }
    for legacy in config.legacy_instances() {
        known.add_instance(
            &format!("profile {}", legacy.profile),
            None,
            &legacy.start_url,
            &legacy.region,
            names,
            out,
        );
    }
    for (name, profile) in &known.profiles {
        collect_profile(ctx, &known, name, profile, out);
    }
    Ok(known)
}

impl ImportedProfiles {
    fn add_instance(
        &mut self,
        from: &str,
        wanted: Option<&str>,
        url: &StartUrl,
        region: &Region,
        names: &mut InstanceNames,
        out: &mut ImportValues,
    ) {
        let target = names.resolve(from, wanted, url, region, out);
        let source = InstanceName::new(wanted.unwrap_or(target.as_str()));
        self.instances.push(Instance::new(source.clone(), url.clone(), region.clone()));
        self.our_names.insert(source, target);
    }
}

fn collect_profile(
    ctx: &Ctx,
    known: &ImportedProfiles,
    name: &str,
    profile: &Profile,
    out: &mut ImportValues,
) {
    let from = format!("profile {name}");
    if let Some(program) =
        profile.get("credential_process").filter(|process| is_aws_sso_cli(process))
    {
        let program = program.split_whitespace().next().unwrap_or_default();
        return out.skip(
            from,
            format!(
                "it runs {program}: once aws-sso-cli's block is removed from the file, `rolecall \
                 setup profiles` can use its name"
            ),
        );
    }
    if let Some(by) = generator(profile) {
        return out.skip(from, format!("{by} wrote it; `rolecall setup profiles` writes its own"));
    }
    if profile.get("role_arn").is_some() {
        return collect_chained(known, &from, profile, out);
    }
    let Some(resolved) = known.role(profile) else { return skip_unrelated(&from, profile, out) };
    let only = || (ctx.instances.len() == 1).then(|| ctx.instances[0].name.clone());
    let Some(instance) = resolved.instance.or_else(only) else {
        return out.skip(from, "its IAM Identity Center is not known");
    };
    let account = resolved.account.to_string();
    let role =
        ["instances", instance.as_str(), "accounts", &account, "roles", resolved.role.as_str()];
    out.add(&from, &[&role[..], &["profile"]].concat(), name);
    if let Some(region) = profile.plain_value("region") {
        out.add(format!("{from} region"), &[&role[..], &["default_region"]].concat(), region);
    }
}

/// Returns the program that writes such profiles by the hundred, if a comment names it.
pub(super) fn generator(profile: &Profile) -> Option<&'static str> {
    let is = |key: &str| profile.get(key).is_some();
    match () {
        () if is("sso_auto_populated") => Some("aws-sso-util"),
        () if is("granted_generated_from") || is("common_fate_generated_from") => Some("Granted"),
        () => None,
    }
}

/// Whether a profile's program is aws-sso-cli, which writes a profile for every role.
fn is_aws_sso_cli(process: &str) -> bool {
    let program = split_words(process).into_iter().next().unwrap_or_default();
    program
        .rsplit(['/', '\\'])
        .next()
        .is_some_and(|name| name.trim_end_matches(".exe") == "aws-sso")
}

/// Imports a profile that assumes a role from another one.
fn collect_chained(
    known: &ImportedProfiles,
    from: &str,
    profile: &Profile,
    out: &mut ImportValues,
) {
    let arn = profile.get("role_arn").unwrap_or_default();
    let Ok(target) = arn.parse::<RoleArn>() else {
        return out.skip(from, format!("{arn} is not the ARN of a role"));
    };
    if profile.get("mfa_serial").is_some() {
        return out.skip(from, "it asks for an MFA code, which chained roles do not");
    }
    let Some(source) = profile.get("source_profile") else {
        return out.skip(from, "it does not name a profile to assume its role from");
    };
    let Some((instance, via)) = resolve_source(known, source, 0) else {
        return out.skip(
            from,
            format!("its source, profile {source}, is not a role of an IAM Identity Center"),
        );
    };
    let account = target.account.to_string();
    let role =
        ["instances", instance.as_str(), "accounts", &account, "roles", target.role.as_str()];
    out.add(from, &[&role[..], &["via"]].concat(), via);
    if let Some(name) = from.strip_prefix("profile ") {
        out.add(format!("{from} (its name)"), &[&role[..], &["profile"]].concat(), name);
    }
    for (source, target) in [
        ("external_id", "external_id"),
        ("role_session_name", "session_name"),
        ("region", "default_region"),
    ] {
        if let Some(value) = profile.plain_value(source) {
            out.add(format!("{from} {source}"), &[&role[..], &[target]].concat(), value);
        }
    }
    if let Some(seconds) = profile.get("duration_seconds") {
        match seconds.parse::<i64>() {
            Ok(seconds) => out.add(
                format!("{from} duration_seconds"),
                &[&role[..], &["duration"]].concat(),
                seconds.min(3600),
            ),
            Err(_) => out.skip(format!("{from} duration_seconds"), "it is not a number"),
        }
    }
}

/// Returns the instance and the ARN of a source profile, which may itself have a source.
fn resolve_source(
    known: &ImportedProfiles,
    name: &str,
    depth: usize,
) -> Option<(InstanceName, String)> {
    let profile = known.profile(name)?;
    if let (Some(arn), Some(source)) = (profile.get("role_arn"), profile.get("source_profile")) {
        let (instance, _) = (depth < 8).then(|| resolve_source(known, source, depth + 1))??;
        return Some((instance, arn.to_owned()));
    }
    let resolved = known.role(profile)?;
    let instance = resolved.instance?;
    let region = known
        .instances
        .iter()
        .find(|source| known.our_names.get(&source.name) == Some(&instance))
        .map(|source| &source.sso_region)?;
    Some((instance, role_arn(region, resolved.account, &resolved.role)))
}

fn role_arn(region: &Region, account: AccountId, role: &crate::domain::RoleName) -> String {
    RoleArn::format(region, account, role)
}

/// Skips a profile that is not of IAM Identity Center, or does not name its instance.
fn skip_unrelated(from: &str, profile: &Profile, out: &mut ImportValues) {
    let process = profile.get("credential_process").unwrap_or_default();
    let has = |prefix: &str| profile.keys.keys().any(|key| key.starts_with(prefix));
    match () {
        () if has("sso_") || has("granted_sso_") => {
            out.skip(from, "it names no account or no role")
        }
        () if process.contains("aws-vault") => out.skip(from, "aws-vault keeps its keys"),
        () if !process.is_empty() => out.skip(from, "another program has its credentials"),
        () if has("login_session") || has("web_identity") || has("credential_source") => {
            out.skip(from, "it signs in without IAM Identity Center")
        }
        () => out.skip(from, "it has no role of an IAM Identity Center"),
    }
}
