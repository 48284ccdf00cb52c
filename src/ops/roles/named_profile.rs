//! A profile that the user names for a role: whether AWS programs renew its credentials by
//! themselves, and its region.

use std::path::Path;

use crate::awsconfig::{AwsConfig, Profile};
use crate::domain::{InstanceName, Region, Result};
use crate::ops::ctx::Ctx;
use crate::ops::roles::profile::ProfileRole;
use crate::ops::roles::profile_role;
use crate::ops::sign_in::cli_token;
use crate::os::atomic_file;

/// Keys of a profile that AWS programs use before an SSO session or a `credential_process`.
const KEYS_BEFORE_SSO: [&str; 3] = ["aws_access_key_id", "role_arn", "web_identity_token_file"];

/// Whether AWS programs get the role's credentials through this profile and renew them: by its
/// `credential_process`, or by its SSO session if the AWS CLI has a token for it.
///
/// # Errors
/// [`crate::domain::ErrorKind::Os`] if one of the AWS files can't be read.
pub fn is_renewed(ctx: &Ctx, name: &str) -> Result<bool> {
    let config = load(&ctx.paths.aws_config)?;
    let Some(profile) = config.profile(name) else { return Ok(false) };
    let Some(role) = profile_role::find(ctx, &profile) else { return Ok(false) };
    let is_shadowed = KEYS_BEFORE_SSO.iter().any(|key| profile.get(key).is_some())
        // Keys of the credentials file are used before both.
        || load(&ctx.paths.aws_credentials)?.credentials_profile_names().iter().any(|n| n == name);
    Ok(!is_shadowed && (runs_process(&profile) || has_session(ctx, &profile, &role)))
}

/// Whether AWS programs run the profile's `credential_process`: they use an SSO session first.
fn runs_process(profile: &Profile) -> bool {
    profile.get("credential_process").is_some() && !is_native(profile)
}

/// Whether the profile is one of the AWS CLI's own SSO profiles.
fn is_native(profile: &Profile) -> bool {
    ["sso_session", "sso_start_url", "sso_account_id"].iter().any(|key| profile.get(key).is_some())
}

/// Whether the AWS CLI has a valid token for the profile's SSO session.
fn has_session(ctx: &Ctx, profile: &Profile, role: &ProfileRole) -> bool {
    let known = |name: &InstanceName| ctx.instances.iter().find(|instance| instance.name == *name);
    is_native(profile)
        && role
            .instance
            .as_ref()
            .and_then(known)
            .is_some_and(|instance| cli_token::is_stored(ctx, instance))
}

/// Returns the profile's region, if it has one.
pub fn region(ctx: &Ctx, name: &str) -> Option<Region> {
    let profile = load(&ctx.paths.aws_config).ok()?.profile(name)?;
    profile.plain_value("region").map(Region::new)
}

fn load(path: &Path) -> Result<AwsConfig> {
    Ok(AwsConfig::parse(atomic_file::load(path)?.unwrap_or_default()))
}
