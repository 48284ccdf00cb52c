//! Additions to a role's environment by the configuration and the AWS config file: tags, a colour,
//! a managed profile.

use std::path::Path;
use std::sync::Arc;

use crate::awsconfig::{AwsConfig, ManagedProfile};
use crate::cache::inventory;
use crate::domain::{Result, Roster, RosterEntry};
use crate::os::atomic_file;

use crate::ops::ctx::Ctx;
use crate::ops::roles::fields::FieldValues;
use crate::ops::roles::roster::build_base_roster;
use crate::ops::roles::rules::evaluate_rules;

/// Returns the tags of `env_var_tags` that the role has, including built-in ones.
pub fn tags(ctx: &Ctx, roster: &Roster, entry: &RosterEntry) -> Vec<(String, String)> {
    let fields = FieldValues::new(ctx, roster, []);
    let value = |tag: &String| match entry.tags.get(tag) {
        Some(value) => value.clone(),
        None if tag.eq_ignore_ascii_case("region") => fields.text(entry, "default_region"),
        None => fields.text(entry, tag),
    };
    let tags = ctx.settings.env_var_tags.iter().map(|tag| (tag.clone(), value(tag)));
    tags.filter(|(_, value)| !value.is_empty()).collect()
}

/// Returns the colour that the rules give a role, for prompts.
pub fn color(ctx: &Ctx, roster: &Roster, entry: &RosterEntry) -> Option<String> {
    if ctx.settings.rules.iter().all(|rule| rule.color.is_none()) {
        return None;
    }
    // Rules match a role as it is before they add to it.
    let instance = roster.instance(entry);
    let mut plain = build_base_roster(
        vec![instance.clone()],
        &[inventory::load(&ctx.paths.cache_dir, instance)],
        &ctx.settings,
    );
    plain.entries.retain(|other| other.account == entry.account && other.role == entry.role);
    evaluate_rules(&Arc::new(plain), &ctx.settings.rules).get(0)?.color.clone()
}

/// Keys of a profile that SDKs take credentials from before they run a `credential_process`.
const KEYS_BEFORE_PROCESS: [&str; 6] = [
    "aws_access_key_id",
    "role_arn",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "web_identity_token_file",
];

/// Returns the name of a profile that rolecall wrote for this role and whose process SDKs run. If
/// there are several, the one with the role's present name.
///
/// # Errors
/// [`crate::domain::ErrorKind::Os`] if one of the AWS files can't be read.
pub fn managed_profile(ctx: &Ctx, roster: &Roster, entry: &RosterEntry) -> Result<Option<String>> {
    let config = load_aws_config(&ctx.paths.aws_config)?;
    let mut found = config.managed_profiles();
    found.retain(|managed| is_profile_of(ctx, managed, roster, entry));
    if found.is_empty() {
        return Ok(None);
    }
    // A section of the same name in the credentials file takes precedence, and so do other keys of
    // the profile itself.
    let elsewhere = load_aws_config(&ctx.paths.aws_credentials)?.credentials_profile_names();
    let runs = |managed: &ManagedProfile| {
        let profile = config.profile(&managed.profile).unwrap_or_default();
        !elsewhere.contains(&managed.profile)
            && KEYS_BEFORE_PROCESS.iter().all(|key| profile.get(key).is_none())
    };
    found.retain(runs);
    let current =
        found.iter().position(|managed| Some(managed.profile.as_str()) == entry.profile.as_deref());
    Ok(found.into_iter().nth(current.unwrap_or(0)).map(|managed| managed.profile))
}

fn load_aws_config(path: &Path) -> Result<AwsConfig> {
    let bytes = atomic_file::load(path)?;
    Ok(AwsConfig::parse(bytes.unwrap_or_default()))
}

/// Whether a profile's process returns this role's credentials.
fn is_profile_of(
    ctx: &Ctx,
    managed: &ManagedProfile,
    roster: &Roster,
    entry: &RosterEntry,
) -> bool {
    let instance = &roster.instance(entry).name;
    let only = matches!(&ctx.instances[..], [only] if only.name == *instance);
    let same_instance = match &managed.sso {
        Some(sso) => sso == instance,
        None => only || ctx.settings.default_sso.as_ref() == Some(instance),
    };
    same_instance && managed.account == entry.account && managed.role.as_str() == &*entry.role
}
