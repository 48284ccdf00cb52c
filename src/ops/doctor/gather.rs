//! Gathers the facts about this machine once, before the checks: files, modes, locks. Asks the user
//! nothing and changes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::awsconfig::lint::syntax_problems;
use crate::awsconfig::{AwsConfig, Profile, edit, sso_lint, token_cache};
use crate::config::{Env, LoadedConfig, Paths, env};
use crate::domain::{Instance, InstanceSource, Result, Timestamp};
use crate::os::lock::Lock;
use crate::os::process::parents::parent_names;
use crate::os::process::split_words;
use crate::os::{atomic_file, browser, file_access};
use crate::shell::calling_shell;
use crate::shell::hooks::{HookSetup as Hook, hook_setup};
use crate::vault::Vault;

use crate::ops::instances::{self, overrides};

use super::programs::{ProgramInspector, ProgramKind, is_rolecall};
use super::{
    CliTokenFile, ExposedFile, Facts, HookProgram, OverriddenInstance, ProcessProfile,
    ProgramLocation, UnwritableDir, VaultFacts,
};

/// Keys that make SDKs sign in by themselves.
const SSO_KEYS: [&str; 5] =
    ["sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"];

/// Gathers the facts, except those that only AWS knows. A configuration that can't be read counts
/// as an empty one.
pub fn gather(
    env: &Env,
    paths: &Paths,
    loaded: &Result<LoadedConfig>,
    vault: &Vault,
    now: Timestamp,
) -> Facts {
    let settings = loaded.as_ref().map(|loaded| loaded.settings.clone()).unwrap_or_default();
    let instances = instances::load_instances_if_any(env, paths, &settings);
    let read = |path: &Path| atomic_file::load(path).ok().flatten().unwrap_or_default();
    let secrets = read(&paths.aws_credentials);
    let complaints = [&paths.aws_config, &paths.aws_credentials]
        .map(|path| (path.clone(), syntax_problems(&read(path))));
    let problems = vec![
        (paths.aws_config.clone(), sso_lint::problems(&read(&paths.aws_config))),
        (paths.aws_credentials.clone(), sso_lint::misplaced_sessions(&secrets)),
    ];
    let (config, credentials) =
        (AwsConfig::parse(read(&paths.aws_config)), AwsConfig::parse(secrets.clone()));
    let profile_names: BTreeSet<String> =
        config.profile_names().into_iter().chain(credentials.credentials_profile_names()).collect();
    let display =
        [env::DISPLAY, env::WAYLAND_DISPLAY].into_iter().any(|var| env.get(var).is_some());
    let named = settings.browser.is_some() || settings.auth_browser.is_some();
    let mut inspector = ProgramInspector::new(env);
    Facts {
        configuration: loaded
            .as_ref()
            .map(|loaded| loaded.warnings.iter().map(ToString::to_string).collect())
            .map_err(Clone::clone),
        overridden_instances: instances
            .iter()
            .flatten()
            .filter_map(|instance| overridden_instance(env, paths, vault, instance, now))
            .collect(),
        probes: Vec::new(),
        syntax_errors: complaints.into(),
        sso_problems: problems,
        unwritable_dirs: unwritable_dirs(paths),
        profiles: process_profiles(&config, &credentials, &secrets, &mut inspector),
        profile_names,
        vault: vault_facts(vault),
        locks: paths.state_dir.is_dir().then(|| are_locks_exclusive(&paths.state_dir)),
        tokens: instances
            .iter()
            .flatten()
            .flat_map(|instance| cli_token_files(paths, &config, instance))
            .collect(),
        exposed_tokens: exposed_files(&paths.sso_cache_dir),
        has_browser: named || display || browser::needs_no_display(),
        hook: shell_hook(env, paths),
        program: program_location(env, paths, &mut inspector),
        key_bindings: Ok(Vec::new()),
        env: env.clone(),
        paths: paths.clone(),
        now,
        instances,
    }
}

/// Returns the endpoints of an instance that replace AWS's own, if there are any. A vault that
/// can't be opened is another check's finding.
fn overridden_instance(
    env: &Env,
    paths: &Paths,
    vault: &Vault,
    instance: &Instance,
    now: Timestamp,
) -> Option<OverriddenInstance> {
    let overrides = overrides::overrides(env, paths, instance);
    let hides_sign_in =
        !overrides.is_empty() && overrides::hides_sign_in(vault, instance, now).unwrap_or(false);
    (!overrides.is_empty()).then(|| OverriddenInstance {
        instance: instance.clone(),
        overrides,
        hides_sign_in,
    })
}

/// Returns the program's directories in which nothing could be written.
fn unwritable_dirs(paths: &Paths) -> Vec<UnwritableDir> {
    let config = atomic_file::parent_dir(&paths.config_file);
    let all: [(&Path, &str, &str); 3] = [
        (&paths.state_dir, "tokens, credentials and history", "XDG_STATE_HOME"),
        (&paths.cache_dir, "lists of roles", "XDG_CACHE_HOME"),
        (config, "settings", "XDG_CONFIG_HOME"),
    ];
    all.into_iter()
        .filter_map(|(dir, what, variable)| {
            Some(UnwritableDir {
                contents: what,
                variable,
                error: atomic_file::check_dir_writable(dir).err()?,
            })
        })
        .collect()
}

/// Returns the profiles that run a program.
fn process_profiles(
    config: &AwsConfig,
    credentials: &AwsConfig,
    file: &[u8],
    inspector: &mut ProgramInspector<'_>,
) -> Vec<ProcessProfile> {
    let managed: BTreeSet<String> =
        config.managed_profiles().into_iter().map(|managed| managed.profile).collect();
    let bare: BTreeSet<String> = credentials.credentials_profile_names().into_iter().collect();
    let seen = |(name, profile): (String, Profile)| {
        let program = split_words(profile.get("credential_process")?).into_iter().next()?;
        let (path, is_managed) = (Path::new(&program), managed.contains(&name));
        let kind = match is_managed || is_rolecall(path) {
            true => ProgramKind::Own,
            false => ProgramKind::Foreign,
        };
        Some(ProcessProfile {
            state: inspector.inspect(path, kind),
            is_managed,
            sso_keys: SSO_KEYS
                .into_iter()
                .filter(|key| profile.get(key).is_some())
                .map(str::to_owned)
                .collect(),
            has_static_keys: bare.contains(&name)
                && edit::get(file, &name, "aws_access_key_id").is_some(),
            program,
            name,
        })
    };
    config.profiles().into_iter().filter_map(seen).collect()
}

/// Returns the state of the vault as a background program finds it. A vault that does not exist is
/// not created.
fn vault_facts(vault: &Vault) -> VaultFacts {
    let status = vault.status();
    let closed = match (&status.problem, status.chosen) {
        (Some(_), _) => None,
        (None, Some(_)) => vault.ensure_ready().err(),
        (None, None) => vault.check_can_init().err(),
    };
    let mut exposed: Vec<ExposedFile> = exposed_file(&status.dir, 0o700).into_iter().collect();
    exposed.extend(exposed_files(&status.dir));
    VaultFacts {
        store: status.chosen,
        problem: status.problem,
        open_error: closed,
        exposed_files: exposed,
    }
}

/// Whether a lock that is held is refused to others. The lock file remains, as all lock files do.
fn are_locks_exclusive(state_dir: &Path) -> Result<bool> {
    let path = state_dir.join("locks/doctor");
    let lock = Lock::try_acquire(&path)?;
    // If another doctor holds it, locks work.
    Ok(lock.is_none() || Lock::try_acquire(&path)?.is_none())
}

/// Returns the AWS CLI's files for an instance.
fn cli_token_files(paths: &Paths, config: &AwsConfig, instance: &Instance) -> Vec<CliTokenFile> {
    let spellings = config.start_url_spellings(&instance.start_url);
    let keys: Vec<&str> = match instance.source {
        InstanceSource::LegacyProfile => spellings.iter().map(String::as_str).collect(),
        InstanceSource::RolecallConfig | InstanceSource::SsoSession => vec![instance.name.as_str()],
    };
    let seen = |path: std::path::PathBuf| {
        let token = token_cache::load(&path)?;
        let (start_url, region) = (token.start_url, token.region);
        Some(CliTokenFile {
            path,
            instance: instance.name.clone(),
            expires_at: token.expires_at,
            is_managed: token.is_from_rolecall,
            start_url,
            region,
        })
    };
    token_cache::cache_paths(&paths.sso_cache_dir, &keys).into_iter().filter_map(seen).collect()
}

/// Returns the files of a directory that other users can read or write.
fn exposed_files(dir: &Path) -> Vec<ExposedFile> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<ExposedFile> = entries
        .flatten()
        .filter(|entry| entry.path().is_file())
        .filter_map(|entry| exposed_file(&entry.path(), 0o600))
        .collect();
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn exposed_file(path: &Path, wanted: u32) -> Option<ExposedFile> {
    let mode = file_access::mode(path)?;
    (mode & 0o077 != 0).then(|| ExposedFile { path: path.to_owned(), mode, expected_mode: wanted })
}

/// Finds this program, and those that hooks call.
fn program_location(
    env: &Env,
    paths: &Paths,
    inspector: &mut ProgramInspector<'_>,
) -> ProgramLocation {
    let own = std::env::current_exe().ok();
    let folders = env.get(env::PATH).unwrap_or_default();
    let in_path = std::env::split_paths(folders)
        .map(|folder| folder.join("rolecall"))
        .find(|file| file.is_file());
    let real = |path: &Option<std::path::PathBuf>| path.as_ref()?.canonicalize().ok();
    let is_same = real(&in_path).is_some() && real(&in_path) == real(&own);
    let hook = shell_hook(env, paths).map(|(hook, _)| hook);
    let is_called_by_name = hook.as_ref().is_some_and(Hook::calls_by_name);
    let called = hook.map(|hook| hook.programs()).unwrap_or_default();
    let called_by_path = called.into_iter().map(|(file, program)| {
        let program = PathBuf::from(env.expand(&program, paths.home.as_deref()));
        let state = inspector.inspect(&program, ProgramKind::Own);
        HookProgram { file, program, state }
    });
    let called_by_path = called_by_path.collect();
    ProgramLocation { in_path, own, is_same, is_called_by_name, called_by_path }
}

/// Returns the hook of the calling shell, and whether one of its start-up files loads it.
fn shell_hook(env: &Env, paths: &Paths) -> Option<(Hook, bool)> {
    let shell = calling_shell(parent_names().iter().map(String::as_str), env.get(env::SHELL));
    let hook = hook_setup(shell, paths.home.as_deref()?, &paths.config_home(env)?)?;
    let has = hook.is_installed();
    Some((hook, has))
}
