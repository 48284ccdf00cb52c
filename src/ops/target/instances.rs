//! The instances that a command is about.

use std::path::Path;
use std::slice;
use std::sync::Arc;

use crate::cache::inventory;
use crate::config::{Env, env};
use crate::domain::{Account, AccountId, Instance, Result};
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;

use super::current::role_shell_arn;
use super::resolve::{self, RoleQuery};

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

/// Returns the only instance whose stored list has an account. `None` if no list or several have
/// it.
pub fn only_with_account<'a>(
    cache_dir: &Path,
    instances: &'a [Instance],
    account: AccountId,
) -> Option<&'a Instance> {
    let is_it = |listed: &Account| listed.id == account;
    let has_it = |instance: &&Instance| {
        inventory::load(cache_dir, instance).is_some_and(|list| list.accounts.iter().any(is_it))
    };
    let mut found = instances.iter().filter(has_it);
    found.next().filter(|_| found.next().is_none())
}

/// Returns the only instance whose stored list has roles that a query names. `None` if no list or
/// several have some.
pub fn only_with_match<'a>(ctx: &'a Ctx, query: &RoleQuery) -> Option<&'a Instance> {
    let has_it = |instance: &&Instance| {
        let roster = Arc::new(load::load_roster(ctx, slice::from_ref(*instance)));
        let found = resolve::candidates(&roster, query, &ctx.settings.prefer_roles);
        found.is_ok_and(|found| !found.is_empty())
    };
    let mut found = ctx.instances.iter().filter(has_it);
    found.next().filter(|_| found.next().is_none())
}
