//! Role credentials: from the vault, or fetched by one process for all that want them.

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

/// How long a fetch may take when old credentials could be handed out instead.
const FALLBACK_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a failed fetch is not tried again while old credentials are still good, in seconds.
const FAILURE_MEMORY_SECONDS: i64 = 60;
/// How long somebody else's fetch is waited for.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

/// Which role, and how much may be taken from or put into the vault.
#[derive(Debug, Clone)]
pub struct AssumeRequest {
    /// The IAM Identity Center.
    pub instance: Instance,
    /// The account.
    pub account: AccountId,
    /// The role.
    pub role: RoleName,
    /// How much life stored credentials must have left.
    pub window: Window,
    /// Take stored credentials at all.
    pub use_stored: bool,
    /// Store what was fetched.
    pub store: bool,
}

impl AssumeRequest {
    /// The usual: stored credentials with a quarter of an hour left, new ones are stored.
    pub fn new(instance: &Instance, account: AccountId, role: RoleName) -> Self {
        Self {
            instance: instance.clone(),
            account,
            role,
            window: Window::default(),
            use_stored: true,
            store: true,
        }
    }

    /// The role that is asked for.
    pub fn role_id(&self) -> RoleId {
        RoleId {
            instance: self.instance.name.clone(),
            account: self.account,
            role: self.role.clone(),
        }
    }

    /// The same wish for a role on the way to this one.
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

/// What was handed out.
#[derive(Debug, Clone)]
pub struct AssumedCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// Why they are older than they should be, if they are.
    pub warning: Option<Error>,
    /// Whether this process got them from AWS, rather than out of the vault.
    pub fetched: bool,
}

/// Stored credentials that are fresh enough: the warm path, without network or runtime.
///
/// # Errors
/// When the vault is locked or out of reach.
pub fn load_fresh(
    vault: &Vault,
    chains: &Chains,
    wish: &AssumeRequest,
    now: Timestamp,
) -> Result<Option<Credentials>> {
    if !wish.use_stored {
        return Ok(None);
    }
    let name = wish.record_id(chains.route(&wish.role_id())?.as_ref())?;
    Ok(vault
        .load::<Credentials>(&name, now)?
        .filter(|credentials| credentials.is_fresh(now, wish.window)))
}

/// Credentials of a role, through others where the configuration chains it. Old ones that still
/// work go out with a warning when AWS can't be reached in time.
///
/// # Errors
/// [`Kind::LoginNeeded`], [`Kind::Refused`], [`Kind::Throttled`], [`Kind::Unreachable`],
/// [`Kind::Vault`].
pub async fn assume(ctx: &Arc<Ctx>, wish: &AssumeRequest) -> Result<AssumedCredentials> {
    let chains = Chains::from_settings(&ctx.settings)?;
    let route = chains.route(&wish.role_id())?;
    let trip = RoutedRequest {
        record_id: wish.record_id(route.as_ref())?,
        request: wish,
        route: route.as_ref(),
    };
    if !wish.store {
        // What is not stored can't be shared: nobody waits for anybody.
        let fetched = tokio::time::timeout(FETCH_TIMEOUT, fetch_and_store(ctx, &trip)).await;
        return fetched
            .unwrap_or_else(|_| Err(timed_out(wish, FETCH_TIMEOUT)))
            .map(AssumedCredentials::from_aws);
    }
    let name = trip.record_id.clone();
    let (mut stored, mut checked_sign_in) = (wish.use_stored, false);
    for _ in 0..4 {
        let flight = ctx.vault.single_flight(&name);
        let (ticket, last) = (flight.generation(), flight.last_outcome());
        let now = ctx.clock.now();
        let old = if stored { load_credentials(ctx, &name).await? } else { None };
        if let Some(credentials) =
            old.as_ref().filter(|credentials| credentials.is_fresh(now, wish.window))
        {
            return Ok(AssumedCredentials::from_store(credentials.clone()));
        }
        // Old ones that still have a minute are better than nothing.
        let old = old.filter(|credentials| credentials.seconds_left(now) > 60);
        if let (Some(credentials), Some((failure, at))) =
            (&old, last.and_then(|last| recent_failure(last, now)))
            && !(failure.kind == ErrorKind::LoginNeeded
                && signed_in_since(ctx, &wish.instance, at).await?)
        {
            return Ok(AssumedCredentials::from_expiring(credentials.clone(), failure));
        }
        let patience = if old.is_some() { FALLBACK_TIMEOUT } else { FETCH_TIMEOUT };
        let error = match join_fetch(ctx, &trip, flight, ticket, patience)
            .await
            .unwrap_or_else(FetchOutcome::Failed)
        {
            FetchOutcome::Fetched(credentials) => {
                return Ok(AssumedCredentials::from_aws(credentials));
            }
            // Somebody else has stored some after this was asked for: news even to whoever
            // passes over stored ones.
            FetchOutcome::Stored => {
                stored = true;
                continue;
            }
            // The other process may have looked for a token before the sign-in that this caller
            // has just waited for, and reported its failure only now. One more
            // attempt is enough: work that begins after that report sees the token.
            FetchOutcome::FailedElsewhere(error)
                if error.kind == ErrorKind::LoginNeeded && !checked_sign_in =>
            {
                checked_sign_in = true;
                if access_token(ctx, &wish.instance, None).await.is_ok() {
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
    Err(timed_out(wish, FETCH_TIMEOUT))
}

/// A wish with the way to its role, and the name under which its credentials are kept.
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

    fn from_expiring(credentials: Credentials, why: Error) -> Self {
        Self { credentials, warning: Some(why), fetched: false }
    }
}

/// Whether old credentials may stand in: not for a role that is the person's no more.
fn is_stale_fallback_allowed(error: &Error) -> bool {
    error.kind != ErrorKind::AccessDenied
}

/// A failure that is too young to try again, and when it happened.
fn recent_failure(last: SharedOutcome, now: Timestamp) -> Option<(Error, Timestamp)> {
    match last {
        SharedOutcome::Failed { at, .. }
            if (0..FAILURE_MEMORY_SECONDS).contains(&now.since(at)) =>
        {
            last.into_result().err().filter(is_stale_fallback_allowed).map(|error| (error, at))
        }
        _ => None,
    }
}

/// Whether a token was stored at or after `at`, so that a failure of that time for want of one is
/// out of date.
async fn signed_in_since(ctx: &Arc<Ctx>, instance: &Instance, at: Timestamp) -> Result<bool> {
    let (vault, name, now) = (ctx.vault.clone(), RecordId::token(instance), ctx.clock.now());
    let token = run_blocking(move || vault.load::<SsoToken>(&name, now)).await?;
    Ok(token.is_some_and(|token| token.issued_at.since(at) >= 0))
}

/// The result of one attempt to get credentials, alone or together with other processes.
enum FetchOutcome {
    /// This process got them from AWS.
    Fetched(Credentials),
    /// Another process has stored them.
    Stored,
    /// This process failed.
    Failed(Error),
    /// Another process failed. It may have begun before this one asked.
    FailedElsewhere(Error),
}

/// Boards the role's flight: leads it, or takes the outcome of whoever does.
async fn join_fetch(
    ctx: &Arc<Ctx>,
    trip: &RoutedRequest<'_>,
    flight: SingleFlight,
    ticket: Generation,
    patience: Duration,
) -> Result<FetchOutcome> {
    let deadline = Instant::now() + patience;
    Ok(match run_blocking(move || flight.wait(ticket, deadline)).await? {
        Turn::Completed(outcome) => match outcome.into_result() {
            Ok(()) => FetchOutcome::Stored,
            Err(error) => FetchOutcome::FailedElsewhere(error),
        },
        Turn::TimedOut => FetchOutcome::Failed(timed_out(trip.request, patience)),
        Turn::Lead(lead) => {
            let left = deadline.saturating_duration_since(Instant::now());
            // Giving up is an outcome too: it lands, so that the next one does not wait as long for
            // the same.
            let result = tokio::time::timeout(left, fetch_and_store(ctx, trip))
                .await
                .unwrap_or_else(|_| Err(timed_out(trip.request, patience)));
            complete_with(ctx, lead, &result).await?;
            result.map_or_else(FetchOutcome::Failed, FetchOutcome::Fetched)
        }
    })
}

/// Asks AWS, and stores what it gave.
async fn fetch_and_store(ctx: &Arc<Ctx>, trip: &RoutedRequest<'_>) -> Result<Credentials> {
    let wish = trip.request;
    let credentials = match trip.route.and_then(|route| Some((route.last()?, route.base()?))) {
        Some((link, base)) => assume_chained(ctx, wish, link, base).await?,
        None => fetch_from_portal(ctx, wish).await?,
    };
    if wish.store {
        let (vault, name, kept) = (ctx.vault.clone(), trip.record_id.clone(), credentials.clone());
        match run_blocking(move || vault.save(&name, &kept)).await {
            Err(error) if error.kind == ErrorKind::Vault => return Err(error),
            // A full or read-only disk does not take the credentials away from whoever asked.
            Err(error) => warn!(target: "rolecall::assume", %error, "credentials were not stored"),
            Ok(()) => {}
        }
    }
    Ok(credentials)
}

/// Asks the portal for a role that it lists.
async fn fetch_from_portal(ctx: &Arc<Ctx>, wish: &AssumeRequest) -> Result<Credentials> {
    let identity = ctx.identity(&wish.instance)?;
    let token = access_token(ctx, &wish.instance, None).await?;
    match identity.fetch_role_credentials(&token, wish.account, &wish.role).await {
        // The portal may end a session before its token expires: one refresh tells.
        Err(error) if error.kind == ErrorKind::LoginNeeded => {
            let token = access_token(ctx, &wish.instance, Some(&token)).await?;
            identity.fetch_role_credentials(&token, wish.account, &wish.role).await
        }
        other => other,
    }
}

/// Takes the last step of a chain. The credentials before it come out of the vault or a flight of
/// their own, chained or not. Stored ones that AWS turns down may have been revoked, which nothing
/// but their use tells: they are fetched anew, once, all the way to the portal.
async fn assume_chained(
    ctx: &Arc<Ctx>,
    wish: &AssumeRequest,
    link: &ChainedRole,
    base: &RoleId,
) -> Result<Credentials> {
    let source = wish.for_intermediate_role(&link.via);
    let before = Box::pin(assume(ctx, &source)).await?;
    let refused = match assume_from(ctx, wish, link, base, &before.credentials).await {
        Err(error) if error.kind == ErrorKind::AccessDenied && !before.fetched => error,
        other => return other,
    };
    match Box::pin(assume(ctx, &AssumeRequest { use_stored: false, ..source })).await {
        Ok(anew) => assume_from(ctx, wish, link, base, &anew.credentials).await,
        Err(error) if error.kind == ErrorKind::LoginNeeded => Err(error),
        // Without others to try, the refusal is what there is to know.
        Err(_) => Err(refused),
    }
}

/// Goes from the role before it, with its credentials, to the role that is wished for.
async fn assume_from(
    ctx: &Arc<Ctx>,
    wish: &AssumeRequest,
    link: &ChainedRole,
    base: &RoleId,
    before: &Credentials,
) -> Result<Credentials> {
    let (identity, region) = (ctx.identity(&wish.instance)?, wish.instance.sso_region.clone());
    let user = if !uses_user(link.session_name.as_deref()) {
        String::new()
    } else if *base == link.via {
        session_name_from_arn(&identity.fetch_caller_identity(before, &region).await?)
    } else {
        // A session in between may be called something else: the portal's own is called as the
        // person is.
        let first = Box::pin(assume(
            ctx,
            &AssumeRequest { use_stored: wish.store, ..wish.for_intermediate_role(base) },
        ))
        .await?
        .credentials;
        session_name_from_arn(&identity.fetch_caller_identity(&first, &region).await?)
    };
    let chain = AssumeRoleParams {
        role_arn: RoleArn::format(&region, wish.account, &wish.role),
        session_name: session_name(link.session_name.as_deref(), &user),
        external_id: link.external_id.clone(),
        source_identity: link.source_identity.clone(),
        duration_seconds: link.duration,
        region,
    };
    identity.assume_role(before, &chain).await
}

/// The session's name in `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
fn session_name_from_arn(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or_default().to_owned()
}

async fn load_credentials(ctx: &Arc<Ctx>, name: &RecordId) -> Result<Option<Credentials>> {
    let (vault, name, now) = (ctx.vault.clone(), name.clone(), ctx.clock.now());
    run_blocking(move || vault.load::<Credentials>(&name, now)).await
}

fn timed_out(wish: &AssumeRequest, patience: Duration) -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!(
            "no credentials for {} in {} within {} s",
            wish.role,
            wish.account,
            patience.as_secs()
        ),
    )
    .hint("try again, or see `rolecall status`")
}
