//! Sessions of instances, stored credentials of roles, and sign-out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cache::{inventory, session_lengths};
use crate::domain::{Error, Instance, InstanceName, Result, RoleId, Timestamp};
use crate::vault::{Leader, RecordId, SsoToken, Turn};

use crate::ops::backend::messages::{InstanceSession, SessionList};
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::ecs;
use crate::ops::roles::chain::{Chains, Route};
use crate::ops::sign_in::cli_token;
use crate::ops::sign_in::record_outcome;
use crate::ops::sign_in::token::{complete_with, is_renewable, login_needed};

/// A session that ends within so many seconds ends soon.
const ENDING_SOON_SECONDS: i64 = 3_600;
/// How long a refresh in progress may delay a sign-out.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(30);

/// Loads the state of every instance and role, from the vault and the AWS CLI's cache only.
///
/// # Errors
/// [`crate::domain::ErrorKind::Vault`] if the vault is locked or unavailable.
pub fn load_sessions(ctx: &Ctx) -> Result<SessionList> {
    let now = ctx.clock.now();
    let mut out = SessionList::default();
    for instance in &ctx.instances {
        let token = ctx.vault.load::<SsoToken>(&RecordId::token(instance), now)?;
        let signed_in =
            token.as_ref().is_some_and(|token| token.expires_at > now || is_renewable(ctx, token));
        let since = token.as_ref().filter(|_| signed_in).map(|token| token.signed_in_at);
        let borrowed = if signed_in { None } else { cli_token::load_cli_token(ctx, instance) };
        let inventory = inventory::load(&ctx.paths.cache_dir, instance);
        let fetched_at = inventory.as_ref().map(|inventory| inventory.fetched_at);
        out.instances.push(InstanceSession {
            instance: instance.name.clone(),
            signed_in: signed_in || borrowed.is_some(),
            signed_in_at: since,
            ends_at: expected_end(ctx, instance, token.as_ref())
                .or(borrowed.as_ref().map(|token| token.expires_at)),
            is_cli_token: borrowed.is_some(),
            fetched_at,
            unconfirmed: inventory.map_or(0, |inventory| inventory.unconfirmed.len()),
        });
    }
    out.roles = ready_roles(ctx)?;
    Ok(out)
}

/// Returns the roles with valid stored credentials, and when these expire.
///
/// # Errors
/// As [`load_sessions`].
pub fn ready_roles(ctx: &Ctx) -> Result<Vec<(RoleId, Timestamp)>> {
    let now = ctx.clock.now();
    let role = |name: &RecordId| {
        Some(RoleId {
            instance: name.instance().clone(),
            account: name.account()?,
            role: name.role()?.clone(),
        })
    };
    let chains = Chains::from_settings(&ctx.settings)?;
    let current = |name: &RecordId| match (role(name), ctx.instance(name.instance().as_str())) {
        // Credentials that were fetched with other settings of a chain are not used any more.
        (Some(role), Ok(instance)) => {
            let digest = chains.route(&role)?.as_ref().map(Route::digest).transpose()?;
            Ok(*name == RecordId::credentials(instance, role.account, &role.role, digest.as_ref()))
        }
        (role, _) => Ok(role.is_some()),
    };
    let mut names = Vec::new();
    for (name, expires) in ctx.vault.list(now)? {
        if current(&name)? {
            names.push((name, expires));
        }
    }
    Ok(names
        .into_iter()
        .filter(|(_, expires)| *expires > now)
        .filter_map(|(name, expires)| Some((role(&name)?, expires)))
        .collect())
}

/// Returns when a session is expected to end: from `session_duration`, else from the shortest
/// lifetime that was observed; the exact time if the token can't be refreshed.
fn expected_end(ctx: &Ctx, instance: &Instance, token: Option<&SsoToken>) -> Option<Timestamp> {
    let token = token?;
    if !is_renewable(ctx, token) {
        return Some(token.expires_at).filter(|at| *at > ctx.clock.now());
    }
    let own = ctx.settings.instances.get(&instance.name).and_then(|own| own.session_duration);
    match own.or(ctx.settings.session_duration) {
        Some(duration) => Some(token.signed_in_at + duration),
        // An estimate that has passed was wrong.
        None => session_lengths::shortest(&ctx.paths.state_dir, instance)
            .map(|life| token.signed_in_at.plus_seconds(life))
            .filter(|at| *at > ctx.clock.now()),
    }
}

/// Returns when rolecall's own session with an instance ends, if that is expected within the hour:
/// credentials that are fetched then outlive it. A token of the AWS CLI is refreshed by the AWS
/// CLI.
///
/// # Errors
/// As [`load_sessions`].
pub fn ending_soon(ctx: &Ctx, instance: &Instance) -> Result<Option<Timestamp>> {
    let now = ctx.clock.now();
    let token = ctx.vault.load::<SsoToken>(&RecordId::token(instance), now)?;
    Ok(expected_end(ctx, instance, token.as_ref())
        .filter(|at| (1..=ENDING_SOON_SECONDS).contains(&at.seconds_since(now))))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOutResult {
    /// Whether there was a session on this machine.
    pub was_signed_in: bool,
    /// How many roles had credentials that were valid, and are removed.
    pub dropped_roles: usize,
    /// Why the session was not ended at AWS, if that failed. It is removed here all the same.
    pub revoke_error: Option<Error>,
    /// Why the token is still in the AWS CLI's cache, if it could not be removed there.
    pub share_error: Option<Error>,
    /// Why a running credentials endpoint may still have role credentials in memory.
    pub endpoint_error: Option<Error>,
}

impl SignOutResult {
    /// The warnings to show if the session was not ended everywhere.
    pub fn warnings(&self, instance: &InstanceName) -> Vec<Error> {
        let endpoint = self.endpoint_error.clone().map(|error| {
            error
                .context("the credentials endpoint may still serve credentials")
                .hint("run `rolecall ecs stop`")
        });
        let revoke = self.revoke_warning(instance).into_iter();
        revoke.chain(self.share_error.clone()).chain(endpoint).collect()
    }

    fn revoke_warning(&self, instance: &InstanceName) -> Option<Error> {
        let error = self.revoke_error.as_ref()?;
        let text = format!(
            "{instance}: the sign-in was removed here, but could not be ended at AWS: {}",
            error.message
        );
        Some(
            Error::new(error.kind, text)
                .hint("it expires there; an administrator can end it now in IAM Identity Center"),
        )
    }
}

/// Signs out of an instance: revokes the token at AWS, then removes it and all role credentials
/// that were fetched with it, also from the memory of a running credentials endpoint. The secrets
/// are removed even if AWS can't be reached.
///
/// # Errors
/// Vault errors.
pub async fn sign_out(ctx: &Arc<Ctx>, instance: &Instance) -> Result<SignOutResult> {
    let name = RecordId::token(instance);
    let leader = become_leader(ctx, &name, REFRESH_TIMEOUT).await?;
    let (store, wanted, now) = (ctx.vault.clone(), name.clone(), ctx.clock.now());
    let token = run_blocking(move || store.load::<SsoToken>(&wanted, now)).await?;
    let not_revoked = match &token {
        Some(token) => revoke(ctx, instance, token).await.err(),
        None => None,
    };
    let gone = Err(login_needed(instance));
    // After a sign-out, no browser should open by itself. Recorded before credentials are removed:
    // a process that is fetching some now looks here after it has stored them.
    record_outcome::<()>(ctx, instance, &gone).await?;
    let (store, of) = (ctx.vault.clone(), instance.clone());
    let dropped_roles = run_blocking(move || {
        let mut count = 0;
        // At the latest possible time, no record is issued in the future: records of a wrong clock
        // are removed too.
        for (record, expires_at) in store.list(Timestamp(i64::MAX))? {
            if record.belongs_to(&of) {
                store.remove(&record)?;
                count += usize::from(record.role().is_some() && expires_at > now);
            }
        }
        store.remove(&name)?;
        Ok(count)
    })
    .await?;
    let (paths, of) = (ctx.paths.clone(), instance.name.clone());
    let forgotten = run_blocking(move || ecs::client::forget_credentials(&paths, of)).await;
    let share_error = cli_token::unshare(ctx, instance).await;
    if let Some(leader) = leader {
        complete_with::<()>(ctx, leader, &gone).await?;
    }
    Ok(SignOutResult {
        was_signed_in: token.is_some(),
        dropped_roles,
        revoke_error: not_revoked,
        share_error,
        endpoint_error: forgotten.err(),
    })
}

/// Removes the stored credentials of all roles of an instance and keeps its session. Returns how
/// many there were that had not expired.
///
/// # Errors
/// Vault errors.
pub async fn forget_role_credentials(ctx: &Arc<Ctx>, instance: &Instance) -> Result<usize> {
    let (store, of, now) = (ctx.vault.clone(), instance.clone(), ctx.clock.now());
    run_blocking(move || {
        let mut count = 0;
        for (record, expires_at) in store.list(Timestamp(i64::MAX))? {
            if record.role().is_some() && record.belongs_to(&of) {
                store.remove(&record)?;
                count += usize::from(expires_at > now);
            }
        }
        Ok(count)
    })
    .await
}

async fn revoke(ctx: &Ctx, instance: &Instance, token: &SsoToken) -> Result<()> {
    ctx.identity(instance)?.logout(&token.access_token).await
}

/// Leads the token's single flight, so that no process refreshes what is being revoked. `None` if
/// another process holds it for longer than a refresh takes.
pub(super) async fn become_leader(
    ctx: &Ctx,
    name: &RecordId,
    patience: Duration,
) -> Result<Option<Leader>> {
    let (flight, deadline) = (ctx.vault.single_flight(name), Instant::now() + patience);
    run_blocking(move || {
        loop {
            match flight.wait(flight.generation(), deadline)? {
                Turn::Lead(leader) => return Ok(Some(leader)),
                Turn::Completed(_) => {}
                Turn::TimedOut => return Ok(None),
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests;
