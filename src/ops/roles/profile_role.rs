//! The role of a profile, also if its `credential_process` names it as rolecall prints it: such a
//! line is understood with the list of roles only.

use std::sync::Arc;

use crate::awsconfig::{AwsConfig, Profile};
use crate::domain::Result;
use crate::os::atomic_file;

use crate::ops::ctx::Ctx;
use crate::ops::roles::load::load_roster;
use crate::ops::roles::marked_section::marked_role;
use crate::ops::roles::other_profiles::load_files;
use crate::ops::roles::profile::{ProfileRole, find_role, named_by_process, role_from_profile};
use crate::ops::target::resolve::candidates;

/// Returns the role of a profile in the user's AWS config file, as [`find`], or of a section that
/// `credentials` has written.
///
/// # Errors
/// If one of the files exists and can't be read.
pub fn load(ctx: &Ctx, name: &str) -> Result<Option<ProfileRole>> {
    let config = AwsConfig::parse(atomic_file::load(&ctx.paths.aws_config)?.unwrap_or_default());
    if let Some(role) = config.profile(name).and_then(|profile| find(ctx, &profile)) {
        return Ok(Some(role));
    }
    Ok(load_files(&ctx.paths)?.profile(name).as_ref().and_then(marked_role).map(ProfileRole::from))
}

/// Returns the role of a profile; `None` if it is not of IAM Identity Center, or if it names a role
/// that is not in the list, or several.
pub fn find(ctx: &Ctx, profile: &Profile) -> Option<ProfileRole> {
    if let Some(role) = role_from_profile(profile, &ctx.instances) {
        return Some(role);
    }
    let named = named_by_process(profile)?;
    let roster = Arc::new(load_roster(ctx, &named.instances(ctx)));
    let found = candidates(&roster, &named.query, &ctx.settings.prefer_roles);
    if let Ok([only]) = found.as_deref() {
        return Some(roster.id(only).into());
    }
    // `process -p NAME` may name another profile of the file.
    let config = atomic_file::load(&ctx.paths.aws_config).ok()?.unwrap_or_default();
    find_role(&AwsConfig::parse(config), &ctx.instances, named.query.profile.as_deref()?)
}
