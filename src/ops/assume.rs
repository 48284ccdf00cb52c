//! Role credentials: from the vault, or fetched by one process for all that wait for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::warn;

use crate::domain::{
    AccountId, Credentials, Error, ErrorKind, Instance, Result, RoleArn, RoleId, RoleName,
    Timestamp, Window,
};
use crate::identity::AssumeRoleParams;
use crate::vault::{Generation, RecordId, SharedOutcome, SingleFlight, SsoToken, Turn, Vault};

use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::roles::chain::{ChainedRole, Chains, Route, session_name, uses_user};
use crate::ops::sign_in::token::{access_token, complete_with};

/// Longest duration of a fetch if old credentials can be returned instead.
const FALLBACK_TIMEOUT: Duration = Duration::from_secs(3);
/// After a failed fetch, no other is tried for so many seconds while old credentials are valid.
const FAILURE_MEMORY_SECONDS: i64 = 60;
/// Longest duration of a fetch by this process or another one.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);
/// Old credentials are a fallback only if they are valid for more than so many seconds.
const MIN_FALLBACK_SECONDS: i64 = 60;

/// Whether stored credentials are good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Stored credentials are returned if they are valid for long enough.
    Cached,
    /// New credentials are fetched.
    Fetch,
}

/// What happens with credentials that were fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// They are stored in the vault.
    Store,
    /// They are only returned.
    Discard,
}

/// A request for the credentials of a role.
#[derive(Debug, Clone)]
pub struct AssumeRequest {
    /// The IAM Identity Center instance.
    pub instance: Instance,
    /// The account.
    pub account: AccountId,
    /// The role.
    pub role: RoleName,
    /// Minimum remaining lifetime of stored credentials.
    pub window: Window,
    /// Whether stored credentials are good enough.
    pub freshness: Freshness,
    /// Whether fetched credentials are stored.
    pub persistence: Persistence,
}

impl AssumeRequest {
    /// The usual request: stored credentials with a quarter of an hour left are good enough, new
    /// ones are stored.
    pub fn new(instance: &Instance, account: AccountId, role: RoleName) -> Self {
        Self {
            instance: instance.clone(),
            account,
            role,
            window: Window::default(),
            freshness: Freshness::Cached,
            persistence: Persistence::Store,
        }
    }

    /// The requested role.
    pub fn role_id(&self) -> RoleId {
        RoleId {
            instance: self.instance.name.clone(),
            account: self.account,
            role: self.role.clone(),
        }
    }

    /// The same request for a role on the route to this one.
    fn for_intermediate_role(&self, role: &RoleId) -> AssumeRequest {
        AssumeRequest {
            account: role.account,
            role: role.role.clone(),
            window: Window::default(),
            ..self.clone()
        }
    }

    fn record_id(&self, route: Option<&Route<'_>>) -> Result<RecordId> {
        let digest = route.map(Route::digest).transpose()?;
        Ok(RecordId::credentials(&self.instance, self.account, &self.role, digest.as_ref()))
    }
}

/// Credentials of a role, and where they came from.
#[derive(Debug, Clone)]
pub struct AssumedCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// Why they have less lifetime left than requested, if they have.
    pub warning: Option<Error>,
    /// Whether this process fetched them from AWS.
    pub fetched: bool,
}

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
/// [`ErrorKind::LoginNeeded`], [`ErrorKind::AccessDenied`], [`ErrorKind::Throttled`],
/// [`ErrorKind::Unreachable`], [`ErrorKind::Vault`].
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
        return fetched
            .unwrap_or_else(|_| Err(timeout_error(request, FETCH_TIMEOUT)))
            .map(AssumedCredentials::from_aws);
    }
    let record = routed.record_id.clone();
    let (mut freshness, mut checked_sign_in) = (request.freshness, false);
    for _ in 0..4 {
        let flight = ctx.vault.single_flight(&record);
        let (generation, last) = (flight.generation(), flight.last_outcome());
        let now = ctx.clock.now();
        let old = match freshness {
            Freshness::Cached => load_credentials(ctx, &record).await?,
            Freshness::Fetch => None,
        };
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
            FetchOutcome::Fetched(credentials) => {
                return Ok(AssumedCredentials::from_aws(credentials));
            }
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

impl AssumedCredentials {
    fn from_store(credentials: Credentials) -> Self {
        Self { credentials, warning: None, fetched: false }
    }

    fn from_aws(credentials: Credentials) -> Self {
        Self { credentials, warning: None, fetched: true }
    }

    fn from_expiring(credentials: Credentials, reason: Error) -> Self {
        Self { credentials, warning: Some(reason), fetched: false }
    }
}

/// Whether old credentials may be returned instead of this error: not if AWS denies the role.
fn is_stale_fallback_allowed(error: &Error) -> bool {
    error.kind != ErrorKind::AccessDenied
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
    Fetched(Credentials),
    /// Another process has stored them.
    Stored,
    /// This process failed.
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

/// Fetches credentials from AWS and stores them, if the request asks for that.
async fn fetch_and_store(ctx: &Arc<Ctx>, routed: &RoutedRequest<'_>) -> Result<Credentials> {
    let request = routed.request;
    let credentials = match routed.route.and_then(|route| Some((route.last()?, route.base()?))) {
        Some((link, base)) => assume_chained(ctx, request, link, base).await?,
        None => fetch_from_portal(ctx, request).await?,
    };
    if request.persistence == Persistence::Store {
        let (vault, record, stored) =
            (ctx.vault.clone(), routed.record_id.clone(), credentials.clone());
        match run_blocking(move || vault.save(&record, &stored)).await {
            Err(error) if error.kind == ErrorKind::Vault => return Err(error),
            // A full or read-only disk does not keep the credentials from the caller.
            Err(error) => warn!(target: "rolecall::assume", %error, "credentials were not stored"),
            Ok(()) => {}
        }
    }
    Ok(credentials)
}

/// Fetches the credentials of a role that the portal lists.
async fn fetch_from_portal(ctx: &Arc<Ctx>, request: &AssumeRequest) -> Result<Credentials> {
    let identity = ctx.identity(&request.instance)?;
    let token = access_token(ctx, &request.instance, None).await?;
    match identity.fetch_role_credentials(&token, request.account, &request.role).await {
        // The portal may end a session before its token expires; a refresh shows whether it did.
        Err(error) if error.kind == ErrorKind::LoginNeeded => {
            let token = access_token(ctx, &request.instance, Some(&token)).await?;
            identity.fetch_role_credentials(&token, request.account, &request.role).await
        }
        other => other,
    }
}

/// Assumes the last role of a chain. The credentials of the role before it come from the vault or
/// from a single flight of their own, chained or not. If AWS refuses stored ones, they may have
/// been revoked, which only their use shows: they are fetched again, once, all the way from the
/// portal.
async fn assume_chained(
    ctx: &Arc<Ctx>,
    request: &AssumeRequest,
    link: &ChainedRole,
    base: &RoleId,
) -> Result<Credentials> {
    let source = request.for_intermediate_role(&link.via);
    let before = Box::pin(assume(ctx, &source)).await?;
    let refused = match assume_from(ctx, request, link, base, &before.credentials).await {
        Err(error) if error.kind == ErrorKind::AccessDenied && !before.fetched => error,
        other => return other,
    };
    let source = AssumeRequest { freshness: Freshness::Fetch, ..source };
    match Box::pin(assume(ctx, &source)).await {
        Ok(renewed) => assume_from(ctx, request, link, base, &renewed.credentials).await,
        Err(error) if error.kind == ErrorKind::LoginNeeded => Err(error),
        // Without new credentials, the refusal is the reason.
        Err(_) => Err(refused),
    }
}

/// Assumes the requested role with the credentials of the role before it.
async fn assume_from(
    ctx: &Arc<Ctx>,
    request: &AssumeRequest,
    link: &ChainedRole,
    base: &RoleId,
    before: &Credentials,
) -> Result<Credentials> {
    let (identity, region) =
        (ctx.identity(&request.instance)?, request.instance.sso_region.clone());
    let user = if !uses_user(link.session_name.as_deref()) {
        String::new()
    } else if *base == link.via {
        session_name_from_arn(&identity.fetch_caller_identity(before, &region).await?)
    } else {
        // Sessions in between may have other names; the portal names its own session after the
        // user.
        let freshness = match request.persistence {
            Persistence::Store => Freshness::Cached,
            Persistence::Discard => Freshness::Fetch,
        };
        let base_request = AssumeRequest { freshness, ..request.for_intermediate_role(base) };
        let first = Box::pin(assume(ctx, &base_request)).await?.credentials;
        session_name_from_arn(&identity.fetch_caller_identity(&first, &region).await?)
    };
    let params = AssumeRoleParams {
        role_arn: RoleArn::format(&region, request.account, &request.role),
        session_name: session_name(link.session_name.as_deref(), &user),
        external_id: link.external_id.clone(),
        source_identity: link.source_identity.clone(),
        duration_seconds: link.duration,
        region,
    };
    identity.assume_role(before, &params).await
}

/// Returns `SESSION` of `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
fn session_name_from_arn(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or_default().to_owned()
}

async fn load_credentials(ctx: &Arc<Ctx>, record: &RecordId) -> Result<Option<Credentials>> {
    let (vault, record, now) = (ctx.vault.clone(), record.clone(), ctx.clock.now());
    run_blocking(move || vault.load::<Credentials>(&record, now)).await
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
mod tests {
    use super::*;

    #[test]
    fn a_failure_prevents_another_attempt_for_a_minute() {
        let now = Timestamp(1_000);
        let recent = |kind, at| {
            let error = Error::new(kind, "no").hint("later");
            recent_failure(SharedOutcome::from_error(&error, Timestamp(at)), now)
        };
        for at in [1_000, 999, 941] {
            let (error, time) = recent(ErrorKind::Unreachable, at).unwrap();
            assert_eq!((error.message.as_str(), error.hints.len(), time), ("no", 1, Timestamp(at)));
        }
        // 1_001: the clock was set back.
        for at in [940, 0, 1_001] {
            assert!(recent(ErrorKind::Unreachable, at).is_none(), "{at}");
        }
        assert!(recent(ErrorKind::LoginNeeded, 999).is_some());
        // Credentials of a role that AWS denies are not used any longer.
        assert!(recent(ErrorKind::AccessDenied, 999).is_none());
        assert!(recent_failure(SharedOutcome::Ok, now).is_none());
    }

    #[test]
    fn the_session_name_is_the_last_part_of_an_arn() {
        let arn = "arn:aws:sts::012345678901:assumed-role/ops/Admin/ann@example.com";
        assert_eq!(session_name_from_arn(arn), "ann@example.com");
    }
}
