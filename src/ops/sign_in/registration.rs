//! The registration of this program at AWS, stored in the vault until AWS forgets it.

use std::sync::Arc;

use crate::domain::{Instance, Result, Timestamp};
use crate::identity::{ClientRegistration, Flow, IdentityClient};
use crate::vault::{self, RecordId};

use crate::ops::ctx::{Ctx, run_blocking};

/// Minimum remaining lifetime of a registration, in seconds.
const MIN_REMAINING_SECONDS: i64 = 15 * 60;

/// Returns the stored registration if it is valid, else a new one; `true` if it was stored. A new
/// one is stored by [`store`] once a sign-in with it has succeeded.
pub(in crate::ops) async fn load_or_register(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    identity: &IdentityClient,
    flow: Flow,
) -> Result<(ClientRegistration, bool)> {
    let name = record_id(instance, flow);
    let (vault, wanted, now) = (ctx.vault.clone(), name.clone(), ctx.clock.now());
    let load = move || vault.load::<vault::StoredRegistration>(&wanted, now);
    if let Some(found) = run_blocking(load).await?
        && found.expires_at.seconds_since(now) > MIN_REMAINING_SECONDS
        // Older versions stored an answer of AWS without an id.
        && !found.client_id.is_empty()
        && !found.client_secret.expose().is_empty()
    {
        return Ok((from_record(&found), true));
    }
    Ok((identity.register(flow).await?, false))
}

/// Stores a registration that worked. A failure is logged and ignored: it costs the next sign-in
/// one request.
pub(in crate::ops) async fn store(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    registration: &ClientRegistration,
) {
    let (vault, name) = (ctx.vault.clone(), record_id(instance, registration.flow));
    let record = to_record(instance, registration, ctx.clock.now());
    if let Err(error) = run_blocking(move || vault.save(&name, &record)).await {
        tracing::info!(target: "rolecall::sign_in", %error, "the registration was not stored");
    }
}

/// Removes a registration that AWS does not know any more.
pub(in crate::ops) async fn forget(ctx: &Arc<Ctx>, instance: &Instance, flow: Flow) -> Result<()> {
    let (vault, name) = (ctx.vault.clone(), record_id(instance, flow));
    run_blocking(move || vault.remove(&name)).await
}

/// Converts a registration for the vault.
pub(in crate::ops) fn to_record(
    instance: &Instance,
    registration: &ClientRegistration,
    now: Timestamp,
) -> vault::StoredRegistration {
    vault::StoredRegistration {
        client_id: registration.client_id.clone(),
        client_secret: registration.client_secret.clone(),
        issued_at: now,
        expires_at: registration.expires_at,
        grants: grant_types(registration.flow).iter().map(ToString::to_string).collect(),
        scopes: instance.scopes.clone(),
    }
}

/// Converts a registration from the vault.
pub(in crate::ops) fn from_record(record: &vault::StoredRegistration) -> ClientRegistration {
    let flow = if record.grants.iter().any(|grant| grant == AUTHORIZATION_CODE) {
        Flow::Pkce
    } else {
        Flow::Device
    };
    ClientRegistration {
        client_id: record.client_id.clone(),
        client_secret: record.client_secret.clone(),
        expires_at: record.expires_at,
        flow,
    }
}

const AUTHORIZATION_CODE: &str = "authorization_code";

fn grant_types(flow: Flow) -> &'static [&'static str] {
    match flow {
        Flow::Pkce => &[AUTHORIZATION_CODE, "refresh_token"],
        Flow::Device => &["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    }
}

fn record_id(instance: &Instance, flow: Flow) -> RecordId {
    RecordId::registration(instance, &grant_types(flow).join(" "))
}

#[cfg(test)]
mod tests;
