//! Credentials for programs: from argv to the vault in one short straight line, to AWS where that
//! does not do. Never prompts.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{AutoLogin, Env, Paths};
use crate::domain::{
    AccountId, Credentials, Error, ErrorKind, Instance, InstanceName, Result, RoleArn, RoleId,
    RoleName, Window,
};
use crate::ops::assume::AssumeRequest;
use crate::ops::assume::assume;
use crate::ops::assume::load_fresh;
use crate::ops::ctx::Ctx;
use crate::ops::instances;
use crate::ops::instances::problems;
use crate::ops::instances::snapshot;
use crate::ops::refresh::store;
use crate::ops::roles::chain::Chains;
use crate::ops::roles::history;
use crate::ops::roles::profile;
use crate::ops::sign_in::background::SIGN_IN_TIMEOUT;
use crate::ops::sign_in::background::await_sign_in;
use crate::ops::target::current::profile_variable;
use crate::ops::target::resolve::unknown_role;
use crate::os::clock::Clock;
use crate::os::terminal::tty;

use super::access;
use super::app;
use super::app::Caller;
use super::args::{Globals, Selectors};
use super::resolve;
use super::ui;
use crate::cli::helpers::sign_in;

/// How long a background sign-in is waited for without a terminal: some SDKs give a process no
/// more.
const DEFAULT_WAIT: Duration = Duration::from_secs(20);

/// What is asked of the credentials, whatever the role.
#[derive(Debug, Clone, Copy)]
pub(super) struct CredentialRequest {
    /// How much life stored ones must have left.
    pub(super) window: Window,
    /// Open a sign-in in the background if nobody is signed in. `auto_login = "always"` does so
    /// too.
    pub(super) auto_login: bool,
    /// How long to wait for that sign-in; by default while it is open if there is a terminal, else
    /// 20 s.
    pub(super) wait: Option<Duration>,
    /// Take stored ones at all.
    pub(super) use_cached: bool,
    /// Store what was fetched.
    pub(super) store: bool,
    /// Where no role is named, take the one that AWS_PROFILE stands for.
    pub(super) from_shell: bool,
    /// The command that asks, as the history calls it.
    pub(super) command: &'static str,
}

impl CredentialRequest {
    fn assume_request(
        &self,
        instance: &Instance,
        account: AccountId,
        role: RoleName,
    ) -> AssumeRequest {
        AssumeRequest {
            window: self.window,
            use_stored: self.use_cached,
            store: self.store,
            ..AssumeRequest::new(instance, account, role)
        }
    }
}

/// Finds the credentials of the role that the flags name, and hands them on with the instance that
/// assigns it.
///
/// # Errors
/// [`Kind::Usage`] when no role is named; [`Kind::UnknownRole`]; what [`assume`] says; what `give`
/// says.
pub(super) fn with_credentials(
    env: Env,
    globals: &Globals,
    selectors: &Selectors,
    terms: &CredentialRequest,
    give: impl FnOnce(&Credentials, &Instance) -> Result<u8>,
) -> Result<u8> {
    let paths: Paths = app::paths(&env, globals)?;
    let Some((account, role)) = parse_explicit_role(selectors)? else {
        return with_credentials_by_name(env, globals, selectors, terms, give);
    };
    let warm = snapshot::load_or_rebuild(&env, &paths)?;
    let instance =
        resolve_instance(&paths, &warm.instances, warm.process.default_sso.as_ref(), globals)?;
    let wish = terms.assume_request(instance, account, role);
    let vault = app::vault_with_store(
        &env,
        &paths,
        warm.process.secure_store,
        warm.process.key_cache,
        Caller::Program,
    );
    match load_fresh(&vault, &warm.chains, &wish, Clock::System.now())? {
        Some(credentials) => give(&credentials, instance),
        None => {
            fetch(globals, &app::open_in_env(env, globals, Caller::Program)?, &wish, terms, give)
        }
    }
}

/// Account and role when the flags name them both: no list of roles is needed then.
fn parse_explicit_role(selectors: &Selectors) -> Result<Option<(AccountId, RoleName)>> {
    selectors.to_role_query().validate()?;
    if let Some(arn) = &selectors.arn {
        let arn: RoleArn = arn.parse()?;
        return Ok(Some((arn.account, arn.role)));
    }
    match (&selectors.account, &selectors.role) {
        (Some(account), Some(role)) => {
            Ok(account.parse().ok().map(|account| (account, RoleName::new(role))))
        }
        _ => Ok(None),
    }
}

/// The instance named by `--sso` or `default_sso`, or the only one. AWS_SSO is not asked: a profile
/// means the same in every shell.
fn resolve_instance<'a>(
    paths: &Paths,
    all: &'a [Instance],
    default: Option<&InstanceName>,
    globals: &Globals,
) -> Result<&'a Instance> {
    match (globals.sso.as_deref().or(default.map(InstanceName::as_str)), all) {
        (Some(name), all) => instances::find_instance(all, name)
            .map_err(|error| problems::add_problem_hints(paths, Some(name), error)),
        (None, [only]) => Ok(only),
        (None, several) => Err(instances::ambiguous_instance(several, ErrorKind::UnknownRole)),
    }
}

/// By profile or by an account's name: needs the list of roles, so it is slower.
fn with_credentials_by_name(
    env: Env,
    globals: &Globals,
    selectors: &Selectors,
    terms: &CredentialRequest,
    give: impl FnOnce(&Credentials, &Instance) -> Result<u8>,
) -> Result<u8> {
    let wanted = selectors.to_role_query();
    let which = || {
        Error::new(ErrorKind::Usage, "which role?")
            .hint("add --arn ARN, --account ID --role NAME, or --profile NAME")
    };
    let shell = profile_variable(&env).filter(|_| terms.from_shell);
    let shell = shell.filter(|_| wanted.is_empty()).map(str::to_owned);
    if wanted.is_empty() && shell.is_none() {
        return Err(which());
    }
    let ctx = app::open_in_env(env, globals, Caller::Program)?;
    // A profile that stands in the AWS config file says it all.
    let meant = shell
        .as_ref()
        .or(wanted.profile.as_ref())
        .map(|name| profile::load_role(&ctx, name))
        .transpose()?
        .flatten();
    if let (Some(name), None) = (&shell, &meant) {
        return Err(
            which().context(format!("AWS_PROFILE is `{name}`, which stands for no role of ours"))
        )
        .map_err(|error| problems::add_problem_hints(&ctx.paths, Some(name), error));
    }
    if let Some(meant) = meant {
        let told = meant
            .instance
            .as_ref()
            .filter(|_| globals.sso.is_none())
            .and_then(|name| instances::find_instance(&ctx.instances, name.as_str()).ok());
        let instance = match told {
            Some(instance) => instance,
            None => resolve_instance(
                &ctx.paths,
                &ctx.instances,
                ctx.settings.default_sso.as_ref(),
                globals,
            )?,
        };
        return fetch(
            globals,
            &ctx,
            &terms.assume_request(instance, meant.account, meant.role),
            terms,
            give,
        );
    }
    // A profile's name is unlike any other of any instance; an account's name is not.
    let instances = match (&wanted.profile, &globals.sso) {
        (Some(_), None) => ctx.instances.clone(),
        _ => vec![
            resolve_instance(
                &ctx.paths,
                &ctx.instances,
                ctx.settings.default_sso.as_ref(),
                globals,
            )?
            .clone(),
        ],
    };
    let found =
        resolve::resolve_one(&ctx, &instances, &wanted).map_err(|error| match &wanted.profile {
            Some(name) => problems::add_problem_hints(&ctx.paths, Some(name), error),
            None => error,
        })?;
    let entry = found.entry();
    let wish = terms.assume_request(
        found.roster.instance(entry),
        entry.account,
        RoleName::new(&*entry.role),
    );
    fetch(globals, &ctx, &wish, terms, give)
}

fn fetch(
    globals: &Globals,
    ctx: &Arc<Ctx>,
    wish: &AssumeRequest,
    terms: &CredentialRequest,
    give: impl FnOnce(&Credentials, &Instance) -> Result<u8>,
) -> Result<u8> {
    let auto_login = terms.auto_login || ctx.settings.auto_login == AutoLogin::Always;
    app::block_on(ctx, async {
        let assumed = match assume(ctx, wish).await {
            Err(error) if error.kind == ErrorKind::LoginNeeded && auto_login => {
                let wait = terms.wait.unwrap_or_else(|| default_wait(tty::is_present()));
                await_sign_in(
                    ctx,
                    &wish.instance,
                    wait,
                    || sign_in::start(ctx, globals, &wish.instance),
                    sign_in::show_notice,
                )
                .await?;
                assume(ctx, wish).await
            }
            assumed => assumed,
        };
        let assumed = assumed.map_err(|error| explain_refusal(ctx, wish, error))?;
        if let Some(warning) = &assumed.warning {
            ui::print_warning(warning);
        }
        // Handed on at once: a token request that was given up may still be waited for.
        let code = give(&assumed.credentials, &wish.instance)?;
        if assumed.fetched {
            record_use(ctx, wish, terms);
        }
        Ok(code)
    })
}

/// How long a background sign-in is waited for if `--wait` does not say.
fn default_wait(terminal: bool) -> Duration {
    if terminal { SIGN_IN_TIMEOUT } else { DEFAULT_WAIT }
}

/// Explains a refusal by AWS. A role that is not in a complete list is most likely mistyped; the
/// list is read for that alone.
fn explain_refusal(ctx: &Ctx, wish: &AssumeRequest, error: Error) -> Error {
    if error.kind != ErrorKind::AccessDenied {
        return error;
    }
    let roster = Arc::new(store::load_roster(ctx, std::slice::from_ref(&wish.instance)));
    let entry = roster.find(&wish.role_id());
    let chained = Chains::from_settings(&ctx.settings)
        .and_then(|chains| Ok(chains.route(&wish.role_id())?.is_some()))
        .unwrap_or(true);
    if entry.is_none() && roster.complete && !roster.entries.is_empty() && !chained {
        return unknown_role(&roster, wish.account, &wish.role);
    }
    access::add_access_hint(
        error,
        ctx.settings.access_request_url.as_deref(),
        wish.account,
        wish.role.as_str(),
        entry,
    )
}

/// Writes down that new credentials went out. Nobody may be there to read a complaint, and the SDK
/// has what it asked for.
fn record_use(ctx: &Ctx, wish: &AssumeRequest, terms: &CredentialRequest) {
    let role = RoleId {
        instance: wish.instance.name.clone(),
        account: wish.account,
        role: wish.role.clone(),
    };
    if let Err(error) = history::record(ctx, role, terms.command, ctx.clock.now()) {
        tracing::info!(target: "rolecall::history", "{error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_waited_for_while_it_is_open_where_somebody_sees_it() {
        assert_eq!(default_wait(false), Duration::from_secs(20));
        assert!(default_wait(true) >= Duration::from_secs(600));
    }
}
