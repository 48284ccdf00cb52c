//! A simulator of IAM Identity Center, STS and console sign-in on loopback, with the few calls of
//! other services that a new user tries first.
//!
//! All services use one port. The simulator implements the wire format without the AWS SDK and
//! without `identity`, so that mistakes there can't cancel out. It checks requests like AWS does:
//! client secrets, PKCE, signatures, lifetimes.

mod accounts;
mod authentication;
mod browser;
mod config_files;
mod delivery;
mod ec2;
mod fault_reply;
mod faults;
mod federation;
mod federation_token;
mod html;
mod iam;
mod iam_users;
mod mfa;
mod oidc;
mod organization;
mod pages;
mod portal;
mod portal_page;
mod register;
mod resources;
mod router;
mod s3;
mod service_error;
mod sigv4;
mod state;
mod sts;
#[cfg(test)]
mod tests;
mod web_identity;
mod wire;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::domain::{AccountId, Error, Result, Secret, Timestamp};
use crate::os::clock::Clock;
use crate::os::http::Listener;
use crate::os::mutex::lock;

pub use accounts::SimulatedAccount;
pub use browser::{approve, approve_remotely, deny};
pub use config_files::{aws_config, config, endpoint_rules, kubeconfig};
pub use fault_reply::{Delivery, FaultReply, ReplyEdit, ReplySource};
pub use faults::Fault;
pub use iam_users::{FEDERATING_USER, IamUser, RESTRICTED_USER};
pub use mfa::{MFA_CODE, MFA_ROLE};
pub use organization::{Directory, Organization};
use state::SimulatorState;

/// Size, speed and behavior of the simulator.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatorOptions {
    /// The number of accounts in both directories together.
    pub accounts: usize,
    /// The most roles in an account.
    pub roles: usize,
    /// The delay of portal and token calls.
    pub latency: Duration,
    /// The portal requests per second to allow; others get a 429. `None` for no limit.
    pub throttle: Option<f64>,
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// How device codes are approved.
    pub approval: DeviceApproval,
    /// The simulator's clock. It is also used to check signatures, so callers that sign requests
    /// must use the same time.
    pub clock: Clock,
    /// The lifetime of a device code.
    pub device_code_lifetime_seconds: i64,
    /// The lifetime of an access token.
    pub token_lifetime_seconds: i64,
    /// The lifetime of a session, after which refresh tokens are invalid too.
    pub session_lifetime_seconds: i64,
    /// The lifetime of role credentials from the portal.
    pub role_lifetime_seconds: i64,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            accounts: 40,
            roles: 6,
            latency: Duration::ZERO,
            throttle: None,
            port: 0,
            approval: DeviceApproval::Manual,
            clock: Clock::System,
            device_code_lifetime_seconds: 600,
            token_lifetime_seconds: 3_600,
            session_lifetime_seconds: 8 * 3_600,
            role_lifetime_seconds: 3_600,
        }
    }
}

/// How device codes are approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceApproval {
    /// On the page: by a browser, or by [`approve`] and [`deny`].
    Manual,
    /// Automatically after this delay.
    After(Duration),
}

/// A simulator that runs on its own thread. Dropping it stops the thread.
pub struct Simulator {
    url: String,
    state: SharedState,
    stop_sender: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a simulator.
///
/// # Errors
/// If the port is in use, or the operating system provides no thread or no random bytes.
pub fn start(options: SimulatorOptions) -> Result<Simulator> {
    let listener = Listener::bind(options.port)?;
    let url = listener.url();
    let state = SharedState(Arc::new(Mutex::new(SimulatorState::new(options, url.clone())?)));
    let with_context = |error: Error| error.context("starting the demo");
    let runtime = crate::os::thread::current_thread_runtime().map_err(with_context)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let shared = state.clone();
    let serve = move || {
        runtime.block_on(async move {
            let handler = move |request| router::handle(shared.clone(), request);
            tokio::select! {
                _ = listener.serve(handler) => {}
                _ = stopped => {}
            }
        });
    };
    let thread = crate::os::thread::spawn("demo", serve).map_err(with_context)?;
    Ok(Simulator { url, state, stop_sender: Some(stop), thread: Some(thread) })
}

impl Simulator {
    /// The endpoint of all services: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A copy of the current organization, with granted and without revoked roles.
    pub fn organization(&self) -> Organization {
        self.state.lock().organization.clone()
    }

    /// The number of calls of an operation such as `CreateToken`, `ListAccountRoles` or
    /// `GetSigninToken`, including rejected ones.
    pub fn call_count(&self, operation: &str) -> usize {
        self.state.lock().call_counts.get(operation).copied().unwrap_or(0)
    }

    /// Adds a fault to the script.
    pub fn add_fault(&self, fault: Fault) {
        self.state.lock().faults.add(fault);
    }

    /// Removes all faults, including the clock skew.
    pub fn clear_faults(&self) {
        self.state.lock().faults = faults::FaultScript::default();
    }

    /// Copies the current state.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(Box::new(self.state.lock().clone()))
    }

    /// Restores a checkpoint of this simulator.
    pub fn restore(&self, checkpoint: &Checkpoint) {
        *self.state.lock() = SimulatorState::clone(&checkpoint.0);
    }

    /// The credentials with this access key ID, if the simulator has issued any.
    pub fn issued_credentials(&self, access_key_id: &str) -> Option<IssuedCredentials> {
        let state = self.state.lock();
        let issued = state.credentials.get(access_key_id)?;
        Some(IssuedCredentials {
            account: issued.account,
            role: issued.role.clone(),
            session: issued.session.clone(),
            secret_access_key: issued.secret.clone().into(),
            session_token: issued.token.clone().into(),
            expires_at: issued.expires,
        })
    }

    /// All secrets that the simulator has issued: tokens, client secrets, keys, device codes. Tests
    /// check that they do not leak.
    pub fn issued_secrets(&self) -> Vec<Secret<String>> {
        self.state.lock().secrets().into_iter().map(Secret::new).collect()
    }

    /// Invalidates all access tokens; refresh tokens stay valid.
    pub fn expire_tokens(&self) {
        self.state.lock().tokens.clear();
    }

    /// Ends all sessions: access tokens are unknown, and refresh tokens get `invalid_grant`.
    pub fn end_sessions(&self) {
        let mut state = self.state.lock();
        state.tokens.clear();
        state.sessions.clear();
    }

    /// Deletes all client registrations: calls get `invalid_client`, and the sign-in page shows an
    /// error.
    pub fn forget_clients(&self) {
        self.state.lock().clients.clear();
    }

    /// Expires all role credentials that the simulator has issued.
    pub fn expire_role_credentials(&self) {
        let mut state = self.state.lock();
        let now = state.now();
        state.credentials.values_mut().for_each(|issued| issued.expires = now);
    }

    /// Revokes a role. An account without roles is not listed.
    pub fn revoke_role(&self, account: AccountId, role: &str) {
        self.state.lock().update_roles(account, |roles| roles.retain(|have| have != role));
    }

    /// Grants a role in an existing account.
    pub fn grant_role(&self, account: AccountId, role: &str) {
        self.state.lock().update_roles(account, |roles| {
            if !roles.iter().any(|have| have == role) {
                roles.push(role.to_owned());
            }
        });
    }

    /// Changes the delay of portal and token calls.
    pub fn set_latency(&self, latency: Duration) {
        self.state.lock().options.latency = latency;
    }

    /// Changes the portal requests per second to allow.
    pub fn set_throttle(&self, rate: Option<f64>) {
        self.state.lock().set_throttle(rate);
    }

    /// Changes how device codes are approved, including pending ones.
    pub fn set_approval(&self, approve: DeviceApproval) {
        self.state.lock().options.approval = approve;
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A copy of a simulator's state to restore later: organization, sessions, credentials and faults.
#[derive(Clone)]
pub struct Checkpoint(Box<SimulatorState>);

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint").finish_non_exhaustive()
    }
}

/// Role credentials that the simulator has issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCredentials {
    /// The account.
    pub account: AccountId,
    /// The role's name in IAM: `AWSReservedSSO_ReadOnlyAccess_…`, or the name of a chained role.
    pub role: String,
    /// The name of the session.
    pub session: String,
    /// The secret access key.
    pub secret_access_key: Secret<String>,
    /// The session token.
    pub session_token: Secret<String>,
    /// When they expire.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop_sender.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The state, shared by the server thread and the owner of the simulator.
#[derive(Clone)]
struct SharedState(Arc<Mutex<SimulatorState>>);

impl SharedState {
    fn lock(&self) -> MutexGuard<'_, SimulatorState> {
        lock(&self.0)
    }
}
