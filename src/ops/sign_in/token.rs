//! A valid access token for an instance: from the vault, refreshed by one process for all, or the
//! AWS CLI's.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::session_lengths;
use crate::domain::{Error, ErrorKind, Instance, Result, ResultExt, Secret};
use crate::identity::{RefreshOutcome, TokenResponse};
use crate::os::process::DeferSignals;
use crate::vault::{Generation, Leader, RecordId, SharedOutcome, SingleFlight, SsoToken, Turn};

use super::{cli_token, registration};
use crate::ops::ctx::{Ctx, run_blocking};

/// A token is refreshed if it is valid for fewer seconds than this: SSO tokens live an hour, and
/// AWS's own SDKs refresh at five minutes.
const REFRESH_BEFORE_SECONDS: i64 = 300;

/// How long a refresh by another process may take.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(30);

/// The error if the user is not signed in.
pub fn login_needed(instance: &Instance) -> Error {
    Error::new(ErrorKind::LoginNeeded, format!("not signed in to {}", instance.name))
        .hint(format!("run `rolecall login --sso {}`", instance.name))
}

/// Returns a valid access token; the AWS CLI's if the vault has none. `refused` is a token that AWS
/// has just refused although it looked valid.
///
/// # Errors
/// [`ErrorKind::LoginNeeded`] if there is none and the user has to sign in; vault and network
/// errors.
pub async fn access_token(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    refused: Option<&Secret<String>>,
) -> Result<Secret<String>> {
    match own_token(ctx, instance, refused).await {
        Err(error) if error.kind == ErrorKind::LoginNeeded => {
            cli_token::load_cli_access_token(ctx, instance, refused).await?.ok_or(error)
        }
        own => own,
    }
}

/// Returns a valid access token from the vault.
async fn own_token(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    refused: Option<&Secret<String>>,
) -> Result<Secret<String>> {
    let name = RecordId::token(instance);
    // A second round follows if another process has just completed a refresh; a third would mean
    // that its token is of no use here.
    for _ in 0..3 {
        let flight = ctx.vault.single_flight(&name);
        let generation = current_generation(&flight).await?;
        let Some(token) = load_token(ctx, &name).await? else { return Err(login_needed(instance)) };
        let seconds_left = token.expires_at.seconds_since(ctx.clock.now());
        let is_refused = refused.is_some_and(|refused| *refused == token.access_token);
        if seconds_left > REFRESH_BEFORE_SECONDS && !is_refused {
            return Ok(token.access_token.clone());
        }
        if !is_renewable(ctx, &token) {
            return if seconds_left > 0 && !is_refused {
                Ok(token.access_token.clone())
            } else {
                Err(login_needed(instance))
            };
        }
        match run_blocking(move || flight.wait(generation, Instant::now() + REFRESH_TIMEOUT))
            .await?
        {
            Turn::Completed(outcome) => match outcome.into_result() {
                Ok(()) => {}
                Err(error) => return old_token_or_error(&token, seconds_left, is_refused, error),
            },
            Turn::TimedOut => {
                return old_token_or_error(&token, seconds_left, is_refused, timed_out(instance));
            }
            Turn::Lead(leader) => {
                let (ctx, instance, old) = (ctx.clone(), instance.clone(), token.clone());
                // A task of its own: if the caller is dropped, the response is stored all the same.
                let done = tokio::spawn(async move {
                    let result = refresh(&ctx, &instance, &old).await;
                    complete_with(&ctx, leader, &result).await?;
                    result
                });
                let result = done.await.context(ErrorKind::Internal, "refreshing the token")?;
                return result
                    .or_else(|error| old_token_or_error(&token, seconds_left, is_refused, error));
            }
        }
    }
    Err(login_needed(instance))
}

/// Returns the old token if it is still valid, unless the error says that the session is over.
fn old_token_or_error(
    token: &SsoToken,
    seconds_left: i64,
    is_refused: bool,
    error: Error,
) -> Result<Secret<String>> {
    if seconds_left > 0 && !is_refused && error.kind != ErrorKind::LoginNeeded {
        Ok(token.access_token.clone())
    } else {
        Err(error)
    }
}

/// Reads the generation of a flight, which is in a file.
async fn current_generation(flight: &SingleFlight) -> Result<Generation> {
    let flight = flight.clone();
    run_blocking(move || Ok(flight.generation())).await
}

async fn load_token(ctx: &Arc<Ctx>, name: &RecordId) -> Result<Option<SsoToken>> {
    let (vault, name, now) = (ctx.vault.clone(), name.clone(), ctx.clock.now());
    run_blocking(move || vault.load::<SsoToken>(&name, now)).await
}

/// Whether a token can be refreshed without the user.
pub fn is_renewable(ctx: &Ctx, token: &SsoToken) -> bool {
    let registered = token
        .registration
        .as_ref()
        .is_some_and(|registration| registration.expires_at > ctx.clock.now());
    token.refresh_token.is_some() && registered
}

/// Sends the refresh token and stores the response. From sending to renaming, nothing cancels this
/// and signals are deferred.
async fn refresh(ctx: &Arc<Ctx>, instance: &Instance, old: &SsoToken) -> Result<Secret<String>> {
    let (Some(registration), Some(refresh_token)) = (&old.registration, &old.refresh_token) else {
        return Err(login_needed(instance));
    };
    let identity = ctx.prepared_identity(instance).await?;
    let name = RecordId::token(instance);
    let (vault, staging) = (ctx.vault.clone(), name.clone());
    let staged = run_blocking(move || vault.stage::<SsoToken>(&staging)).await?;
    let _request_guard = ctx.token_requests.read().await;
    let _signals = DeferSignals::begin();
    match identity.refresh_tokens(&registration::from_record(registration), refresh_token).await? {
        RefreshOutcome::Token(reply) => {
            let token = renewed_token(ctx, old, reply);
            let (access, expires_at) = (token.access_token.clone(), token.expires_at);
            run_blocking(move || staged.commit(&token)).await?;
            // Not worth a message: the user did not ask for a token.
            if let Some(error) = cli_token::share(ctx, instance, &access, expires_at).await {
                tracing::info!(target: "rolecall::share", instance = %instance.name, "{error}");
            }
            record_session_length(ctx, instance, old, session_lengths::record_alive).await;
            Ok(access)
        }
        RefreshOutcome::InvalidGrant => {
            drop(staged);
            // A program that does not use the single flight may have used the refresh token and
            // stored a newer one.
            let now = ctx.clock.now();
            match load_token(ctx, &name).await? {
                Some(token) if token.access_token != old.access_token && token.expires_at > now => {
                    Ok(token.access_token.clone())
                }
                _ => {
                    record_session_length(ctx, instance, old, session_lengths::record_ended).await;
                    forget_ended_session(ctx, instance, &name).await
                }
            }
        }
        RefreshOutcome::InvalidClient => {
            drop(staged);
            registration::forget(ctx, instance, registration::from_record(registration).flow)
                .await?;
            forget_ended_session(ctx, instance, &name).await
        }
    }
}

fn renewed_token(ctx: &Ctx, old: &SsoToken, reply: TokenResponse) -> SsoToken {
    SsoToken {
        access_token: reply.access_token,
        refresh_token: reply.refresh_token.or_else(|| old.refresh_token.clone()),
        issued_at: ctx.clock.now(),
        expires_at: reply.expires_at,
        signed_in_at: old.signed_in_at,
        registration: old.registration.clone(),
    }
}

/// Records how long a session has lasted so far, or in total: the length is known only by
/// observation. A failure is logged and ignored.
async fn record_session_length(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    token: &SsoToken,
    what: fn(&Path, &Instance, i64) -> Result<()>,
) {
    let (directory, instance, lived) = (
        ctx.paths.state_dir.clone(),
        instance.clone(),
        ctx.clock.now().seconds_since(token.signed_in_at),
    );
    if let Err(error) = run_blocking(move || what(&directory, &instance, lived)).await {
        tracing::info!(target: "rolecall::sign_in", %error, "the length of a session was not \
             stored");
    }
}

/// Removes the token of a session that has ended.
async fn forget_ended_session(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    name: &RecordId,
) -> Result<Secret<String>> {
    let (vault, name) = (ctx.vault.clone(), name.clone());
    run_blocking(move || vault.remove(&name)).await?;
    let error =
        Error::new(ErrorKind::LoginNeeded, format!("the sign-in to {} has ended", instance.name));
    Err(error.hint(format!("run `rolecall login --sso {}`", instance.name)))
}

fn timed_out(instance: &Instance) -> Error {
    Error::new(
        ErrorKind::Unreachable,
        format!(
            "another process has been refreshing the token of {} for {} s",
            instance.name,
            REFRESH_TIMEOUT.as_secs()
        ),
    )
}

/// Reports an outcome to all processes that wait for a single flight.
///
/// # Errors
/// If the operating system refuses a thread.
pub(in crate::ops) async fn complete_with<T>(
    ctx: &Ctx,
    leader: Leader,
    result: &Result<T>,
) -> Result<()> {
    let outcome = result.as_ref().map_or_else(
        |error| SharedOutcome::from_error(error, ctx.clock.now()),
        |_| SharedOutcome::Ok,
    );
    run_blocking(move || {
        leader.complete(outcome);
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests;
