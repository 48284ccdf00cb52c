//! Fetches accounts and roles of an instance: many small, rate-limited requests. If some fail, no
//! other result is lost.

mod fetch;
pub mod lookup;
pub mod rate_limiter;
pub mod store;

use std::time::Duration;

use tokio::time::Instant;
use tracing::info;

use crate::domain::{AccountId, Error, Inventory, Result, Secret};
use crate::identity::IdentityClient;
use crate::os::clock::Clock;

use crate::ops::refresh::fetch::Fetcher;

/// Limits of the requests to the portal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RefreshLimits {
    /// Maximum number of requests in flight.
    pub threads: usize,
    /// Maximum number of requests per second; if `None`, the limit of the portal is measured.
    pub requests_per_second: Option<f64>,
    /// How often a request without an answer is sent again. A 429 does not count: it is waited out.
    pub max_retry: u32,
    /// The longest pause between two attempts.
    pub max_backoff: Duration,
    /// How long AWS may leave every request unanswered before the refresh ends.
    pub silence_timeout: Duration,
    /// Longest duration of the refresh.
    pub total_timeout: Duration,
}

/// Longest duration of a refresh of every account.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(3_600);

impl Default for RefreshLimits {
    fn default() -> Self {
        Self {
            threads: 5,
            requests_per_second: None,
            max_retry: 10,
            max_backoff: Duration::from_secs(5),
            silence_timeout: Duration::from_secs(30),
            total_timeout: TOTAL_TIMEOUT,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Accounts whose roles were fetched, or could not be; 0 while the account list is being
    /// fetched.
    pub done: usize,
    /// Number of accounts; 0 while the account list is being fetched.
    pub total: usize,
    /// AWS has asked to slow down within the last seconds.
    pub throttled: bool,
    /// Why the last request had no answer; `None` once AWS answers. It is sent again.
    pub failure: Option<&'a Error>,
    /// All accounts as far as they are known: with their old roles until they are fetched again.
    /// Incomplete while the account list is being fetched.
    pub inventory: &'a Inventory,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshReport {
    /// The accounts in the portal's order; `complete` if the roles of all of them were fetched.
    pub inventory: Inventory,
    /// Accounts that could not be fetched, and why; they have their old roles.
    pub failed: Vec<(AccountId, Error)>,
    /// Why it ended early: the session ended, the network failed, or AWS did not stop throttling.
    pub stopped: Option<Error>,
}

/// Fetches the account list, and the roles of each account as soon as the list has it. Accounts
/// that can't be fetched keep their roles of `old`, and so does what is missing from a list that
/// ends with an empty page; see [`Inventory::unconfirmed`].
///
/// # Errors
/// If the account list can't be fetched: [`crate::domain::ErrorKind::LoginNeeded`],
/// [`crate::domain::ErrorKind::Throttled`], [`crate::domain::ErrorKind::Unreachable`],
/// [`crate::domain::ErrorKind::AccessDenied`]. Later failures are in the [`RefreshReport`].
pub async fn refresh(
    identity: &IdentityClient,
    token: &Secret<String>,
    old: Option<&Inventory>,
    limits: RefreshLimits,
    clock: Clock,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<RefreshReport> {
    let began = Instant::now();
    let mut run = Fetcher::new(identity, token, limits, clock);
    run.request_accounts(old, |_| true);
    run.confirm_removals();
    let stopped = run.run(progress).await?;
    let (mut inventory, failed) = run.into_result();
    inventory.complete = stopped.is_none() && failed.is_empty();
    info!(target: "rolecall::refresh", accounts = inventory.accounts.len(), failed = failed.len(), took = ?began.elapsed(), "refreshed");
    Ok(RefreshReport { inventory, failed, stopped })
}

#[cfg(test)]
mod tests;
