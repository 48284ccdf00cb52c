//! What the checks look at: values that were gathered before, so that a check reads nothing by
//! itself.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::awsconfig::lint::SyntaxProblem;
use crate::awsconfig::sso_lint::SsoProblem;
use crate::config::{Env, Paths};
use crate::domain::{Error, Instance, InstanceName, Region, Result, StartUrl, Timestamp};
use crate::ops::instances::overrides::EndpointOverride;
use crate::shell::hooks::HookSetup;
use crate::vault::SecureStore;

/// This machine as far as it matters.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The environment.
    pub env: Env,
    /// Where things are.
    pub paths: Paths,
    /// The present, by this machine.
    pub now: Timestamp,
    /// Keys of the configuration without effect, as sentences with file and line; or why it can't
    /// be read.
    pub configuration: Result<Vec<String>>,
    /// Directories of ours that can't be written.
    pub unwritable_dirs: Vec<UnwritableDir>,
    /// The instances that are known; or why they can't be told.
    pub instances: Result<Vec<Instance>>,
    /// Settings that send requests of instances somewhere else than to AWS.
    pub overridden_instances: Vec<OverriddenInstance>,
    /// What AWS answered for each instance; empty when nobody was asked.
    pub probes: Vec<ProbeResult>,
    /// Lines of the AWS files for which programs pass over the whole file.
    pub syntax_errors: Vec<(PathBuf, Vec<SyntaxProblem>)>,
    /// Mistakes in the sign-in settings of the AWS files.
    pub sso_problems: Vec<(PathBuf, Vec<SsoProblem>)>,
    /// Profiles of the AWS config file that run a program for their credentials.
    pub profiles: Vec<ProcessProfile>,
    /// The names of all profiles, those of the credentials file too.
    pub profile_names: BTreeSet<String>,
    /// The vault.
    pub vault: VaultFacts,
    /// Whether locks of the state directory shut others out; `None` while there is no such
    /// directory.
    pub locks: Option<Result<bool>>,
    /// The AWS CLI's cache of sign-ins.
    pub tokens: Vec<CliTokenFile>,
    /// Files of that cache that others can read.
    pub exposed_tokens: Vec<ExposedFile>,
    /// Whether a browser can be opened here, or one was named.
    pub has_browser: bool,
    /// The calling shell's hook, and whether a start-up file brings it.
    pub hook: Option<(HookSetup, bool)>,
}

/// The endpoints of an instance that replace AWS's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverriddenInstance {
    /// The instance.
    pub instance: Instance,
    /// The endpoints, with their origins.
    pub overrides: Vec<EndpointOverride>,
    /// Whether a sign-in at AWS is not used because of them.
    pub hides_sign_in: bool,
}

/// A directory of ours that can't be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnwritableDir {
    /// What is kept there.
    pub contents: &'static str,
    /// The variable that names another place.
    pub variable: &'static str,
    /// Why it can't be.
    pub error: Error,
}

/// What came of asking AWS about one instance.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeResult {
    /// Which.
    pub instance: InstanceName,
    /// AWS's clock at the moment of its answer, and this machine's.
    pub clocks: Option<(Timestamp, Timestamp)>,
    /// Why the endpoint could not be reached.
    pub unreachable: Option<Error>,
    /// Why AWS does not take start URL and region together.
    pub refused: Option<Error>,
}

/// A profile with a `credential_process`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessProfile {
    /// Its name.
    pub name: String,
    /// The program that it runs.
    pub program: String,
    /// Whether it is a path, and nothing is there.
    pub missing: bool,
    /// Whether it is one of the profiles that we wrote.
    pub is_managed: bool,
    /// The `sso_` keys beside it.
    pub sso_keys: Vec<String>,
    /// Whether the credentials file has keys under the same name.
    pub has_static_keys: bool,
}

/// The vault, looked at without asking anybody.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VaultFacts {
    /// Where its key is; `None` while there is no vault.
    pub store: Option<SecureStore>,
    /// What is wrong with it as a whole.
    pub problem: Option<Error>,
    /// Why a background process could not open it, or why none could be made.
    pub open_error: Option<Error>,
    /// Files and directories of it that others can get at.
    pub exposed_files: Vec<ExposedFile>,
}

/// A file that should be this user's alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedFile {
    /// Which.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// What they should be.
    pub expected_mode: u32,
}

/// A sign-in in the AWS CLI's cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliTokenFile {
    /// The file.
    pub path: PathBuf,
    /// The instance that the file's name stands for.
    pub instance: InstanceName,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// Whether we have put it there.
    pub is_managed: bool,
    /// What the file says it is for.
    pub start_url: Option<StartUrl>,
    /// The same of the region.
    pub region: Option<Region>,
}

impl Facts {
    /// The instances; none when they can't be told.
    pub(super) fn known_instances(&self) -> &[Instance] {
        self.instances.as_deref().unwrap_or_default()
    }

    /// The instance of this name.
    pub(super) fn instance(&self, name: &InstanceName) -> Option<&Instance> {
        self.known_instances().iter().find(|instance| instance.name == *name)
    }
}
