//! Signing in: registration, the browser or the code, and the token kept.

pub mod background;
pub mod lent;
mod registration;
pub mod replies;
pub mod sessions;
pub mod token;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::{AuthFlow, UrlAction, env};
use crate::domain::{Error, Instance, Kind, Result};
use crate::identity::{Callback, Flow, Identity, Pkce, Poll, Registration, TokenReply};
use crate::os::process::Unhurried;
use crate::vault::{Boarding, Name, Staged, Token};

use crate::ops::console::link::{Container, Delivered, Link, Manner, deliver, has_browser};
use crate::ops::ctx::{Ctx, blocking};
use crate::ops::sign_in::replies::Replies;
use crate::ops::sign_in::token::land;
use crate::ops::work::SignInStep;

/// How long a person has, in seconds; AWS gives device codes the same ten minutes.
const PATIENCE: i64 = 600;

/// Signs in and keeps the token. `report` hears where it stands; dropping the future cancels.
///
/// # Errors
/// [`Kind::Vault`] before anything is opened when the token could not be kept or used later; what AWS says; [`Kind::LoginNeeded`] when
/// nobody approved in time.
pub async fn sign_in(ctx: &Arc<Ctx>, instance: &Instance, flow: Option<Flow>, report: &(dyn Fn(SignInStep) + Send + Sync)) -> Result<()> {
    sign_in_hearing(ctx, instance, flow, report, &mut Replies::default()).await
}

/// The same where a person can paste the address that the browser ended on.
///
/// # Errors
/// As [`sign_in`].
pub async fn sign_in_hearing(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    flow: Option<Flow>,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut Replies,
) -> Result<()> {
    let result = through(ctx, instance, flow, report, replies).await;
    note(ctx, instance, &result).await?;
    result
}

/// Says how a person's own sign-in or logout went: a sign-in lifts the bar, a logout sets it.
///
/// # Errors
/// When the background thread is gone.
pub(in crate::ops) async fn note<T>(ctx: &Arc<Ctx>, instance: &Instance, result: &Result<T>) -> Result<()> {
    let flight = ctx.vault.flight(&Name::sign_in(instance));
    let ticket = flight.look();
    let boarding = blocking(move || flight.board(ticket, Instant::now())).await?;
    match boarding {
        Boarding::Lead(lead) => land(ctx, lead, result).await,
        // A helper is at it: it will find the new token, or say for itself.
        _ => Ok(()),
    }
}

async fn through(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    flow: Option<Flow>,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut Replies,
) -> Result<()> {
    report(SignInStep::Starting);
    let vault = ctx.vault.clone();
    let name = Name::token(instance);
    blocking(move || vault.ready().and_then(|()| vault.check_room::<Token>(&name))).await?;
    let identity = ctx.identity(instance)?;
    let flow = flow.unwrap_or_else(|| usual_flow(ctx, instance));
    match attempt(ctx, instance, &identity, flow, report, replies).await {
        Err(Attempt::StaleClient) => match attempt(ctx, instance, &identity, flow, report, replies).await {
            Err(Attempt::StaleClient) => {
                Err(Error::new(Kind::Refused, format!("{} refuses the registration it has just made", instance.name)))
            }
            Err(Attempt::Failed(error)) => Err(error),
            Ok(()) => Ok(()),
        },
        Err(Attempt::Failed(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

/// Why one attempt did not succeed.
enum Attempt {
    /// The stored registration is unknown to AWS; it was forgotten, so that the next attempt registers anew.
    StaleClient,
    /// Anything else.
    Failed(Error),
}

impl From<Error> for Attempt {
    fn from(error: Error) -> Self {
        Attempt::Failed(error)
    }
}

async fn attempt(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    identity: &Identity,
    flow: Flow,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut Replies,
) -> Result<(), Attempt> {
    let (registration, stored) = registration::get(ctx, instance, identity, flow).await?;
    let result = match flow {
        Flow::Pkce => pkce(ctx, instance, identity, &registration, report, replies).await,
        Flow::Device => device(ctx, instance, identity, &registration, report).await,
    };
    match result {
        // What AWS refuses in a sign-in is the registration: a person's own refusal is a declined sign-in.
        Err(error) if stored && error.kind == Kind::Refused => {
            registration::forget(ctx, instance, flow).await?;
            Err(Attempt::StaleClient)
        }
        other => Ok(other?),
    }
}

/// The authorization code flow: a listener on loopback, then the browser, then the code, brought by the browser or by hand.
async fn pkce(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    identity: &Identity,
    registration: &Registration,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut Replies,
) -> Result<()> {
    let callback = Callback::bind()?;
    let pkce = Pkce::new(callback.redirect_uri())?;
    let url = identity.authorize_url(registration, &pkce);
    let opened = open(ctx, instance, &url).await;
    report(SignInStep::Open { url, code: None, expires_at: ctx.clock.now().plus(PATIENCE), browser: opened });
    let come = async {
        tokio::select! {
            code = callback.wait(&pkce.state) => code,
            code = replies.code(&pkce.state, report) => code,
        }
    };
    let code =
        tokio::time::timeout(Duration::from_secs(PATIENCE.unsigned_abs()), come).await.unwrap_or_else(|_| Err(nobody_came(instance)))?;
    let staged = stage(ctx, instance).await?;
    let _kept = ctx.keeping.lock().await;
    let _unhurried = Unhurried::begin();
    let reply = identity.exchange(registration, &pkce, &code).await?;
    keep(ctx, instance, staged, registration, reply).await
}

/// The device code flow: show the code, then ask at the interval that AWS names.
async fn device(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    identity: &Identity,
    registration: &Registration,
    report: &(dyn Fn(SignInStep) + Send + Sync),
) -> Result<()> {
    let start = identity.start_device(registration).await?;
    let opened = open(ctx, instance, &start.verification_uri_complete).await;
    let (url, code) = (start.verification_uri_complete.clone(), Some(start.user_code.clone()));
    report(SignInStep::Open { url, code, expires_at: start.expires_at, browser: opened });
    let mut pause = u64::from(start.interval.max(1));
    while ctx.clock.now() < start.expires_at {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        let staged = stage(ctx, instance).await?;
        let kept = ctx.keeping.lock().await;
        let unhurried = Unhurried::begin();
        match identity.poll_device(registration, &start).await? {
            Poll::Token(reply) => return keep(ctx, instance, staged, registration, reply).await,
            Poll::Pending => {}
            // RFC 8628 section 3.5: five seconds more, for good.
            Poll::SlowDown => pause += 5,
        }
        drop((kept, unhurried));
    }
    Err(nobody_came(instance))
}

async fn stage(ctx: &Arc<Ctx>, instance: &Instance) -> Result<Staged<Token>> {
    let (vault, name) = (ctx.vault.clone(), Name::token(instance));
    blocking(move || vault.stage::<Token>(&name)).await
}

async fn keep(ctx: &Arc<Ctx>, instance: &Instance, staged: Staged<Token>, registration: &Registration, reply: TokenReply) -> Result<()> {
    let now = ctx.clock.now();
    let token = Token {
        access_token: reply.access_token,
        refresh_token: reply.refresh_token,
        issued_at: now,
        expires_at: reply.expires_at,
        signed_in_at: now,
        registration: Some(registration::record(instance, registration, now)),
    };
    let (access, expires_at) = (token.access_token.clone(), token.expires_at);
    blocking(move || staged.commit(&token)).await?;
    lent::share(ctx, instance, &access, expires_at).await
}

fn nobody_came(instance: &Instance) -> Error {
    Error::new(Kind::LoginNeeded, format!("the sign-in to {} was not approved within ten minutes", instance.name))
        .hint(format!("run `rolecall login --sso {}`", instance.name))
}

/// Does with a sign-in page what is to be done with it; `false` when the person has to open it.
async fn open(ctx: &Ctx, instance: &Instance, url: &str) -> bool {
    deliver(ctx, Link::Open(url.to_owned()), &manner(ctx, instance)).await == Ok(Delivered::Opened)
}

/// What is done with the sign-in pages of an instance: its own settings, then the general ones.
pub fn manner(ctx: &Ctx, instance: &Instance) -> Manner {
    let (settings, own) = (&ctx.settings, ctx.settings.instances.get(&instance.name));
    let configured = own.and_then(|own| own.auth_browser.clone().or_else(|| own.browser.clone()));
    let container = Container { name: instance.name.to_string(), ..Container::default() };
    Manner {
        action: own.and_then(|own| own.auth_url_action).unwrap_or(settings.auth_url_action),
        browser: configured.or_else(|| settings.auth_browser.clone()).or_else(|| settings.browser.clone()),
        command: own.and_then(|own| own.url_exec_command.clone()).unwrap_or_else(|| settings.url_exec_command.clone()),
        container,
    }
}

/// Whether a browser can be opened on this machine: one was named, or there is a display.
fn can_open(ctx: &Ctx, instance: &Instance) -> bool {
    let manner = manner(ctx, instance);
    manner.browser.is_some() || manner.action == UrlAction::Exec || has_browser(ctx)
}

/// What the configuration says, else the authorization code flow where a browser on this machine can reach our listener and the device
/// code flow elsewhere: over SSH, in WSL, without a display.
fn usual_flow(ctx: &Ctx, instance: &Instance) -> Flow {
    let own = ctx.settings.instances.get(&instance.name).and_then(|own| own.auth_flow);
    match own.unwrap_or(ctx.settings.auth_flow) {
        AuthFlow::Pkce => Flow::Pkce,
        AuthFlow::DeviceCode => Flow::Device,
        AuthFlow::Auto => {
            let elsewhere = [env::SSH_CONNECTION, env::SSH_TTY, env::WSL_DISTRO_NAME].into_iter().any(|var| ctx.env.get(var).is_some());
            if elsewhere || !can_open(ctx, instance) { Flow::Device } else { Flow::Pkce }
        }
    }
}
