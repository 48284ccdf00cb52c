//! A simulator of IAM Identity Center, STS and console sign-in on loopback.
//!
//! All services answer on one port. The wire format is written here a second time, without the AWS
//! SDK, so that a mistake in `identity` can't cancel itself out. What is sent is checked as AWS
//! checks it: client secrets, PKCE, signatures, lifetimes.

mod accounts;
mod browser;
mod config_files;
mod delivery;
mod fault_reply;
mod faults;
mod federation;
mod html;
mod oidc;
mod organization;
mod pages;
mod portal;
mod portal_page;
mod register;
mod router;
mod service_error;
mod sigv4;
mod state;
mod sts;
#[cfg(test)]
mod tests;
mod wire;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::domain::{AccountId, Error, Result, Secret, Timestamp};
use crate::os::clock::Clock;
use crate::os::http::Listener;

pub use accounts::SimulatedAccount;
pub use browser::{approve, approve_remotely, deny};
pub use config_files::{aws_config, config};
pub use fault_reply::{Delivery, FaultReply, ReplyEdit, ReplySource};
pub use faults::Fault;
pub use organization::{Directory, Organization};
use state::SimulatorState;

/// How large, slow and strict the simulator is.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatorOptions {
    /// Accounts, both directories together.
    pub accounts: usize,
    /// Roles in each account, at most.
    pub roles: usize,
    /// How long portal and token calls take.
    pub latency: Duration,
    /// Portal requests a second that are allowed; the rest is answered with 429.
    pub throttle: Option<f64>,
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// Who answers device codes.
    pub approval: DeviceApproval,
    /// What time it is in the simulator. Signatures are checked against it: whoever signs must
    /// live in the same time.
    pub clock: Clock,
    /// Seconds that an access token lives.
    pub token_lifetime_seconds: i64,
    /// Seconds from sign-in until refresh tokens stop working too.
    pub session_lifetime_seconds: i64,
    /// Seconds that role credentials of the portal live.
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
            token_lifetime_seconds: 3_600,
            session_lifetime_seconds: 8 * 3_600,
            role_lifetime_seconds: 3_600,
        }
    }
}

/// Who answers device codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceApproval {
    /// Whoever looks at the page: a browser, or [`approve`] and [`deny`].
    Manual,
    /// Nobody: codes are allowed by themselves after so many milliseconds.
    After(Duration),
}

/// A running simulator, on a thread of its own. Dropping it stops it.
pub struct Simulator {
    url: String,
    state: SharedState,
    stop_sender: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a simulator.
///
/// # Errors
/// When the port is taken, or the machine gives no thread or no random bytes.
pub fn start(options: SimulatorOptions) -> Result<Simulator> {
    let listener = Listener::bind(options.port)?;
    let url = listener.url();
    let state = SharedState(Arc::new(Mutex::new(SimulatorState::new(options, url.clone())?)));
    let failed = |error: Error| error.context("starting the demo");
    let runtime = crate::os::thread::current_thread_runtime().map_err(failed)?;
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
    let thread = crate::os::thread::spawn("demo", serve).map_err(failed)?;
    Ok(Simulator { url, state, stop_sender: Some(stop), thread: Some(thread) })
}

impl Simulator {
    /// `http://127.0.0.1:PORT`: the endpoint of every service.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A copy of the world as it is now, with what was granted and revoked.
    pub fn organization(&self) -> Organization {
        self.state.lock().organization.clone()
    }

    /// How often an operation was asked for: `CreateToken`, `ListAccountRoles`, `GetSigninToken`,
    /// …; refused calls count too.
    pub fn call_count(&self, operation: &str) -> usize {
        self.state.lock().call_counts.get(operation).copied().unwrap_or(0)
    }

    /// Adds a fault to the script.
    pub fn add_fault(&self, fault: Fault) {
        self.state.lock().faults.add(fault);
    }

    /// Drops the faults that are still to come, and sets the clock right: AWS is well again.
    pub fn clear_faults(&self) {
        self.state.lock().faults = faults::FaultScript::default();
    }

    /// Copies the world as it is now.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(Box::new(self.state.lock().clone()))
    }

    /// Goes back to a checkpoint of this simulator.
    pub fn restore(&self, checkpoint: &Checkpoint) {
        *self.state.lock() = SimulatorState::clone(&checkpoint.0);
    }

    /// What was given out under this access key id, if anything was.
    pub fn issued_credentials(&self, access_key_id: &str) -> Option<IssuedCredentials> {
        let state = self.state.lock();
        let issued = state.credentials.get(access_key_id)?;
        Some(IssuedCredentials {
            account: issued.account,
            role: issued.role.clone(),
            secret_access_key: issued.secret.clone().into(),
            session_token: issued.token.clone().into(),
            expires_at: issued.expires,
        })
    }

    /// Every secret that was given out: tokens, secrets of clients, keys, device codes. Tests look
    /// for them where they must not be.
    pub fn issued_secrets(&self) -> Vec<Secret<String>> {
        self.state.lock().secrets().into_iter().map(Secret::new).collect()
    }

    /// Ends every access token; refresh tokens still work.
    pub fn expire_tokens(&self) {
        self.state.lock().tokens.clear();
    }

    /// Ends every session: access tokens are unknown, refresh tokens are answered with
    /// `invalid_grant`.
    pub fn end_sessions(&self) {
        let mut state = self.state.lock();
        state.tokens.clear();
        state.sessions.clear();
    }

    /// Forgets every client registration: AWS answers `invalid_client`, and its sign-in page shows
    /// an error.
    pub fn forget_clients(&self) {
        self.state.lock().clients.clear();
    }

    /// Ends all role credentials that were handed out.
    pub fn expire_role_credentials(&self) {
        let mut state = self.state.lock();
        let now = state.now();
        state.credentials.values_mut().for_each(|issued| issued.expires = now);
    }

    /// Takes a role away; the account is no longer listed once it has none.
    pub fn revoke_role(&self, account: AccountId, role: &str) {
        self.state.lock().update_roles(account, |roles| roles.retain(|have| have != role));
    }

    /// Gives a role in an account that exists.
    pub fn grant_role(&self, account: AccountId, role: &str) {
        self.state.lock().update_roles(account, |roles| {
            if !roles.iter().any(|have| have == role) {
                roles.push(role.to_owned());
            }
        });
    }

    /// Changes how long portal and token calls take.
    pub fn set_latency(&self, latency: Duration) {
        self.state.lock().options.latency = latency;
    }

    /// Changes how many portal requests a second are allowed.
    pub fn set_throttle(&self, rate: Option<f64>) {
        self.state.lock().set_throttle(rate);
    }

    /// Changes who answers device codes, also those that wait now.
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

/// A copy of a simulator's world, to go back to: its organisation, sessions, credentials and
/// script.
#[derive(Clone)]
pub struct Checkpoint(Box<SimulatorState>);

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint").finish_non_exhaustive()
    }
}

/// Role credentials that the simulator gave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCredentials {
    /// The account.
    pub account: AccountId,
    /// The role as IAM names it: `AWSReservedSSO_ReadOnlyAccess_…`, or a chained role's name.
    pub role: String,
    /// The secret access key.
    pub secret_access_key: Secret<String>,
    /// The session token.
    pub session_token: Secret<String>,
    /// When they end.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("url", &self.url).finish_non_exhaustive()
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

/// The state, as the thread that serves and the one that scripts share it.
#[derive(Clone)]
struct SharedState(Arc<Mutex<SimulatorState>>);

impl SharedState {
    fn lock(&self) -> MutexGuard<'_, SimulatorState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
