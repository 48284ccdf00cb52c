//! Reading the portal's list of roles anew, and keeping it.

use std::sync::Arc;

use crate::cache::inventory;
use crate::domain::{AccountId, Change, Error, Instance, Inventory, Kind, Result, Roster, diff};

use super::ctx::{Ctx, blocking};
use super::refresh::{Limits, Outcome, Progress, refresh};
use super::token::access_token;

/// What a refresh brought.
#[derive(Debug, Clone)]
pub struct Updated {
    /// Roles that came and went.
    pub changes: Vec<Change>,
    /// Accounts whose roles could not be read, and why; their old roles are kept.
    pub failed: Vec<(AccountId, Error)>,
    /// The list as it is now.
    pub inventory: Inventory,
}

/// The limits that the settings set; `threads` wins over the setting.
pub fn limits(ctx: &Ctx, threads: Option<usize>) -> Limits {
    let settings = &ctx.settings;
    Limits {
        threads: threads.unwrap_or(settings.threads).max(1),
        requests_per_second: settings.requests_per_second,
        max_retry: settings.max_retry,
        max_backoff: std::time::Duration::from_secs(settings.max_backoff.into()),
    }
}

/// Reads accounts and roles of an instance and keeps them. What was read before a failure is kept too.
///
/// # Errors
/// [`Kind::LoginNeeded`] when nobody is signed in; what the portal says of the account list; disk errors.
pub async fn update(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    limits: Limits,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Updated> {
    let identity = ctx.identity(instance)?;
    let old = load(ctx, instance).await?;
    let token = access_token(ctx, instance, None).await?;
    let first = refresh(&identity, &token, old.as_ref(), limits, ctx.clock, progress).await;
    let outcome = match over_midway(&first) {
        None => first?,
        // The session may end before its token does: what was read is kept, and one refresh of the token tells.
        Some(read) => {
            let again = access_token(ctx, instance, Some(&token)).await;
            match (again, first) {
                (Ok(token), _) => refresh(&identity, &token, read.as_ref().or(old.as_ref()), limits, ctx.clock, progress).await?,
                (Err(_), Ok(outcome)) => outcome,
                (Err(error), Err(_)) => return Err(error),
            }
        }
    };
    let (directory, kept, of) = (ctx.paths.cache_dir.clone(), outcome.inventory.clone(), instance.clone());
    blocking(move || inventory::save(&directory, &of, &kept)).await?;
    if let Some(stopped) = outcome.stopped {
        return Err(stopped);
    }
    let changes = diff(&old.unwrap_or_default(), &outcome.inventory);
    Ok(Updated { changes, failed: outcome.failed, inventory: outcome.inventory })
}

/// The list as far as it was read when AWS turned the token down; `None` when it did not.
fn over_midway(result: &Result<Outcome>) -> Option<Option<Inventory>> {
    match result {
        Err(error) if error.kind == Kind::LoginNeeded => Some(None),
        Ok(outcome) if outcome.stopped.as_ref().is_some_and(|error| error.kind == Kind::LoginNeeded) => {
            Some(Some(outcome.inventory.clone()))
        }
        _ => None,
    }
}

async fn load(ctx: &Arc<Ctx>, instance: &Instance) -> Result<Option<Inventory>> {
    let (directory, of) = (ctx.paths.cache_dir.clone(), instance.clone());
    blocking(move || Ok(inventory::load(&directory, &of))).await
}

/// The roster of what is known of these instances, without network.
pub fn known(ctx: &Ctx, instances: &[Instance]) -> Roster {
    let inventories: Vec<_> = instances.iter().map(|instance| inventory::load(&ctx.paths.cache_dir, instance)).collect();
    super::roster::roster(instances.to_vec(), &inventories, &ctx.settings)
}

/// Whether an instance's inventory is missing, partial, or older than `cache_refresh` hours.
pub fn stale(ctx: &Ctx, instance: &Instance) -> bool {
    let hours = i64::from(ctx.settings.cache_refresh);
    match inventory::load(&ctx.paths.cache_dir, instance) {
        Some(inventory) => !inventory.complete || (hours > 0 && ctx.clock.now().since(inventory.fetched_at) > hours * 3_600),
        None => true,
    }
}
