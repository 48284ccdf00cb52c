//! Builds the context of the use cases from environment, flags and configuration.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{self, AutoLogin, Env, Paths, Settings, Warning, env};
use crate::domain::{Error, ErrorKind, Instance, Result, Secret};
use crate::identity::{NetworkConfig, Proxy};
use crate::ops::ctx::{Ctx, SHUTDOWN_TIMEOUT};
use crate::ops::roles::chain::Chains;
use crate::ops::roles::profile_format::ProfileFormat;
use crate::ops::{instances, target};
use crate::os::clock::Clock;
use crate::vault::{DesktopPrompt, PassphraseSource, Vault, VaultOptions};

use crate::cli::args::Globals;
use crate::cli::{passphrase, ui};

/// Reads configuration and instances and builds the context. Opens neither vault nor network.
///
/// # Errors
/// [`ErrorKind::Config`] for a wrong configuration, or if no IAM Identity Center is known.
pub(super) fn open(globals: &Globals) -> Result<Arc<Ctx>> {
    open_in_env(Env::from_process(), globals, Caller::User)
}

/// Like [`open()`], for the picker and the wizard, which can set up the first instance.
///
/// # Errors
/// [`ErrorKind::Config`] for a wrong configuration.
pub(super) fn open_allowing_no_instances(globals: &Globals) -> Result<Arc<Ctx>> {
    assemble(Env::from_process(), globals, Caller::User, None)
}

/// Like [`open_allowing_no_instances`], for a command that creates the configuration file if it
/// does not exist, even one that `--config` names.
///
/// # Errors
/// [`ErrorKind::Config`] for a wrong configuration.
pub(super) fn open_creating_config(globals: &Globals) -> Result<Arc<Ctx>> {
    let env = Env::from_process();
    let paths = paths(&env, globals)?.allow_missing_config();
    assemble_with_paths(env, paths, globals, Caller::User, None)
}

/// Who started the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// A user, who reads warnings and, at a terminal, can be asked to unlock the desktop's keyring
    /// or for the passphrase of the vault.
    User,
    /// A program (`process`), or the demo's own preparations. Never asked, never warned.
    Program,
}

/// Like [`open()`], with this environment.
///
/// # Errors
/// As [`open()`].
pub(super) fn open_in_env(env: Env, globals: &Globals, caller: Caller) -> Result<Arc<Ctx>> {
    open_with_data_key(env, globals, caller, None)
}

/// Like [`open_in_env`], with the vault's key, which the parent process has passed on.
///
/// # Errors
/// As [`open()`].
pub(super) fn open_with_data_key(
    env: Env,
    globals: &Globals,
    caller: Caller,
    key: Option<Secret<Vec<u8>>>,
) -> Result<Arc<Ctx>> {
    let ctx = assemble(env, globals, caller, key)?;
    if ctx.instances.is_empty() { Err(instances::no_instances(&ctx.paths)) } else { Ok(ctx) }
}

fn assemble(
    env: Env,
    globals: &Globals,
    caller: Caller,
    key: Option<Secret<Vec<u8>>>,
) -> Result<Arc<Ctx>> {
    let paths = paths(&env, globals)?;
    assemble_with_paths(env, paths, globals, caller, key)
}

fn assemble_with_paths(
    env: Env,
    paths: Paths,
    globals: &Globals,
    caller: Caller,
    key: Option<Secret<Vec<u8>>>,
) -> Result<Arc<Ctx>> {
    let loaded = config::load(&env, &paths)?;
    // `process` prints no warnings: an older binary has to accept a newer file.
    for warning in loaded.warnings.iter().filter(|_| caller == Caller::User) {
        ui::print_warning(&Error::new(ErrorKind::Config, warning.to_string()));
    }
    let mut settings = loaded.settings;
    ui::init_logging(
        globals.level.unwrap_or(settings.log_level),
        globals.lines || settings.log_lines,
    );
    if let Some(browser) = &globals.browser {
        settings.force_browser(browser);
    }
    if let Some(action) = globals.url_action {
        settings.force_url_action(action);
    }
    // A wrong format stops only the command that writes profile names.
    if caller == Caller::User
        && let Err(error) = ProfileFormat::from_settings(&settings)
    {
        ui::print_warning(&error);
    }
    // A cycle of chained roles is an error for every role, so it is reported before any question.
    Chains::from_settings(&settings)?;
    let instances = instances::load_instances_if_any(&env, &paths, &settings)?;
    // Without an instance, an error lists the mistakes or the user is asked to set one up.
    if caller == Caller::User && !instances.is_empty() {
        warn_about_aws_files(&paths);
    }
    let vault = vault(&env, &paths, &settings, caller);
    let vault = match key {
        Some(key) => vault.with_data_key(key),
        None => vault,
    };
    let network = network(&env);
    Ok(Ctx::new(env, paths, settings, instances, Clock::System, vault, network))
}

/// Reports unknown keys of the configuration: the first as the error, the others as hints.
///
/// # Errors
/// [`ErrorKind::Config`] if there are any.
pub(super) fn check_known_keys(warnings: &[Warning]) -> Result<()> {
    let Some((first, others)) = warnings.split_first() else { return Ok(()) };
    let error = Error::new(ErrorKind::Config, first.to_string());
    let error = others.iter().fold(error, |error, warning| error.hint(format!("also {warning}")));
    Err(error.hint("run `rolecall settings edit`"))
}

/// Warns a user at a terminal about mistakes in the AWS files, once. Scripts and SDKs get no
/// warning.
pub(super) fn warn_about_aws_files(paths: &Paths) {
    if std::io::stderr().is_terminal()
        && let Some(warning) = instances::problems::new_problem_warning(paths)
    {
        ui::print_warning(&warning);
    }
}

/// Returns the paths of files, after `--config`.
///
/// # Errors
/// If there is no home directory.
pub(super) fn paths(env: &Env, globals: &Globals) -> Result<Paths> {
    let paths = Paths::from_env(env)?;
    Ok(match &globals.config {
        Some(file) => paths.with_config(file),
        None => paths,
    })
}

/// Returns the vault that the settings describe, without opening it.
pub(super) fn vault(env: &Env, paths: &Paths, settings: &Settings, caller: Caller) -> Vault {
    vault_with_store(env, paths, settings.secure_store, settings.key_cache, caller)
}

/// Like [`vault`], from the two settings that the fast path of `process` knows.
pub(super) fn vault_with_store(
    env: &Env,
    paths: &Paths,
    store: config::SecureStore,
    key_cache: config::KeyCache,
    caller: Caller,
) -> Vault {
    let passphrase =
        match (env.get(env::AWS_SSO_FILE_PASSWORD), env.path(env::AWS_SSO_FILE_PASSWORD_FILE)) {
            (Some(given), _) => PassphraseSource::Given(given.into()),
            (None, Some(file)) => PassphraseSource::File(file),
            (None, None) => PassphraseSource::None,
        };
    let desktop_prompt = match caller == Caller::User && std::io::stderr().is_terminal() {
        true => DesktopPrompt::Allowed,
        false => DesktopPrompt::Forbidden,
    };
    let vault = Vault::new(VaultOptions {
        dir: paths.state_dir.join("vault"),
        store,
        key_cache,
        passphrase,
        desktop_prompt,
    });
    match caller == Caller::User && ui::can_prompt() {
        true => vault.with_prompt(passphrase::ask),
        false => vault,
    }
}

/// Returns the network settings of this environment.
pub(super) fn network(env: &Env) -> NetworkConfig {
    let proxy =
        |var| env.get_any_case(var).or_else(|| env.get_any_case(env::ALL_PROXY)).map(Secret::from);
    NetworkConfig {
        ca_bundle: env.path(env::AWS_CA_BUNDLE),
        proxy: Proxy {
            http: proxy(env::HTTP_PROXY),
            https: proxy(env::HTTPS_PROXY),
            no_proxy: env.get_any_case(env::NO_PROXY).map(str::to_owned),
        },
        fips: env.is_true(env::AWS_USE_FIPS_ENDPOINT),
        dualstack: env.is_true(env::AWS_USE_DUALSTACK_ENDPOINT),
        ..NetworkConfig::default()
    }
}

/// Returns the instance named by `--sso`, AWS_SSO or `default_sso`, else all instances.
///
/// # Errors
/// [`ErrorKind::Config`] if the name is unknown.
pub(super) fn selected_instances(ctx: &Ctx, globals: &Globals) -> Result<Vec<Instance>> {
    target::instances::selected_instances(ctx, globals.sso.as_deref())
}

/// Returns the instance for a command that needs exactly one.
///
/// # Errors
/// [`ErrorKind::Usage`] if several are known and none is named.
pub(super) fn selected_instance(ctx: &Ctx, globals: &Globals) -> Result<Instance> {
    let mut chosen = selected_instances(ctx, globals)?;
    match (chosen.len(), chosen.pop()) {
        (1, Some(instance)) => Ok(instance),
        _ => Err(instances::ambiguous_instance(&ctx.instances, ErrorKind::Usage)),
    }
}

/// Takes an instance that is named as an argument (`login corp`) as the value of `--sso`.
///
/// # Errors
/// [`ErrorKind::Usage`] if `--sso` names another one.
pub(super) fn with_named_instance(globals: &Globals, named: Option<&str>) -> Result<Globals> {
    match (named, globals.sso.as_deref()) {
        (Some(named), Some(sso)) if named != sso => {
            let message = format!("two IAM Identity Centers are named: `{named}` and --sso {sso}");
            Err(Error::new(ErrorKind::Usage, message).hint("leave one of them out"))
        }
        (Some(named), _) => Ok(Globals { sso: Some(named.to_owned()), ..globals.clone() }),
        (None, _) => Ok(globals.clone()),
    }
}

/// Does work for each instance and returns the highest exit code. An error is printed, and the next
/// instance follows; if that fails for the same reason, the error is not repeated.
///
/// # Errors
/// The error of the work if there is only one instance.
pub(super) async fn for_each_instance(
    instances: &[Instance],
    mut work: impl AsyncFnMut(&Instance) -> Result<()>,
) -> Result<u8> {
    let mut worst = 0;
    let mut printed: Vec<Error> = Vec::new();
    for instance in instances {
        match work(instance).await {
            Ok(()) => {}
            Err(error) if instances.len() == 1 => return Err(error),
            Err(error) => {
                worst = worst.max(super::exit_code(error.kind));
                if printed.contains(&error) {
                    let name = &instance.name;
                    ui::print_message(&format!("{}: the same error", ui::bold(name.as_str())));
                } else {
                    ui::print_error(&error);
                    printed.push(error);
                }
            }
        }
    }
    Ok(worst)
}

/// Whether a command may start a sign-in: the user is at a terminal, and `auto_login` allows it.
pub(super) fn may_sign_in(ctx: &Ctx) -> bool {
    ctx.settings.auto_login != AutoLogin::Never && ui::can_prompt()
}

/// Runs work that needs the network, on the runtime of the context.
///
/// # Errors
/// As the work; [`ErrorKind::Os`] if no runtime can be created.
pub(super) fn block_on<T>(ctx: &Ctx, work: impl Future<Output = Result<T>>) -> Result<T> {
    block_on_until(ctx, SHUTDOWN_TIMEOUT, work)
}

/// Like [`block_on`], and waits this long for token requests in progress.
fn block_on_until<T>(
    ctx: &Ctx,
    shutdown_timeout: Duration,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let mut is_idle = true;
    let result = ctx.runtime.block_on(async {
        let result = work.await;
        // Work that was given up may have a token request in progress.
        is_idle = ctx.wait_for_token_requests(shutdown_timeout).await;
        result
    });
    // A request without an answer would keep its lock and defer signals until the next work.
    if !is_idle {
        ctx.runtime.shut_down();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_request_without_an_answer_does_not_outlive_the_work() {
        let home = tempfile::tempdir().unwrap();
        let ctx = Ctx::in_home(home.path(), Vec::new());
        let requests = ctx.token_requests.clone();
        let work = async {
            let held = requests.read_owned().await;
            tokio::spawn(async move {
                let _held = held;
                std::future::pending::<()>().await;
            });
            Ok(())
        };
        block_on_until(&ctx, Duration::ZERO, work).unwrap();
        assert!(ctx.token_requests.try_write().is_ok(), "the next request would wait for it");
    }

    #[test]
    fn work_without_token_requests_keeps_its_connections() {
        let home = tempfile::tempdir().unwrap();
        let ctx = Ctx::in_home(home.path(), Vec::new());
        let id = || block_on(&ctx, async { Ok(tokio::runtime::Handle::current().id()) }).unwrap();
        assert_eq!(id(), id());
    }
}
