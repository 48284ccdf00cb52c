//! The context of every use case: settings, instances, clock, vault, and clients that are created
//! on first use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::config::{Env, Paths, Settings};
use crate::domain::{Error, Instance, InstanceName, Result};
use crate::identity::{IdentityClient, NetworkConfig};
use crate::os::clock::Clock;
pub use crate::os::thread::run_blocking;
use crate::vault::Vault;

use crate::os::lazy_runtime::LazyRuntime;

/// How long the end of the program waits for a token request whose result must be stored.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// The context of the use cases. Creating one reads nothing and connects to nothing.
pub struct Ctx {
    pub env: Env,
    /// The files and directories.
    pub paths: Paths,
    pub settings: Settings,
    /// Every known IAM Identity Center instance, in order.
    pub instances: Vec<Instance>,
    pub clock: Clock,
    /// The vault of tokens and credentials.
    pub vault: Arc<Vault>,
    /// Proxy, CA bundle and time-outs of connections.
    pub network: NetworkConfig,
    /// Read-locked during a token request whose result must be stored; the end of the program waits
    /// for the write lock. Shared by contexts that are derived from this one.
    pub token_requests: Arc<tokio::sync::RwLock<()>>,
    identities: Mutex<HashMap<InstanceName, Arc<IdentityClient>>>,
    /// Runs the work that a command waits for.
    pub runtime: LazyRuntime,
}

impl Ctx {
    /// Creates a context from its parts.
    pub fn new(
        env: Env,
        paths: Paths,
        settings: Settings,
        instances: Vec<Instance>,
        clock: Clock,
        vault: Vault,
        network: NetworkConfig,
    ) -> Arc<Self> {
        Arc::new(Self {
            env,
            paths,
            settings,
            instances,
            clock,
            vault: Arc::new(vault),
            network,
            token_requests: Arc::default(),
            identities: Mutex::default(),
            runtime: LazyRuntime::default(),
        })
    }

    /// The same context with other instances, after one was added while the program ran. Shares
    /// vault and token requests.
    #[must_use]
    pub fn with_instances(&self, instances: Vec<Instance>) -> Arc<Self> {
        Arc::new(Self {
            env: self.env.clone(),
            paths: self.paths.clone(),
            settings: self.settings.clone(),
            instances,
            clock: self.clock,
            vault: self.vault.clone(),
            network: self.network.clone(),
            token_requests: self.token_requests.clone(),
            identities: Mutex::default(),
            runtime: LazyRuntime::default(),
        })
    }

    /// Returns the client of an instance, creating it on first use.
    ///
    /// # Errors
    /// If the CA bundle or a proxy setting is invalid.
    pub fn identity(&self, instance: &Instance) -> Result<Arc<IdentityClient>> {
        let mut identities = self
            .identities
            .lock()
            .map_err(|_| Error::internal("the lock of the clients is poisoned"))?;
        if let Some(identity) = identities.get(&instance.name) {
            return Ok(identity.clone());
        }
        let identity = Arc::new(IdentityClient::new(instance.clone(), &self.network, self.clock)?);
        identities.insert(instance.name.clone(), identity.clone());
        Ok(identity)
    }

    /// As [`Self::identity`], but reads certificates on another thread, so that what the runtime
    /// does besides does not wait for them.
    ///
    /// # Errors
    /// As [`Self::identity`].
    pub async fn prepared_identity(&self, instance: &Instance) -> Result<Arc<IdentityClient>> {
        let identity = self.identity(instance)?;
        if !identity.has_connectors() {
            let preparing = identity.clone();
            run_blocking(move || preparing.prepare_connectors()).await?;
        }
        Ok(identity)
    }

    /// Waits until no token request whose result must be stored is in progress. Gives up after the
    /// time-out, usually [`SHUTDOWN_TIMEOUT`], and returns `false`: a server that has not answered
    /// by then has lost the request.
    pub async fn wait_for_token_requests(&self, timeout: Duration) -> bool {
        tokio::time::timeout(timeout, self.token_requests.write()).await.is_ok()
    }
}

#[cfg(test)]
impl Ctx {
    /// A context with this home directory and without a passphrase for its vault, for tests.
    pub(crate) fn in_home(home: &std::path::Path, instances: Vec<Instance>) -> Arc<Self> {
        use crate::vault::{DesktopPrompt, KeyCache, PassphraseSource, SecureStore, VaultOptions};
        let env = Env::from_pairs([("HOME", home), ("ROLECALL_HOME", home)]);
        let paths = Paths::from_env(&env).unwrap();
        let vault = Vault::new(VaultOptions {
            dir: paths.state_dir.join("vault"),
            store: SecureStore::File,
            key_cache: KeyCache::Never,
            passphrase: PassphraseSource::None,
            desktop_prompt: DesktopPrompt::Forbidden,
        });
        let (settings, network) = (Settings::default(), NetworkConfig::default());
        Self::new(env, paths, settings, instances, Clock::System, vault, network)
    }
}
