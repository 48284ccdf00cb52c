//! Reading the portal's list of roles anew, and keeping it.

use std::sync::Arc;
use std::time::Duration;

use crate::cache::inventory;
use crate::domain::{
    AccountId, Error, ErrorKind, Instance, InstanceName, Inventory, InventoryChange, Result,
    Roster, diff_inventories,
};

use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::refresh::lookup::{LookupScope, lookup};
use crate::ops::refresh::{Progress, RefreshLimits, RefreshReport, refresh};
use crate::ops::roles::profile_names::apply_profile_names;
use crate::ops::sign_in::token::access_token;
use crate::os::atomic_file;

/// What a refresh brought.
#[derive(Debug, Clone)]
pub struct StoredRefresh {
    /// Roles that came and went.
    pub changes: Vec<InventoryChange>,
    /// Accounts whose roles could not be read, and why; their old roles are kept.
    pub failed: Vec<(AccountId, Error)>,
    /// The list as it is now.
    pub inventory: Inventory,
}

/// The limits that the settings set; `threads` wins over the setting.
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

/// The longest that a look-up may take: the user waits for it.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);

/// The limits of a look-up: smaller, since the user waits for it.
fn lookup_limits(ctx: &Ctx) -> RefreshLimits {
    let usual = refresh_limits(ctx, None);
    RefreshLimits {
        max_retry: usual.max_retry.min(3),
        silence_timeout: Duration::from_secs(10),
        total_timeout: LOOKUP_TIMEOUT,
        ..usual
    }
}

/// Reads accounts and roles of an instance and keeps them. What was read before a failure is kept
/// too.
///
/// # Errors
/// [`Kind::LoginNeeded`] when nobody is signed in; what the portal says of the account list; disk
/// errors.
pub async fn refresh_and_store(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    limits: RefreshLimits,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<StoredRefresh> {
    let old = load_inventory(ctx, instance).await?;
    let outcome = fetch_inventory(ctx, instance, old.as_ref(), limits, progress).await?;
    let (directory, kept, of) =
        (ctx.paths.cache_dir.clone(), outcome.inventory.clone(), instance.clone());
    run_blocking(move || inventory::save(&directory, &of, &kept)).await?;
    if let Some(stopped) = outcome.stopped {
        return Err(stopped);
    }
    let changes = diff_inventories(&old.unwrap_or_default(), &outcome.inventory);
    Ok(StoredRefresh { changes, failed: outcome.failed, inventory: outcome.inventory })
}

/// Reads everything; with a new token once more when the session's token ends on the way.
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
    let stopped = first.as_ref().map_or_else(Some, |outcome| outcome.stopped.as_ref());
    if stopped.is_none_or(|error| error.kind != ErrorKind::LoginNeeded) {
        return first;
    }
    match (access_token(ctx, instance, Some(&token)).await, first) {
        (Ok(token), first) => {
            // Both readings belong to one refresh, so the second does not confirm the first.
            let unconfirmed = old.map(|old| old.unconfirmed.clone()).unwrap_or_default();
            let known = first.ok().map(|outcome| Inventory { unconfirmed, ..outcome.inventory });
            refresh(&identity, &token, known.as_ref().or(old), limits, ctx.clock, progress).await
        }
        (Err(error), Ok(outcome)) => Ok(RefreshReport { stopped: Some(error), ..outcome }),
        (Err(error), Err(_)) => Err(error),
    }
}

/// Looks once more at as much of an instance as the look says, and keeps what it brought. `false`
/// when nothing was ever read of the instance: then there is nothing to add to.
///
/// # Errors
/// As [`update`].
pub async fn lookup_and_store(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    at: LookupScope,
) -> Result<bool> {
    let Some(old) = load_inventory(ctx, instance).await? else { return Ok(false) };
    let (identity, limits) = (ctx.identity(instance)?, lookup_limits(ctx));
    let token = access_token(ctx, instance, None).await?;
    let over = |outcome: &Result<RefreshReport>| {
        let error = outcome.as_ref().map_or_else(Some, |outcome| outcome.stopped.as_ref());
        error.is_some_and(|error| error.kind == ErrorKind::LoginNeeded)
    };
    let mut outcome = lookup(&identity, &token, &old, at, limits, ctx.clock).await;
    if over(&outcome) {
        let token = access_token(ctx, instance, Some(&token)).await?;
        outcome = lookup(&identity, &token, &old, at, limits, ctx.clock).await;
    }
    let outcome = outcome?;
    let (directory, kept, of) = (ctx.paths.cache_dir.clone(), outcome.inventory, instance.clone());
    run_blocking(move || inventory::save(&directory, &of, &kept)).await?;
    outcome.stopped.map_or(Ok(true), Err)
}

async fn load_inventory(ctx: &Arc<Ctx>, instance: &Instance) -> Result<Option<Inventory>> {
    let (directory, of) = (ctx.paths.cache_dir.clone(), instance.clone());
    run_blocking(move || inventory::try_load(&directory, &of)).await
}

/// The roster of what is known of these instances, without network. Roles with a profile in the AWS
/// config file are called by it.
pub fn load_roster(ctx: &Ctx, instances: &[Instance]) -> Roster {
    load_roster_with_warnings(ctx, instances).0
}

/// The same, with a warning for each instance that has unconfirmed accounts.
pub fn load_roster_with_warnings(ctx: &Ctx, instances: &[Instance]) -> (Roster, Vec<Error>) {
    let inventories = load_inventories(ctx, instances);
    let mut roster =
        crate::ops::roles::roster::build_roster(instances.to_vec(), &inventories, &ctx.settings);
    apply_profile_names(&mut roster, &ctx.paths, &ctx.settings);
    let warnings = instances.iter().zip(&inventories).filter_map(|(instance, inventory)| {
        unconfirmed_warning(&instance.name, inventory.as_ref()?)
    });
    (roster, warnings.collect())
}

/// Returns the warning that AWS sent an empty list and that the known roles are kept; `None` if no
/// account is unconfirmed.
pub fn unconfirmed_warning(instance: &InstanceName, inventory: &Inventory) -> Option<Error> {
    let accounts = match inventory.unconfirmed.len() {
        0 => return None,
        1 => "1 account".to_owned(),
        several => format!("{several} accounts"),
    };
    let text = format!(
        "{instance}: AWS sent an empty list; the known roles of {accounts} are kept until a second refresh agrees"
    );
    Some(
        Error::new(ErrorKind::Unreachable, text)
            .hint(format!("run `rolecall cache --sso {instance}`")),
    )
}

/// The same with the names that roles would have if none was written down yet.
pub(in crate::ops) fn load_roster_with_new_names(ctx: &Ctx, instances: &[Instance]) -> Roster {
    crate::ops::roles::roster::build_roster(
        instances.to_vec(),
        &load_inventories(ctx, instances),
        &ctx.settings,
    )
}

/// The same without what rules and profile formats add: quick enough to stand before the first
/// frame, not enough to act on. With it come the instances whose inventory is to be read anew.
pub fn load_preview(ctx: &Ctx, instances: &[Instance]) -> (Roster, Vec<InstanceName>) {
    let inventories = load_inventories(ctx, instances);
    let old = |(instance, inventory): (&Instance, &Option<Inventory>)| {
        is_inventory_stale(ctx, inventory.as_ref()).then(|| instance.name.clone())
    };
    let stale = instances.iter().zip(&inventories).filter_map(old).collect();
    (
        crate::ops::roles::roster::build_base_roster(
            instances.to_vec(),
            &inventories,
            &ctx.settings,
        ),
        stale,
    )
}

fn load_inventories(ctx: &Ctx, instances: &[Instance]) -> Vec<Option<Inventory>> {
    instances.iter().map(|instance| inventory::load(&ctx.paths.cache_dir, instance)).collect()
}

/// Why the list of roles of one of these instances can't be read; `None` if each can be read or
/// does not exist.
pub fn unreadable_inventory(ctx: &Ctx, instances: &[Instance]) -> Option<Error> {
    instances.iter().find_map(|instance| {
        atomic_file::load(&inventory::path(&ctx.paths.cache_dir, instance)).err()
    })
}

/// Whether every role of an instance is known.
pub fn is_complete(ctx: &Ctx, name: &InstanceName) -> bool {
    let instance = ctx.instances.iter().find(|instance| instance.name == *name);
    instance
        .and_then(|instance| inventory::load(&ctx.paths.cache_dir, instance))
        .is_some_and(|inventory| inventory.complete)
}

/// Whether an instance's inventory is missing, partial, unconfirmed, or older than `cache_refresh`
/// hours.
pub fn is_instance_stale(ctx: &Ctx, instance: &Instance) -> bool {
    is_inventory_stale(ctx, inventory::load(&ctx.paths.cache_dir, instance).as_ref())
}

fn is_inventory_stale(ctx: &Ctx, inventory: Option<&Inventory>) -> bool {
    let hours = i64::from(ctx.settings.cache_refresh_hours);
    match inventory {
        Some(inventory) if !inventory.unconfirmed.is_empty() => true,
        Some(inventory) => {
            !inventory.complete
                || (hours > 0 && ctx.clock.now().since(inventory.fetched_at) > hours * 3_600)
        }
        None => true,
    }
}
