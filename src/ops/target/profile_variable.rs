//! AWS_PROFILE, if it names a profile that no program can use.

use crate::config::env;
use crate::domain::{Error, Result};
use crate::ops::ctx::Ctx;

use super::current::{CurrentTarget, profile_variable};
use super::unusable_profile::problem;

/// Checks that the profile which AWS_PROFILE names exists, if the shell is not in a role shell.
///
/// # Errors
/// [`ErrorKind::UnknownRole`](crate::domain::ErrorKind::UnknownRole) if it is not defined, or names
/// an unknown role.
pub fn check_variable(ctx: &Ctx) -> Result<()> {
    match variable_problem(ctx)? {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The error for the profile that AWS_PROFILE names, as in [`check_variable`].
///
/// # Errors
/// If one of the AWS files can't be read.
pub fn variable_problem(ctx: &Ctx) -> Result<Option<Error>> {
    let Some(name) = profile_variable(&ctx.env) else { return Ok(None) };
    // AWS programs need no section for `default`, and a role of the list may have the name.
    if name == "default" || CurrentTarget::load(ctx)?.is_some() {
        return Ok(None);
    }
    let variable = match ctx.env.get(env::AWS_PROFILE) {
        Some(_) => env::AWS_PROFILE.name(),
        None => env::AWS_DEFAULT_PROFILE.name(),
    };
    Ok(problem(ctx, name).map(|error| error.context(variable)))
}
