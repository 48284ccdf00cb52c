//! Signs in: registration, browser or device code, and storing the token.

pub mod background;
pub mod cli_token;
mod flows;
mod page;
pub mod pasted_redirect;
mod registration;
pub mod sessions;
pub mod token;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::{AuthFlow, env};
use crate::domain::{Error, ErrorKind, Instance, Result};
use crate::identity::{Flow, IdentityClient};
use crate::vault::{RecordId, Turn};

use crate::ops::backend::messages::SignInStep;
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::sign_in::pasted_redirect::PastedRedirects;
use crate::ops::sign_in::token::complete_with;

pub use page::open_options;

/// How long another process may hold the lock of the sign-in.
const LOCK_TIMEOUT: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignInOptions {
    /// The flow; the configured or default one if `None`.
    pub flow: Option<Flow>,
    /// Register this program again even if a stored registration is still valid.
    pub register_again: bool,
}

/// Signs in and stores the token. `report` receives each step; dropping the future cancels the
/// sign-in.
///
/// # Errors
/// [`ErrorKind::Vault`] and [`ErrorKind::Os`], before a page is opened, if the token could not be
/// stored or used later; the refusal of AWS; [`ErrorKind::LoginNeeded`] if the sign-in was not
/// approved in time.
pub async fn sign_in(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    options: SignInOptions,
    report: &(dyn Fn(SignInStep) + Send + Sync),
) -> Result<()> {
    sign_in_with_redirects(ctx, instance, options, report, &mut PastedRedirects::default()).await
}

/// As [`sign_in`], if the user can paste the address that the browser ended on.
///
/// # Errors
/// As [`sign_in`].
pub async fn sign_in_with_redirects(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    options: SignInOptions,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut PastedRedirects,
) -> Result<()> {
    let result = run_sign_in(ctx, instance, options, report, replies).await;
    record_outcome(ctx, instance, &result).await?;
    result
}

/// Records the outcome of the user's own sign-in or logout: a sign-in ends the cooldown of
/// background sign-ins, a logout starts it.
///
/// # Errors
/// If the operating system refuses a thread.
pub(in crate::ops) async fn record_outcome<T>(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    result: &Result<T>,
) -> Result<()> {
    let flight = ctx.vault.single_flight(&RecordId::sign_in(instance));
    let wait = move || flight.wait(flight.generation(), Instant::now() + LOCK_TIMEOUT);
    let turn = run_blocking(wait).await?;
    match turn {
        Turn::Lead(leader) => complete_with(ctx, leader, result).await,
        // A helper is running: it will find the new token, or record its own outcome.
        _ => Ok(()),
    }
}

async fn run_sign_in(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    options: SignInOptions,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut PastedRedirects,
) -> Result<()> {
    report(SignInStep::Starting);
    let vault = ctx.vault.clone();
    run_blocking(move || vault.ensure_ready()).await?;
    // A token that can't be written would be lost after the user has approved it: fail before.
    drop(flows::stage_token(ctx, instance).await?);
    let identity = ctx.prepared_identity(instance).await?;
    let flow = options.flow.unwrap_or_else(|| resolve_flow(ctx, instance));
    if options.register_again {
        registration::forget(ctx, instance, flow).await?;
    }
    let again = match attempt(ctx, instance, &identity, flow, report, replies).await {
        Err(AttemptError::StaleRegistration) => {
            attempt(ctx, instance, &identity, flow, report, replies).await
        }
        first => first,
    };
    again.map_err(|attempt| match attempt {
        AttemptError::Failed(error) => error,
        AttemptError::StaleRegistration => Error::new(
            ErrorKind::AccessDenied,
            format!("AWS refuses the registration that it has just issued for {}", instance.name),
        ),
    })
}

/// Why one attempt did not succeed.
enum AttemptError {
    /// The stored registration is unknown to AWS. It was forgotten, so the next attempt registers
    /// again.
    StaleRegistration,
    /// Anything else.
    Failed(Error),
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> Self {
        AttemptError::Failed(error)
    }
}

async fn attempt(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    identity: &IdentityClient,
    flow: Flow,
    report: &(dyn Fn(SignInStep) + Send + Sync),
    replies: &mut PastedRedirects,
) -> Result<(), AttemptError> {
    let (registration, stored) =
        registration::load_or_register(ctx, instance, identity, flow).await?;
    let result = match flow {
        Flow::Pkce => {
            if stored {
                // Only the browser would show that AWS has forgotten a registration: its page shows
                // an error and never redirects back. So AWS is asked first. Whatever it answers, a
                // stored registration is removed here: only a successful sign-in stores it again,
                // so that a registration that leads nowhere can't make every later sign-in wait.
                registration::forget(ctx, instance, flow).await?;
                if !identity.is_registered(&registration).await {
                    return Err(AttemptError::StaleRegistration);
                }
            }
            flows::pkce(ctx, instance, identity, &registration, report, replies).await
        }
        Flow::Device => flows::device(ctx, instance, identity, &registration, report).await,
    };
    match result {
        // What AWS refuses in a sign-in is the registration: a refusal by the user is a declined
        // sign-in.
        Err(error) if stored && error.kind == ErrorKind::AccessDenied => {
            registration::forget(ctx, instance, flow).await?;
            Err(AttemptError::StaleRegistration)
        }
        Err(error) => Err(error.into()),
        Ok(()) => {
            registration::store(ctx, instance, &registration).await;
            Ok(())
        }
    }
}

/// Returns the configured flow, else the authorization code flow if a browser on this machine can
/// reach the listener, else (over SSH, in WSL, without a display) the device code flow.
fn resolve_flow(ctx: &Ctx, instance: &Instance) -> Flow {
    let own = ctx.settings.instances.get(&instance.name).and_then(|own| own.auth_flow);
    match own.unwrap_or(ctx.settings.auth_flow) {
        AuthFlow::Pkce => Flow::Pkce,
        AuthFlow::DeviceCode => Flow::Device,
        AuthFlow::Auto => {
            let elsewhere = [env::SSH_CONNECTION, env::SSH_TTY, env::WSL_DISTRO_NAME]
                .into_iter()
                .any(|var| ctx.env.get(var).is_some());
            if elsewhere || !page::can_open_browser(ctx, instance) {
                Flow::Device
            } else {
                Flow::Pkce
            }
        }
    }
}

#[cfg(test)]
mod tests;
