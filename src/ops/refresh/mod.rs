//! Reads accounts and roles of an instance anew: many small requests, paced, and nothing lost when
//! some of them fail.

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

/// How hard the portal may be asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RefreshLimits {
    /// Requests under way at once.
    pub threads: usize,
    /// Requests a second at most; without it the rate finds the portal's own limit.
    pub requests_per_second: Option<f64>,
    /// How often a request without an answer is sent again. A 429 is not counted: it is waited
    /// out.
    pub max_retry: u32,
    /// The longest pause between two attempts.
    pub max_backoff: Duration,
    /// How long AWS may leave every request without an answer before the refresh ends.
    pub silence_timeout: Duration,
    /// How long the refresh may take in all.
    pub total_timeout: Duration,
}

/// The longest that a refresh of every account may take.
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

/// How far a refresh has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Accounts whose roles were read, or could not be; 0 while the account list is being read.
    pub done: usize,
    /// Accounts in all; 0 while the account list is being read.
    pub total: usize,
    /// AWS has asked to slow down within the last seconds.
    pub throttled: bool,
    /// All accounts as they are known now: old roles until they are read anew. Not all are there
    /// while the account list is being read.
    pub inventory: &'a Inventory,
}

/// What a refresh came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshReport {
    /// The accounts in the portal's order; `complete` when the roles of all of them were read.
    pub inventory: Inventory,
    /// Accounts that could not be read, and why; they have their old roles.
    pub failed: Vec<(AccountId, Error)>,
    /// Why it ended early: the session ended, the network went away, or AWS did not stop asking to
    /// slow down.
    pub stopped: Option<Error>,
}

/// Reads the account list, and the roles of each account as soon as the list has it. `old` lends
/// its roles to accounts that can't be read this time, and keeps what is missing from a list that
/// ends with an empty page; see [`Inventory::unconfirmed`].
///
/// # Errors
/// When the account list itself can't be read: [`LoginNeeded`](crate::domain::Kind::LoginNeeded),
/// [`Throttled`](crate::domain::Kind::Throttled),
/// [`Unreachable`](crate::domain::Kind::Unreachable), [`Refused`](crate::domain::Kind::Refused).
/// Whatever happens later is told in the [`Outcome`].
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
