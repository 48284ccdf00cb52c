//! Role credentials: from the vault, or fetched by one process for all that wait for them.

mod fetch;
mod request;
mod sign_out_watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::{Credentials, Error, ErrorKind, Instance, Result, RoleId, Timestamp};
use crate::vault::{Generation, RecordId, SharedOutcome, SingleFlight, SsoToken, Turn, Vault};

use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::roles::chain::{Chains, Route};
use crate::ops::sign_in::token::{access_token, complete_with, login_needed};

use fetch::{assume_chained, fetch_from_portal};
use sign_out_watch::SignOutWatch;

pub use request::{AssumeRequest, AssumedCredentials, Freshness, Persistence};

/// Longest duration of a fetch if old credentials can be returned instead.
const FALLBACK_TIMEOUT: Duration = Duration::from_secs(3);
/// After a failed fetch, no other is tried for so many seconds while old credentials are valid.
const FAILURE_MEMORY_SECONDS: i64 = 60;
/// Longest duration of a fetch by this process or another one.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);
/// Old credentials are a fallback only if they are valid for more than so many seconds.
const MIN_FALLBACK_SECONDS: i64 = 60;

/// Returns stored credentials that are fresh enough: the warm path, without network or runtime.
///
/// # Errors
/// [`ErrorKind::Vault`] if the vault is locked or unavailable.
pub fn load_fresh(
    vault: &Vault,
    chains: &Chains,
    request: &AssumeRequest,
    now: Timestamp,
) -> Result<Option<Credentials>> {
    if request.freshness == Freshness::Fetch {
        return Ok(None);
    }
    let record = request.record_id(chains.route(&request.role_id())?.as_ref())?;
    Ok(vault
        .load::<Credentials>(&record, now)?
        .filter(|credentials| credentials.is_fresh(now, request.window)))
}

/// Returns credentials of a role, through other roles if the configuration chains it. If AWS does
/// not answer in time, old credentials that are still valid are returned with a warning.
///
/// # Errors
/// [`ErrorKind::LoginNeeded`], [`ErrorKind::AccessDenied`], [`ErrorKind::RoleNotAssigned`],
/// [`ErrorKind::Throttled`], [`ErrorKind::Unreachable`], [`ErrorKind::Vault`].
pub async fn assume(ctx: &Arc<Ctx>, request: &AssumeRequest) -> Result<AssumedCredentials> {
    let chains = Chains::from_settings(&ctx.settings)?;
    let route = chains.route(&request.role_id())?;
    let routed = RoutedRequest {
        record_id: request.record_id(route.as_ref())?,
        request,
        route: route.as_ref(),
    };
    if request.persistence == Persistence::Discard {
        // Credentials that are not stored can't be shared, so other processes are not involved.
        let fetched = tokio::time::timeout(FETCH_TIMEOUT, fetch_and_store(ctx, &routed)).await;
        return fetched.unwrap_or_else(|_| Err(timeout_error(request, FETCH_TIMEOUT)));
    }
    let record = routed.record_id.clone();
    let (mut freshness, mut checked_sign_in) = (request.freshness, false);
    for _ in 0..4 {
        let flight = ctx.vault.single_flight(&record);
        let now = ctx.clock.now();
        let StoredState { generation, last, credentials: old } =
            StoredState::load(ctx, &record, flight.clone(), freshness).await?;
        if let Some(credentials) =
            old.as_ref().filter(|credentials| credentials.is_fresh(now, request.window))
        {
            return Ok(AssumedCredentials::from_store(credentials.clone()));
        }
        let old = old.filter(|credentials| credentials.seconds_left(now) > MIN_FALLBACK_SECONDS);
        if let (Some(credentials), Some((failure, at))) =
            (&old, last.and_then(|last| recent_failure(last, now)))
            && !(failure.kind == ErrorKind::LoginNeeded
                && signed_in_since(ctx, &request.instance, at).await?)
        {
            return Ok(AssumedCredentials::from_expiring(credentials.clone(), failure));
        }
        let timeout = if old.is_some() { FALLBACK_TIMEOUT } else { FETCH_TIMEOUT };
        let error = match join_fetch(ctx, &routed, flight, generation, timeout)
            .await
            .unwrap_or_else(FetchOutcome::Failed)
        {
            FetchOutcome::Fetched(assumed) => return Ok(assumed),
            // Another process has stored credentials after this request began. They are new
            // enough even for a caller that does not accept stored ones.
            FetchOutcome::Stored => {
                freshness = Freshness::Cached;
                continue;
            }
            // The other process may have looked for a token before the sign-in that this caller
            // has just waited for, and reported its failure only now. One more attempt is enough:
            // a fetch that begins after that report finds the token.
            FetchOutcome::FailedElsewhere(error)
                if error.kind == ErrorKind::LoginNeeded && !checked_sign_in =>
            {
                checked_sign_in = true;
                if access_token(ctx, &request.instance, None).await.is_ok() {
                    continue;
                }
                error
            }
            FetchOutcome::FailedElsewhere(error) | FetchOutcome::Failed(error) => error,
        };
        return match old.filter(|_| is_stale_fallback_allowed(&error)) {
            Some(old) => Ok(AssumedCredentials::from_expiring(old, error)),
            None => Err(error),
        };
    }
    Err(timeout_error(request, FETCH_TIMEOUT))
}

/// Removes the stored credentials of a role from the vault. AWS accepts them until they expire.
///
/// # Errors
/// Vault errors.
pub async fn forget_credentials(ctx: &Arc<Ctx>, role: &RoleId) -> Result<()> {
    let instance = ctx.instance(role.instance.as_str())?.clone();
    let chains = Chains::from_settings(&ctx.settings)?;
    let digest = chains.route(role)?.as_ref().map(Route::digest).transpose()?;
    let record = RecordId::credentials(&instance, role.account, &role.role, digest.as_ref());
    let vault = ctx.vault.clone();
    run_blocking(move || vault.remove(&record)).await
}

/// A request with the route to its role, and the record that stores its credentials.
struct RoutedRequest<'a> {
    request: &'a AssumeRequest,
    route: Option<&'a Route<'a>>,
    record_id: RecordId,
}

/// Whether old credentials may be returned instead of this error: not if AWS denies the role.
fn is_stale_fallback_allowed(error: &Error) -> bool {
    !error.kind.is_refusal()
}

/// A failure that is too recent for another attempt, and its time.
fn recent_failure(last: SharedOutcome, now: Timestamp) -> Option<(Error, Timestamp)> {
    match last {
        SharedOutcome::Failed { at, .. }
            if (0..FAILURE_MEMORY_SECONDS).contains(&now.seconds_since(at)) =>
        {
            last.into_result().err().filter(is_stale_fallback_allowed).map(|error| (error, at))
        }
        _ => None,
    }
}

/// Whether a token was stored at or after `at`, so that a failure at that time for lack of one is
/// out of date.
async fn signed_in_since(ctx: &Arc<Ctx>, instance: &Instance, at: Timestamp) -> Result<bool> {
    let (vault, record, now) = (ctx.vault.clone(), RecordId::token(instance), ctx.clock.now());
    let token = run_blocking(move || vault.load::<SsoToken>(&record, now)).await?;
    Ok(token.is_some_and(|token| token.issued_at.seconds_since(at) >= 0))
}

/// The result of one attempt to get credentials, alone or together with other processes.
enum FetchOutcome {
    /// This process fetched them from AWS.
    Fetched(AssumedCredentials),
    /// Another process has stored them.
    Stored,
    Failed(Error),
    /// Another process failed. It may have begun before this request.
    FailedElsewhere(Error),
}

/// Joins the role's single flight: leads it, or takes the outcome of its leader.
async fn join_fetch(
    ctx: &Arc<Ctx>,
    routed: &RoutedRequest<'_>,
    flight: SingleFlight,
    generation: Generation,
    timeout: Duration,
) -> Result<FetchOutcome> {
    let deadline = Instant::now() + timeout;
    Ok(match run_blocking(move || flight.wait(generation, deadline)).await? {
        Turn::Completed(outcome) => match outcome.into_result() {
            Ok(()) => FetchOutcome::Stored,
            Err(error) => FetchOutcome::FailedElsewhere(error),
        },
        Turn::TimedOut => FetchOutcome::Failed(timeout_error(routed.request, timeout)),
        Turn::Lead(leader) => {
            let left = deadline.saturating_duration_since(Instant::now());
            // A timeout is an outcome too: it is shared, so that the next process does not wait as
            // long for the same.
            let result = tokio::time::timeout(left, fetch_and_store(ctx, routed))
                .await
                .unwrap_or_else(|_| Err(timeout_error(routed.request, timeout)));
            complete_with(ctx, leader, &result).await?;
            result.map_or_else(FetchOutcome::Failed, FetchOutcome::Fetched)
        }
    })
}

/// Fetches credentials from AWS and stores them, if the request asks for that. A sign-out meanwhile
/// is final: they are not kept.
async fn fetch_and_store(ctx: &Arc<Ctx>, routed: &RoutedRequest<'_>) -> Result<AssumedCredentials> {
    let request = routed.request;
    let watch = SignOutWatch::start(ctx, &request.instance).await?;
    let credentials = match routed.route.and_then(|route| Some((route.last()?, route.base()?))) {
        Some((link, base)) => assume_chained(ctx, request, link, base).await?,
        None => fetch_from_portal(ctx, request).await?,
    };
    let mut warning = None;
    if request.persistence == Persistence::Store {
        let (vault, record, stored) =
            (ctx.vault.clone(), routed.record_id.clone(), credentials.clone());
        match run_blocking(move || vault.save(&record, &stored)).await {
            Err(error) if error.kind == ErrorKind::Vault => return Err(error),
            // A full or read-only disk does not keep the credentials from the caller.
            Err(error) => {
                let what = format!("the credentials of `{}` were not stored", request.role);
                warning = Some(error.context(what));
            }
            Ok(()) => {}
        }
    }
    let (vault, record) = (ctx.vault.clone(), routed.record_id.clone());
    let is_stored = request.persistence == Persistence::Store;
    let is_signed_out = run_blocking(move || {
        let is_signed_out = watch.is_signed_out();
        if is_signed_out && is_stored {
            vault.remove(&record)?;
        }
        Ok(is_signed_out)
    });
    if is_signed_out.await? {
        return Err(login_needed(&request.instance));
    }
    Ok(AssumedCredentials { credentials, warning, fetched: true })
}

/// What the vault has of a role.
struct StoredState {
    generation: Generation,
    last: Option<SharedOutcome>,
    /// `None` if stored ones are not accepted.
    credentials: Option<Credentials>,
}

impl StoredState {
    async fn load(
        ctx: &Arc<Ctx>,
        record: &RecordId,
        flight: SingleFlight,
        freshness: Freshness,
    ) -> Result<Self> {
        let (vault, record, now) = (ctx.vault.clone(), record.clone(), ctx.clock.now());
        run_blocking(move || {
            // Before the credentials: a flight that ends in between is seen as a new one.
            let (generation, last) = (flight.generation(), flight.last_outcome());
            let credentials = match freshness {
                Freshness::Cached => vault.load::<Credentials>(&record, now)?,
                Freshness::Fetch => None,
            };
            Ok(Self { generation, last, credentials })
        })
        .await
    }
}

fn timeout_error(request: &AssumeRequest, timeout: Duration) -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!(
            "no credentials for {} in {} within {} s",
            request.role,
            request.account,
            timeout.as_secs()
        ),
    )
    .hint("try again, or see `rolecall status`")
}

#[cfg(test)]
mod tests;
