//! The instances that a command is about.

use crate::config::{Env, env};
use crate::domain::{Instance, Result};
use crate::ops::ctx::Ctx;

use super::current::role_shell_arn;

/// Returns the instance named by `--sso` (`sso`), AWS_SSO or `default_sso`, else all of them.
///
/// # Errors
/// [`ErrorKind::Config`](crate::domain::ErrorKind::Config) when the name is unknown.
pub fn selected_instances(ctx: &Ctx, sso: Option<&str>) -> Result<Vec<Instance>> {
    if let Some(name) = sso {
        return Ok(vec![ctx.instance(name)?.clone()]);
    }
    let from_env = selected_name(&ctx.env, None).map(|name| (name, "AWS_SSO"));
    let from_settings =
        || ctx.settings.default_sso.as_ref().map(|name| (name.to_string(), "default_sso"));
    match from_env.or_else(from_settings) {
        // The user did not type the name just now, so the error says where it is from.
        Some((name, origin)) => {
            Ok(vec![ctx.instance(&name).map_err(|error| error.context(origin))?.clone()])
        }
        None => Ok(ctx.instances.clone()),
    }
}

/// Returns the name from `--sso` (`sso`) or AWS_SSO. In a role shell AWS_SSO only names the current
/// role's instance, so it selects nothing there.
pub fn selected_name(env: &Env, sso: Option<&str>) -> Option<String> {
    let variable = || env.get(env::AWS_SSO).filter(|_| role_shell_arn(env).is_none());
    sso.or_else(variable).map(str::to_owned)
}
