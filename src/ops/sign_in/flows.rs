//! The two sign-in flows: authorization code with PKCE, and device code.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Instance, Result};
use crate::identity::{
    Callback, ClientRegistration, IdentityClient, Pkce, PollOutcome, TokenResponse,
};
use crate::os::process::DeferSignals;
use crate::vault::{Leader, RecordId, SharedOutcome, SsoToken, StagedRecord};

use super::page::SignInPage;
use super::pasted_redirect::PastedRedirects;
use super::{cli_token, registration, sessions};
use crate::ops::backend::messages::SignInStep;
use crate::ops::ctx::{Ctx, run_blocking};

/// Time that the user has for the sign-in, in seconds; AWS gives device codes the same ten minutes.
const APPROVAL_TIMEOUT_SECONDS: i64 = 600;
/// The longest pause between two polls while AWS does not answer.
const MAX_OUTAGE_PAUSE: Duration = Duration::from_secs(30);
/// How long a refresh of the token that is about to be replaced may take.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(15);

/// The authorization code flow: listen on loopback, open the browser, receive the code from the
/// browser or pasted.
pub(super) async fn pkce(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    identity: &IdentityClient,
    registration: &ClientRegistration,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut PastedRedirects,
) -> Result<()> {
    let callback = Callback::bind(instance.name.as_str())?;
    let pkce = Pkce::new(callback.redirect_uri())?;
    let url = identity.authorize_url(registration, &pkce);
    let page = SignInPage::open(ctx, instance, &url).await;
    report(SignInStep::Open {
        url,
        code: None,
        expires_at: ctx.clock.now().plus_seconds(APPROVAL_TIMEOUT_SECONDS),
        browser_opened: page.opened,
    });
    let come = async {
        tokio::select! {
            code = callback.wait(&pkce.state) => code,
            code = replies.wait_for_code(&pkce.state, report) => code,
            never = page.watch(report) => match never {},
        }
    };
    let code =
        tokio::time::timeout(Duration::from_secs(APPROVAL_TIMEOUT_SECONDS.unsigned_abs()), come)
            .await
            .unwrap_or_else(|_| Err(not_approved(instance)))?;
    let staged = stage_token(ctx, instance).await?;
    let _kept = ctx.token_requests.read().await;
    let _unhurried = DeferSignals::begin();
    let reply = identity.exchange_code(registration, &pkce, &code).await?;
    store_token(ctx, instance, staged, registration, reply, report).await
}

/// The device code flow: show the code, then poll at the interval that AWS sets, and less often
/// while AWS does not answer (RFC 8628 section 3.5).
pub(super) async fn device(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    identity: &IdentityClient,
    registration: &ClientRegistration,
    report: &(dyn Fn(SignInStep) + Send + Sync),
) -> Result<()> {
    let start = identity.start_device_authorization(registration).await?;
    let page = SignInPage::open(ctx, instance, &start.verification_uri_complete).await;
    let (url, code) = (start.verification_uri_complete.clone(), Some(start.user_code.clone()));
    report(SignInStep::Open {
        url,
        code,
        expires_at: start.expires_at,
        browser_opened: page.opened,
    });
    let mut watch = std::pin::pin!(page.watch(report));
    let mut interval = start.interval;
    let mut outage: Option<Outage> = None;
    // Counted from here, not by the clock, which may be set back.
    let end = Instant::now()
        + Duration::from_secs(
            start.expires_at.seconds_since(ctx.clock.now()).max(0).unsigned_abs(),
        );
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(outage.map_or_else(|| not_approved(instance), |outage| outage.error));
        }
        let pause = outage.as_ref().map_or(interval, |outage| outage.pause);
        tokio::select! {
            () = tokio::time::sleep(pause.min(left)) => {}
            never = &mut watch => match never {},
        }
        let staged = stage_token(ctx, instance).await?;
        let request_guard = ctx.token_requests.read().await;
        let signals = DeferSignals::begin();
        let polled = identity.poll_device(registration, &start).await?;
        let answered = match polled {
            PollOutcome::Token(reply) => {
                return store_token(ctx, instance, staged, registration, reply, report).await;
            }
            // AWS has issued the token with an answer that did not arrive: that is the reason.
            PollOutcome::InvalidGrant(error) => {
                return Err(outage.map_or(error, |outage| outage.error));
            }
            PollOutcome::Pending => Ok(()),
            // RFC 8628 section 3.5: five seconds more for all further requests.
            PollOutcome::SlowDown => {
                interval += Duration::from_secs(5);
                Ok(())
            }
            PollOutcome::NotAnswered(error) => Err(error),
        };
        drop((request_guard, signals));
        outage = match (answered, outage) {
            (Ok(()), None) => None,
            (Ok(()), Some(_)) => {
                report(SignInStep::Connection(Ok(())));
                None
            }
            (Err(error), None) => {
                report(SignInStep::Connection(Err(error.clone())));
                Some(Outage { error, pause: interval })
            }
            (Err(error), Some(Outage { pause, .. })) => {
                Some(Outage { error, pause: (pause * 2).min(MAX_OUTAGE_PAUSE.max(interval)) })
            }
        };
    }
}

/// A time in which AWS does not answer polls.
struct Outage {
    /// The last failure.
    error: Error,
    /// The pause before the next poll.
    pause: Duration,
}

/// Prepares a later write of the token: opens the vault and reserves the space of the file.
pub(super) async fn stage_token(
    ctx: &Arc<Ctx>,
    instance: &Instance,
) -> Result<StagedRecord<SsoToken>> {
    let (vault, name) = (ctx.vault.clone(), RecordId::token(instance));
    run_blocking(move || vault.stage::<SsoToken>(&name)).await
}

async fn store_token(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    staged: StagedRecord<SsoToken>,
    registration: &ClientRegistration,
    reply: TokenResponse,
    report: &(dyn Fn(SignInStep) + Send + Sync),
) -> Result<()> {
    let now = ctx.clock.now();
    let token = SsoToken {
        access_token: reply.access_token,
        refresh_token: reply.refresh_token,
        issued_at: now,
        expires_at: reply.expires_at,
        signed_in_at: now,
        registration: Some(registration::to_record(instance, registration, now)),
    };
    let (access, expires_at) = (token.access_token.clone(), token.expires_at);
    // Another process may be refreshing the old token. It would find that session ended, and remove
    // the token that is stored by then: the new one. It can't while this process leads.
    let leader: Option<Leader> =
        sessions::become_leader(ctx, &RecordId::token(instance), REFRESH_TIMEOUT).await?;
    run_blocking(move || {
        let stored = staged.commit(&token);
        if let (Some(leader), Ok(())) = (leader, &stored) {
            leader.complete(SharedOutcome::Ok);
        }
        stored
    })
    .await?;
    if let Some(error) = cli_token::share(ctx, instance, &access, expires_at).await {
        report(SignInStep::Warning(error));
    }
    Ok(())
}

fn not_approved(instance: &Instance) -> Error {
    Error::new(
        ErrorKind::LoginNeeded,
        format!("the sign-in to {} was not approved in time", instance.name),
    )
    .hint(format!("run `rolecall login --sso {}`", instance.name))
}
