//! This program as AWS knows it, kept in the vault for as long as AWS remembers it.

use std::sync::Arc;

use crate::domain::{Instance, Result, Timestamp};
use crate::identity::{Flow, Identity, Registration};
use crate::vault::{self, Name};

use crate::ops::ctx::{Ctx, blocking};

/// A registration is used while it has this much left, in seconds.
const MARGIN: i64 = 15 * 60;

/// The stored registration while it is good, else a new one; `true` when it was stored.
pub(in crate::ops) async fn get(ctx: &Arc<Ctx>, instance: &Instance, identity: &Identity, flow: Flow) -> Result<(Registration, bool)> {
    let name = name(instance, flow);
    let (vault, wanted, now) = (ctx.vault.clone(), name.clone(), ctx.clock.now());
    if let Some(found) = blocking(move || vault.load::<vault::Registration>(&wanted, now)).await?
        && found.expires_at.since(now) > MARGIN
    {
        return Ok((plain(&found), true));
    }
    let made = identity.register(flow).await?;
    let (vault, kept) = (ctx.vault.clone(), record(instance, &made, now));
    blocking(move || vault.save(&name, &kept)).await?;
    Ok((made, false))
}

/// Forgets a registration that AWS does not know any more.
pub(in crate::ops) async fn forget(ctx: &Arc<Ctx>, instance: &Instance, flow: Flow) -> Result<()> {
    let (vault, name) = (ctx.vault.clone(), name(instance, flow));
    blocking(move || vault.forget(&name)).await
}

/// As the vault keeps it.
pub(in crate::ops) fn record(instance: &Instance, registration: &Registration, now: Timestamp) -> vault::Registration {
    vault::Registration {
        client_id: registration.client_id.clone(),
        client_secret: registration.client_secret.clone(),
        issued_at: now,
        expires_at: registration.expires_at,
        grants: grants(registration.flow).iter().map(ToString::to_string).collect(),
        scopes: instance.scopes.clone(),
    }
}

/// As the client wants it.
pub(in crate::ops) fn plain(record: &vault::Registration) -> Registration {
    let flow = if record.grants.iter().any(|grant| grant == CODE) { Flow::Pkce } else { Flow::Device };
    Registration { client_id: record.client_id.clone(), client_secret: record.client_secret.clone(), expires_at: record.expires_at, flow }
}

const CODE: &str = "authorization_code";

fn grants(flow: Flow) -> &'static [&'static str] {
    match flow {
        Flow::Pkce => &[CODE, "refresh_token"],
        Flow::Device => &["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    }
}

fn name(instance: &Instance, flow: Flow) -> Name {
    Name::registration(instance, &grants(flow).join(" "))
}
