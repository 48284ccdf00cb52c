//! A profile outside of IAM Identity Center that is named like a role's profile could be.

use crate::domain::Result;
use crate::ops::ctx::Ctx;
use crate::ops::roles::load::load_roster;
use crate::ops::roles::other_profiles::{self, OtherProfile};

/// Returns the profile of this name outside of IAM Identity Center, unless a role's profile has
/// the name. `credentials` writes sections with the names of roles' profiles; they hold keys that
/// expire, and protected roles are not confirmed by name.
///
/// # Errors
/// If one of the AWS files can't be read.
pub fn find(ctx: &Ctx, name: &str) -> Result<Option<OtherProfile>> {
    let Some(profile) = other_profiles::load(ctx, name)? else { return Ok(None) };
    let roster = load_roster(ctx, &ctx.instances);
    let is_role = roster.entries.iter().any(|entry| entry.profile.as_deref() == Some(name));
    Ok((!is_role).then_some(profile))
}
