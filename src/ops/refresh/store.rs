//! Refreshes the inventory of an instance and stores it.

use std::sync::Arc;
use std::time::Duration;

use crate::cache::inventory;
use crate::domain::{
    AccountId, Error, ErrorKind, Instance, Inventory, InventoryChange, Result, diff_inventories,
};

use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::refresh::lookup::{LookupScope, lookup};
use crate::ops::refresh::{Progress, RefreshLimits, RefreshReport, refresh};
use crate::ops::sign_in::token::access_token;

#[derive(Debug, Clone)]
pub struct StoredRefresh {
    /// Roles that were added or removed.
    pub changes: Vec<InventoryChange>,
    /// Accounts whose roles could not be fetched, and why; their old roles are kept.
    pub failed: Vec<(AccountId, Error)>,
    pub inventory: Inventory,
    /// The number of roles in the list; with the chained ones if the caller has counted them.
    pub roles: usize,
}

/// Returns the limits from the settings; `threads` takes precedence over the setting.
pub fn refresh_limits(ctx: &Ctx, threads: Option<usize>) -> RefreshLimits {
    let settings = &ctx.settings;
    RefreshLimits {
        threads: threads.unwrap_or(settings.threads).max(1),
        requests_per_second: settings.requests_per_second,
        max_retry: settings.max_retry,
        max_backoff: settings.max_backoff,
        ..RefreshLimits::default()
    }
}

/// Longest duration of a lookup: the user waits for it.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);

/// The limits of a lookup: smaller, since the user waits for it.
fn lookup_limits(ctx: &Ctx) -> RefreshLimits {
    let usual = refresh_limits(ctx, None);
    RefreshLimits {
        max_retry: usual.max_retry.min(3),
        silence_timeout: Duration::from_secs(10),
        total_timeout: LOOKUP_TIMEOUT,
        ..usual
    }
}

/// Fetches accounts and roles of an instance and stores them. What was fetched before a failure is
/// stored too.
///
/// # Errors
/// [`ErrorKind::LoginNeeded`] if the user is not signed in; the portal's error for the account
/// list; disk errors.
pub async fn refresh_and_store(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    limits: RefreshLimits,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<StoredRefresh> {
    let old = load_inventory(ctx, instance).await?;
    let report = fetch_inventory(ctx, instance, old.as_ref(), limits, progress).await?;
    save_inventory(ctx, instance, report.inventory.clone()).await?;
    if let Some(error) = report.stopped {
        return Err(error);
    }
    let changes = diff_inventories(&old.unwrap_or_default(), &report.inventory);
    let roles = report.inventory.role_count();
    Ok(StoredRefresh { changes, failed: report.failed, inventory: report.inventory, roles })
}

/// Fetches everything; if the session's access token expires meanwhile, once more with a new token.
async fn fetch_inventory(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    old: Option<&Inventory>,
    limits: RefreshLimits,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<RefreshReport> {
    let identity = ctx.identity(instance)?;
    let token = access_token(ctx, instance, None).await?;
    let first = refresh(&identity, &token, old, limits, ctx.clock, progress).await;
    if !is_token_refused(&first) {
        return first;
    }
    match (access_token(ctx, instance, Some(&token)).await, first) {
        (Ok(token), first) => {
            // Both attempts belong to one refresh, so the second does not confirm the first.
            let unconfirmed = old.map(|old| old.unconfirmed.clone()).unwrap_or_default();
            let known = first.ok().map(|report| Inventory { unconfirmed, ..report.inventory });
            refresh(&identity, &token, known.as_ref().or(old), limits, ctx.clock, progress).await
        }
        (Err(error), Ok(report)) => Ok(RefreshReport { stopped: Some(error), ..report }),
        (Err(error), Err(_)) => Err(error),
    }
}

/// Whether the portal refused the access token, at the start or on the way.
fn is_token_refused(outcome: &Result<RefreshReport>) -> bool {
    let error = outcome.as_ref().map_or_else(Some, |report| report.stopped.as_ref());
    error.is_some_and(|error| error.kind == ErrorKind::LoginNeeded)
}

/// Fetches the part of an instance's inventory that `scope` names, and stores it. Returns `false`
/// if no inventory is stored: then there is nothing to add to.
///
/// # Errors
/// As [`refresh_and_store`].
pub async fn lookup_and_store(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    scope: LookupScope,
) -> Result<bool> {
    let Some(old) = load_inventory(ctx, instance).await? else { return Ok(false) };
    let (identity, limits) = (ctx.identity(instance)?, lookup_limits(ctx));
    let token = access_token(ctx, instance, None).await?;
    let mut outcome = lookup(&identity, &token, &old, scope, limits, ctx.clock).await;
    if is_token_refused(&outcome) {
        let token = access_token(ctx, instance, Some(&token)).await?;
        outcome = lookup(&identity, &token, &old, scope, limits, ctx.clock).await;
    }
    let report = outcome?;
    save_inventory(ctx, instance, report.inventory).await?;
    report.stopped.map_or(Ok(true), Err)
}

async fn load_inventory(ctx: &Arc<Ctx>, instance: &Instance) -> Result<Option<Inventory>> {
    let (directory, instance) = (ctx.paths.cache_dir.clone(), instance.clone());
    run_blocking(move || inventory::try_load(&directory, &instance)).await
}

async fn save_inventory(ctx: &Ctx, instance: &Instance, inventory: Inventory) -> Result<()> {
    let (directory, instance) = (ctx.paths.cache_dir.clone(), instance.clone());
    run_blocking(move || inventory::save(&directory, &instance, &inventory)).await
}

#[cfg(test)]
mod tests;
