//! What every use case needs: settings, instances, clock, vault and the clients, opened on first
//! use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::config::{Env, Paths, Settings};
use crate::domain::{Error, Instance, InstanceName, Result};
use crate::identity::{IdentityClient, NetworkConfig};
use crate::os::clock::Clock;
pub use crate::os::thread::run_blocking;
use crate::vault::Vault;

use crate::ops::instances::{find_instance, problems};
use crate::ops::lazy_runtime::LazyRuntime;

/// How long the end of the program waits for a token whose answer must be kept.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// The use cases' surroundings. Making one reads nothing and connects to nothing.
pub struct Ctx {
    /// The environment.
    pub env: Env,
    /// Where things are.
    pub paths: Paths,
    /// The settings.
    pub settings: Settings,
    /// Every IAM Identity Center that is known, in order.
    pub instances: Vec<Instance>,
    /// The time.
    pub clock: Clock,
    /// Secrets at rest.
    pub vault: Arc<Vault>,
    /// How the network is reached.
    pub network: NetworkConfig,
    /// Read-locked during a token request whose answer must be kept; the end of the program waits
    /// for the write lock. Shared by contexts derived from this one.
    pub token_requests: Arc<tokio::sync::RwLock<()>>,
    identities: Mutex<HashMap<InstanceName, Arc<IdentityClient>>>,
    /// Runs the work that a command waits for.
    pub runtime: LazyRuntime,
}

impl Ctx {
    /// Puts the parts together.
    pub fn new(
        env: Env,
        paths: Paths,
        settings: Settings,
        instances: Vec<Instance>,
        clock: Clock,
        vault: Vault,
        network: NetworkConfig,
    ) -> Arc<Self> {
        let (keeping, identities) = (Arc::default(), Mutex::default());
        Arc::new(Self {
            env,
            paths,
            settings,
            instances,
            clock,
            vault: Arc::new(vault),
            network,
            token_requests: keeping,
            identities,
            runtime: LazyRuntime::default(),
        })
    }

    /// The same surroundings with other instances: one was written while the program ran. Vault and
    /// connections are shared.
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

    /// The client of an instance, made on first use.
    ///
    /// # Errors
    /// When the CA bundle or proxy setting is wrong.
    pub fn identity(&self, instance: &Instance) -> Result<Arc<IdentityClient>> {
        let mut identities =
            self.identities.lock().map_err(|_| Error::internal("a client could not be made"))?;
        if let Some(identity) = identities.get(&instance.name) {
            return Ok(identity.clone());
        }
        let identity = Arc::new(IdentityClient::new(instance.clone(), &self.network, self.clock)?);
        identities.insert(instance.name.clone(), identity.clone());
        Ok(identity)
    }

    /// The instance of this name.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Config`] with the nearest names when there is none.
    pub fn instance(&self, name: &str) -> Result<&Instance> {
        find_instance(&self.instances, name)
            .map_err(|error| problems::add_problem_hints(&self.paths, Some(name), error))
    }

    /// Waits until nothing is under way whose answer must be kept, but not for ever: a server that
    /// has not answered for so long has lost the request.
    pub async fn wait_for_token_requests(&self) {
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, self.token_requests.write()).await;
    }
}
