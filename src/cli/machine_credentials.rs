//! Credentials for programs: straight from the vault if it has fresh ones, else from AWS. Never
//! prompts.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{AutoLogin, Env, Paths};
use crate::domain::{
    AccountId, ConfirmQuestion, Credentials, Error, ErrorKind, Instance, InstanceName, Result,
    RoleArn, RoleName, Window,
};
use crate::ops::access::{obtain, record_use};
use crate::ops::assume::{AssumeRequest, Freshness, Persistence, load_fresh};
use crate::ops::ctx::Ctx;
use crate::ops::instances::{self, problems, snapshot};
use crate::ops::interaction::{Interaction, RefreshStep, SignInOutcome};
use crate::ops::roles::load::load_roster;
use crate::ops::roles::profile_role;
use crate::ops::sign_in::background::{SIGN_IN_TIMEOUT, await_sign_in};
use crate::ops::target::current::profile_variable;
use crate::ops::target::instances::{only_with_account, only_with_match};
use crate::ops::target::lookup::{ResolvedRole, not_a_role, resolve_one};
use crate::ops::target::other_profile;
use crate::ops::target::profile_variable::check_variable;
use crate::ops::target::resolve::RoleQuery;
use crate::ops::target::selector;
use crate::os::clock::Clock;
use crate::os::terminal::tty;

use crate::cli::app::{self, Caller};
use crate::cli::args::Globals;
use crate::cli::helpers::sign_in;
use crate::cli::{refresh_ui, ui};

/// How long to wait for a background sign-in without a terminal. Some SDKs stop a process after
/// that.
const DEFAULT_WAIT: Duration = Duration::from_secs(20);

/// Options of a request, apart from the role.
#[derive(Debug, Clone, Copy)]
pub(super) struct CredentialRequest {
    /// Minimum remaining lifetime of stored credentials.
    pub(super) window: Window,
    /// Start a background sign-in if there is no session. `auto_login = "always"` does so too.
    pub(super) auto_login: bool,
    /// How long to wait for that sign-in. The default is as long as it is open with a terminal,
    /// else 20 s.
    pub(super) wait: Option<Duration>,
    /// Use stored credentials.
    pub(super) use_cached: bool,
    /// Store fetched credentials.
    pub(super) store: bool,
    /// Without a selector, use the role of the profile in AWS_PROFILE.
    pub(super) from_shell: bool,
    /// The command's name in the history.
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
            freshness: if self.use_cached { Freshness::Cached } else { Freshness::Fetch },
            persistence: if self.store { Persistence::Store } else { Persistence::Discard },
            ..AssumeRequest::new(instance, account, role)
        }
    }
}

/// Obtains credentials of the role that is selected and passes them, with the role's instance, to
/// `give`.
///
/// # Errors
/// [`ErrorKind::Usage`] if no role is selected; [`ErrorKind::UnknownRole`]; as [`obtain`] and
/// `give`.
pub(super) fn with_credentials(
    env: Env,
    globals: &Globals,
    wanted: RoleQuery,
    request: &CredentialRequest,
    give: impl FnOnce(&Credentials, &Instance) -> Result<u8>,
) -> Result<u8> {
    let paths: Paths = app::paths(&env, globals)?;
    let Some((account, role)) = parse_explicit_role(&wanted)? else {
        return with_credentials_by_name(env, globals, wanted, request, give);
    };
    let warm = snapshot::load_or_rebuild(&env, &paths)?;
    let default = warm.process.default_sso.as_ref();
    let instance = resolve_instance(&paths, &warm.instances, default, globals, Some(account))?;
    let assume_request = request.assume_request(instance, account, role);
    let vault = app::vault_with_store(
        &env,
        &paths,
        warm.process.secure_store,
        warm.process.key_cache,
        Caller::Program,
    );
    match load_fresh(&vault, &warm.chains, &assume_request, Clock::System.now())? {
        Some(credentials) => give(&credentials, instance),
        None => fetch(
            globals,
            &app::open_in_env(env, globals, Caller::Program)?,
            &assume_request,
            request,
            give,
        ),
    }
}

/// Returns account and role if both are named by an ARN or an account id, so that no list of roles
/// is needed.
fn parse_explicit_role(wanted: &RoleQuery) -> Result<Option<(AccountId, RoleName)>> {
    wanted.validate()?;
    if let Some(text) = wanted.arn.as_ref().or(wanted.query.as_ref()) {
        // Otherwise it is `account/role` with the account's name, or words, which need the list.
        return Ok(text.parse::<RoleArn>().ok().map(|arn| (arn.account, arn.role)));
    }
    match (&wanted.account, &wanted.role) {
        (Some(account), Some(role)) => {
            Ok(account.parse().ok().map(|account| (account, RoleName::new(role))))
        }
        _ => Ok(None),
    }
}

/// Returns the instance named by `--sso` or `default_sso`, the only one, or the only one whose
/// stored list has the account. AWS_SSO is ignored, so that a profile means the same in every shell.
fn resolve_instance<'a>(
    paths: &Paths,
    all: &'a [Instance],
    default: Option<&InstanceName>,
    globals: &Globals,
    account: Option<AccountId>,
) -> Result<&'a Instance> {
    match (globals.sso.as_deref().or(default.map(InstanceName::as_str)), all) {
        (Some(name), all) => instances::find_instance(all, name)
            .map_err(|error| problems::add_problem_hints(paths, Some(name), error)),
        (None, [only]) => Ok(only),
        (None, several) => account
            .and_then(|account| only_with_account(&paths.cache_dir, several, account))
            .ok_or_else(|| instances::ambiguous_instance(several, ErrorKind::UnknownRole)),
    }
}

/// Handles profiles and account names. This needs the list of roles, so it is slower.
fn with_credentials_by_name(
    env: Env,
    globals: &Globals,
    wanted: RoleQuery,
    request: &CredentialRequest,
    give: impl FnOnce(&Credentials, &Instance) -> Result<u8>,
) -> Result<u8> {
    let no_role = || {
        Error::new(ErrorKind::Usage, "no role is named")
            .hint("name it as account/role, or add --arn ARN or --profile NAME")
    };
    let shell = profile_variable(&env).filter(|_| request.from_shell);
    let shell = shell.filter(|_| wanted.is_empty()).map(str::to_owned);
    if wanted.is_empty() && shell.is_none() {
        return Err(no_role());
    }
    let ctx = app::open_in_env(env, globals, Caller::Program)?;
    // A profile that is defined in the AWS config file names account and role.
    let named = shell.clone().or_else(|| selector::profile_name(&ctx, &wanted));
    let profile_role = named.map(|name| profile_role::load(&ctx, &name)).transpose()?.flatten();
    if let (Some(name), None) = (&shell, &profile_role) {
        check_variable(&ctx)?;
        return Err(no_role().context(format!(
            "AWS_PROFILE is `{name}`, which is not the profile of a known role"
        )))
        .map_err(|error| problems::add_problem_hints(&ctx.paths, Some(name), error));
    }
    if let Some(profile_role) = profile_role {
        let implied = profile_role
            .instance
            .as_ref()
            .filter(|_| globals.sso.is_none())
            .and_then(|name| instances::find_instance(&ctx.instances, name.as_str()).ok());
        let instance = match implied {
            Some(instance) => instance,
            None => resolve_instance(
                &ctx.paths,
                &ctx.instances,
                ctx.settings.default_sso.as_ref(),
                globals,
                Some(profile_role.account),
            )?,
        };
        return fetch(
            globals,
            &ctx,
            &request.assume_request(instance, profile_role.account, profile_role.role),
            request,
            give,
        );
    }
    // Profile names are unique across instances; account names are not.
    let instances = match (&wanted.profile, &globals.sso) {
        (Some(_), None) => ctx.instances.clone(),
        _ => {
            let default = ctx.settings.default_sso.as_ref();
            match resolve_instance(&ctx.paths, &ctx.instances, default, globals, None) {
                Ok(instance) => vec![instance.clone()],
                Err(error) if error.kind == ErrorKind::UnknownRole => {
                    vec![match only_with_match(&ctx, &wanted) {
                        Some(instance) => instance.clone(),
                        None => return Err(profile_error(&ctx, &wanted)?.unwrap_or(error)),
                    }]
                }
                Err(error) => return Err(error),
            }
        }
    };
    let program = Program { globals, request };
    let found = app::block_on(&ctx, resolve_one(&ctx, &program, &instances, &wanted))
        .and_then(ResolvedRole::require_role)
        .map_err(|error| match &wanted.profile {
            Some(name) => problems::add_problem_hints(&ctx.paths, Some(name), error),
            None => error,
        })?;
    let entry = found.entry();
    let assume_request = request.assume_request(
        found.roster.instance(entry),
        entry.account,
        RoleName::new(&*entry.role),
    );
    fetch(globals, &ctx, &assume_request, request, give)
}

/// Returns the error for a profile that has no role, or that does not exist, if the user named one.
fn profile_error(ctx: &Ctx, wanted: &RoleQuery) -> Result<Option<Error>> {
    let roster = load_roster(ctx, &ctx.instances);
    let other = other_profile::first_match(ctx, &roster, wanted)?.map(|name| not_a_role(&name));
    Ok(other.or_else(|| other_profile::unknown_name(ctx, &roster, wanted)))
}

fn fetch(
    globals: &Globals,
    ctx: &Arc<Ctx>,
    assume_request: &AssumeRequest,
    request: &CredentialRequest,
    give: impl FnOnce(&Credentials, &Instance) -> Result<u8>,
) -> Result<u8> {
    let program = Program { globals, request };
    app::block_on(ctx, async {
        let assumed = obtain(ctx, &program, None, assume_request).await?;
        // Hand them over at once: a token request that was given up may still be waited for.
        let code = give(&assumed.credentials, &assume_request.instance)?;
        if assumed.fetched {
            record_use(ctx, &program, assume_request.role_id(), request.command);
        }
        Ok(code)
    })
}

/// A program that asks for credentials: signs in through a detached helper and is never prompted.
struct Program<'a> {
    globals: &'a Globals,
    request: &'a CredentialRequest,
}

impl Interaction for Program<'_> {
    fn is_attended(&self) -> bool {
        std::io::stderr().is_terminal()
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn ask(&self, question: &ConfirmQuestion) -> Result<String> {
        Err(question.unasked())
    }

    async fn sign_in(&self, ctx: &Arc<Ctx>, instance: &Instance) -> Result<SignInOutcome> {
        if !self.request.auto_login && ctx.settings.auto_login != AutoLogin::Always {
            return Ok(SignInOutcome::NotAllowed);
        }
        let wait = self.request.wait.unwrap_or_else(|| default_wait(tty::is_present()));
        let start = || sign_in::start(ctx, self.globals, instance);
        await_sign_in(ctx, instance, wait, start, sign_in::show_notice).await?;
        Ok(SignInOutcome::SignedIn)
    }

    fn progress(&self, instance: &Instance, step: RefreshStep<'_>) {
        refresh_ui::show(instance, step);
    }

    fn warn(&self, warning: &Error) {
        ui::print_warning(warning);
    }

    fn history_failed(&self, error: &Error) {
        // The SDK has its credentials, and often no user reads its stderr.
        tracing::info!(target: "rolecall::history", "{error}");
    }
}

/// How long to wait for a background sign-in without `--wait`.
fn default_wait(terminal: bool) -> Duration {
    if terminal { SIGN_IN_TIMEOUT } else { DEFAULT_WAIT }
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
