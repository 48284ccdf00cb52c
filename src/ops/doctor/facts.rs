//! Input of the checks: values that were gathered before, so that a check reads nothing itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::awsconfig::lint::SyntaxProblem;
use crate::awsconfig::sso_lint::SsoProblem;
use crate::config::{Env, Paths};
use crate::domain::{Error, Instance, InstanceName, Region, Result, StartUrl, Timestamp};
use crate::ops::instances::overrides::EndpointOverride;
use crate::shell::hooks::HookSetup;
use crate::vault::SecureStore;

use super::ProgramState;

/// The state of this machine.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The environment.
    pub env: Env,
    /// The files and directories.
    pub paths: Paths,
    /// The current time of this machine.
    pub now: Timestamp,
    /// Configuration keys without effect, as sentences with file and line; or why the configuration
    /// can't be read.
    pub configuration: Result<Vec<String>>,
    /// Default keys of the picker that a configured key replaced, as sentences; or the error in
    /// `[keys]` with which the picker does not open.
    pub key_bindings: Result<Vec<String>>,
    /// The program's directories that can't be written.
    pub unwritable_dirs: Vec<UnwritableDir>,
    /// The known instances; or why they can't be loaded.
    pub instances: Result<Vec<Instance>>,
    /// Settings that send the requests of instances elsewhere than to AWS.
    pub overridden_instances: Vec<OverriddenInstance>,
    /// What AWS answered for each instance; empty if it was not asked.
    pub probes: Vec<ProbeResult>,
    /// Lines of the AWS files that make programs ignore the whole file.
    pub syntax_errors: Vec<(PathBuf, Vec<SyntaxProblem>)>,
    /// Mistakes in the sign-in settings of the AWS files.
    pub sso_problems: Vec<(PathBuf, Vec<SsoProblem>)>,
    /// Profiles of the AWS config file that run a program for their credentials.
    pub profiles: Vec<ProcessProfile>,
    /// The names of all profiles, including those in the credentials file.
    pub profile_names: BTreeSet<String>,
    /// The vault.
    pub vault: VaultFacts,
    /// Whether locks in the state directory are exclusive; `None` while the directory does not
    /// exist.
    pub locks: Option<Result<bool>>,
    /// The sign-ins in the AWS CLI's cache.
    pub tokens: Vec<CliTokenFile>,
    /// Files of that cache that other users can read.
    pub exposed_tokens: Vec<ExposedFile>,
    /// Whether a browser can be opened, or is configured.
    pub has_browser: bool,
    /// The hook of the calling shell, and whether a start-up file loads it.
    pub hook: Option<(HookSetup, bool)>,
    /// The program that `rolecall` is in PATH, and this one.
    pub program: ProgramLocation,
}

/// Which program the hooks call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramLocation {
    /// The first `rolecall` in PATH.
    pub in_path: Option<PathBuf>,
    /// This program.
    pub own: Option<PathBuf>,
    /// Whether both are the same file.
    pub is_same: bool,
    /// Whether the hook in a start-up file calls `rolecall` by its name instead of a path.
    pub is_called_by_name: bool,
    /// The programs that hooks in start-up files call by their path.
    pub called_by_path: Vec<HookProgram>,
}

/// A program that a hook calls by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookProgram {
    /// The start-up file.
    pub file: PathBuf,
    /// The program.
    pub program: PathBuf,
    /// Whether it can be run.
    pub state: ProgramState,
}

/// The endpoints of an instance that replace AWS's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverriddenInstance {
    /// The instance.
    pub instance: Instance,
    /// The endpoints, with their origins.
    pub overrides: Vec<EndpointOverride>,
    /// Whether a sign-in at AWS is unused because of them.
    pub hides_sign_in: bool,
}

/// A directory of the program that can't be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnwritableDir {
    /// What is stored there.
    pub contents: &'static str,
    /// The variable that selects another directory.
    pub variable: &'static str,
    /// Why it can't be written.
    pub error: Error,
}

/// What AWS answered for one instance.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeResult {
    /// The name of the instance.
    pub instance: InstanceName,
    /// AWS's clock at the time of its answer, and this machine's.
    pub clocks: Option<(Timestamp, Timestamp)>,
    /// Why the endpoint could not be reached.
    pub unreachable: Option<Error>,
    /// Why AWS refuses start URL and region together.
    pub refused: Option<Error>,
}

/// A profile with a `credential_process`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessProfile {
    /// The name of the profile.
    pub name: String,
    /// The program that it runs.
    pub program: String,
    /// Whether the program can be run.
    pub state: ProgramState,
    /// Whether rolecall wrote the profile.
    pub is_managed: bool,
    /// The `sso_` keys in the same profile.
    pub sso_keys: Vec<String>,
    /// Whether the credentials file has keys for the same profile.
    pub has_static_keys: bool,
}

/// The state of the vault, gathered without asking for a passphrase.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VaultFacts {
    /// The store of its key; `None` while there is no vault.
    pub store: Option<SecureStore>,
    /// What is wrong with the vault as a whole.
    pub problem: Option<Error>,
    /// Why a background process could not open it, or could not create one.
    pub open_error: Option<Error>,
    /// Files and directories of the vault that other users can access.
    pub exposed_files: Vec<ExposedFile>,
}

/// A file that only this user should be able to access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedFile {
    /// The path.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// The permission bits that it should have.
    pub expected_mode: u32,
}

/// A sign-in in the AWS CLI's cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliTokenFile {
    /// The file.
    pub path: PathBuf,
    /// The instance that the file's name belongs to.
    pub instance: InstanceName,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// Whether rolecall wrote it.
    pub is_managed: bool,
    /// The start URL in the file.
    pub start_url: Option<StartUrl>,
    /// The region in the file.
    pub region: Option<Region>,
}

impl Facts {
    /// The instances; none if they can't be loaded.
    pub(super) fn known_instances(&self) -> &[Instance] {
        self.instances.as_deref().unwrap_or_default()
    }

    /// The instance of this name.
    pub(super) fn instance(&self, name: &InstanceName) -> Option<&Instance> {
        self.known_instances().iter().find(|instance| instance.name == *name)
    }
}
