//! The role of a profile, also if its `credential_process` names it as rolecall prints it: such a
//! line is understood with the list of roles only.

use crate::awsconfig::{AwsConfig, Profile};
use crate::domain::{Result, RoleId};
use crate::os::atomic_file;

use crate::ops::ctx::Ctx;
use crate::ops::roles::load::load_roster;
use crate::ops::roles::profile::{ProfileRole, named_by_process, role_from_profile};

/// Returns the role of a profile in the user's AWS config file, as [`find`].
///
/// # Errors
/// If the file exists and can't be read.
pub fn load(ctx: &Ctx, name: &str) -> Result<Option<ProfileRole>> {
    let config = AwsConfig::parse(atomic_file::load(&ctx.paths.aws_config)?.unwrap_or_default());
    Ok(config.profile(name).and_then(|profile| find(ctx, &profile)))
}

/// Returns the role of a profile; `None` if it is not of IAM Identity Center, or if it names a role
/// that is not in the list, or several.
pub fn find(ctx: &Ctx, profile: &Profile) -> Option<ProfileRole> {
    if let Some(role) = role_from_profile(profile, &ctx.instances) {
        return Some(role);
    }
    let named = named_by_process(profile)?;
    let roster = load_roster(ctx, &ctx.instances);
    let entries = roster.positions_of_label(&named.label).into_iter();
    let mut roles = entries.filter_map(|at| roster.entries.get(at)).map(|entry| roster.id(entry));
    let is_of_instance =
        |role: &RoleId| named.instance.as_ref().is_none_or(|name| *name == role.instance);
    let only = roles.find(is_of_instance)?;
    if roles.any(|role| is_of_instance(&role)) {
        return None;
    }
    Some(ProfileRole { instance: Some(only.instance), account: only.account, role: only.role })
}
