//! Role credentials: from the vault, or fetched by one process for all that want them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::{AccountId, Credentials, Error, Instance, Kind, Result, RoleName, Window};
use crate::vault::{Boarding, Name, Outcome};

use super::ctx::{Ctx, blocking};
use super::token::{access_token, land};

/// How long a fetch may take when old credentials could be handed out instead.
const WITH_OLD: Duration = Duration::from_secs(3);
/// How long a failed fetch is not tried again while old credentials are still good, in seconds.
const REMEMBER_FAILURE: i64 = 60;
/// How long somebody else's fetch is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which role, and how much may be taken from or put into the vault.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The IAM Identity Center.
    pub instance: Instance,
    /// The account.
    pub account: AccountId,
    /// The role.
    pub role: RoleName,
    /// How much life stored credentials must have left.
    pub window: Window,
    /// Take stored credentials at all.
    pub stored: bool,
    /// Store what was fetched.
    pub keep: bool,
}

impl Wish {
    /// The usual: stored credentials with a quarter of an hour left, new ones are stored.
    pub fn new(instance: &Instance, account: AccountId, role: RoleName) -> Self {
        Self { instance: instance.clone(), account, role, window: Window::default(), stored: true, keep: true }
    }

    fn name(&self) -> Name {
        Name::credentials(&self.instance, self.account, &self.role, None)
    }
}

/// What was handed out.
#[derive(Debug, Clone)]
pub struct Assumed {
    /// The credentials.
    pub credentials: Credentials,
    /// Why they are older than they should be, if they are.
    pub warning: Option<Error>,
}

/// Stored credentials that are fresh enough: the warm path, without network or runtime.
///
/// # Errors
/// When the vault is locked or out of reach.
pub fn stored(vault: &crate::vault::Vault, wish: &Wish, now: crate::domain::Timestamp) -> Result<Option<Credentials>> {
    if !wish.stored {
        return Ok(None);
    }
    Ok(vault.load::<Credentials>(&wish.name(), now)?.filter(|credentials| credentials.fresh(now, wish.window)))
}

/// Credentials of a role. Old ones that still work go out with a warning when AWS can't be reached in time.
///
/// # Errors
/// [`Kind::LoginNeeded`], [`Kind::Refused`], [`Kind::Throttled`], [`Kind::Unreachable`], [`Kind::Vault`].
pub async fn assume(ctx: &Arc<Ctx>, wish: &Wish) -> Result<Assumed> {
    let name = wish.name();
    for _ in 0..3 {
        let flight = ctx.vault.flight(&name);
        let (ticket, last) = (flight.look(), flight.outcome());
        let now = ctx.clock.now();
        let old = if wish.stored { load(ctx, &name).await? } else { None };
        if let Some(credentials) = old.as_ref().filter(|credentials| credentials.fresh(now, wish.window)) {
            return Ok(Assumed { credentials: credentials.clone(), warning: None });
        }
        // Old ones that still have a minute are better than nothing.
        let old = old.filter(|credentials| credentials.left(now) > 60);
        if let (Some(credentials), Some(Outcome::Failed { at, .. })) = (&old, &last)
            && (0..REMEMBER_FAILURE).contains(&now.since(*at))
        {
            return Ok(Assumed { credentials: credentials.clone(), warning: last.and_then(|last| last.into_result().err()) });
        }
        let patience = if old.is_some() { WITH_OLD } else { PATIENCE };
        let fetched = tokio::time::timeout(patience, fetch(ctx, wish, flight, ticket, Instant::now() + patience)).await;
        let fetched = fetched.unwrap_or_else(|_| Err(slow(wish, patience)));
        return match (fetched, old) {
            (Ok(None), _) => continue,
            (Ok(Some(credentials)), _) => Ok(Assumed { credentials, warning: None }),
            (Err(error), Some(credentials)) if error.kind != Kind::Refused => Ok(Assumed { credentials, warning: Some(error) }),
            (Err(error), _) => Err(error),
        };
    }
    Err(slow(wish, PATIENCE))
}

/// Boards the role's flight: leads it, or hears how it went (`None`: look into the vault again).
async fn fetch(
    ctx: &Arc<Ctx>,
    wish: &Wish,
    flight: crate::vault::Flight,
    ticket: crate::vault::Ticket,
    deadline: Instant,
) -> Result<Option<Credentials>> {
    match blocking(move || flight.board(ticket, deadline)).await? {
        Boarding::Landed(outcome) => outcome.into_result().map(|()| None),
        Boarding::TimedOut => Err(slow(wish, PATIENCE)),
        Boarding::Lead(lead) => {
            let result = lead_fetch(ctx, wish).await;
            // Without a store the others have nothing to find: let the next one lead.
            if wish.keep || result.is_err() {
                land(ctx, lead, &result).await?;
            }
            result.map(Some)
        }
    }
}

async fn lead_fetch(ctx: &Arc<Ctx>, wish: &Wish) -> Result<Credentials> {
    let identity = ctx.identity(&wish.instance)?;
    let token = access_token(ctx, &wish.instance, None).await?;
    let credentials = match identity.role_credentials(&token, wish.account, &wish.role).await {
        // The portal may end a session before its token expires: one refresh tells.
        Err(error) if error.kind == Kind::LoginNeeded => {
            let token = access_token(ctx, &wish.instance, Some(&token)).await?;
            identity.role_credentials(&token, wish.account, &wish.role).await
        }
        other => other,
    }?;
    if wish.keep {
        let (vault, name, kept) = (ctx.vault.clone(), wish.name(), credentials.clone());
        // A full or read-only disk does not take the credentials away from whoever asked.
        if let Err(error) = blocking(move || vault.save(&name, &kept)).await
            && error.kind == Kind::Vault
        {
            return Err(error);
        }
    }
    Ok(credentials)
}

async fn load(ctx: &Arc<Ctx>, name: &Name) -> Result<Option<Credentials>> {
    let (vault, name, now) = (ctx.vault.clone(), name.clone(), ctx.clock.now());
    blocking(move || vault.load::<Credentials>(&name, now)).await
}

fn slow(wish: &Wish, patience: Duration) -> Error {
    Error::new(Kind::Unreachable, format!("no credentials for {} in {} within {} s", wish.role, wish.account, patience.as_secs()))
        .hint("try again, or see `rolecall status`")
}
