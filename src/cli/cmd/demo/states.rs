//! States that users meet, produced by the simulator or in the temporary home.

use std::fs;

use crate::cache::inventory;
use crate::demo::{self, Fault, Simulator};
use crate::domain::{ErrorKind, Result, ResultExt, Secret};
use crate::ops::ctx::Ctx;
use crate::ops::roles::snapshot;
use crate::ops::sign_in::sessions;

use super::{DemoHome, sign_in_and_approve};
use crate::cli::app::{self, Caller};
use crate::cli::args::{DemoState, Globals};

/// Seconds that this machine's clock is behind.
const CLOCK_LAG: i64 = 720;
/// The passphrase of the locked vault.
const PASSPHRASE: &str = "sesame";
/// Requests per second that a throttling portal accepts.
const THROTTLE_RATE: f64 = 3.0;
/// Age in hours of a list that the picker fetches again by itself.
const STALE_HOURS: i64 = 49;

/// Whether the program was used before.
pub(super) fn has_history(state: DemoState) -> bool {
    match state {
        DemoState::Bare
        | DemoState::FirstDay
        | DemoState::NoRoles
        | DemoState::Throttled
        | DemoState::NoVault => false,
        DemoState::Offline
        | DemoState::Refused
        | DemoState::Clock
        | DemoState::Locked
        | DemoState::Expired
        | DemoState::Declined => true,
    }
}

/// Produces the state.
///
/// # Errors
/// If the temporary home can't be written or the sign-in fails.
pub(super) fn prepare(state: DemoState, place: &mut DemoHome, running: &Simulator) -> Result<()> {
    match state {
        DemoState::Bare => {
            fs::remove_file(place.home.join(".aws/config"))
                .context(ErrorKind::Os, "preparing the demo")?;
            place.write_config("")?;
        }
        DemoState::FirstDay => {}
        DemoState::NoRoles => {
            place.write_config(&instances_only_config(running))?;
            sign_in_everywhere(place)?;
            revoke_all_roles(running);
        }
        DemoState::Offline => {
            // The owner of the simulator ends it.
            age_lists(place)?;
        }
        DemoState::Throttled => {
            sign_in_everywhere(place)?;
            running.set_throttle(Some(THROTTLE_RATE));
        }
        DemoState::Refused => {
            let url = "access_request_url = \"https://access.example.com/{account_id}/{role}\"\n\n";
            place.write_config(&format!("{url}{}", demo::config(&running.organization())))?;
            let ctx = open_ctx(place)?;
            renew_snapshot(&ctx);
            revoke_all_roles(running);
        }
        DemoState::Clock => {
            age_lists(place)?;
            running.add_fault(Fault::SkewClock { seconds: CLOCK_LAG });
        }
        DemoState::Locked => {
            let given = place.passphrase.take().unwrap_or_default();
            let vault = open_ctx(place)?.vault.clone();
            vault.change_passphrase(Some(Secret::new(given)), Secret::from(PASSPHRASE))?;
        }
        DemoState::NoVault => place.passphrase = None,
        DemoState::Expired => sign_out_and_fail_next(place, running, "ExpiredTokenException")?,
        DemoState::Declined => sign_out_and_fail_next(place, running, "AccessDeniedException")?,
    }
    Ok(())
}

fn open_ctx(place: &DemoHome) -> Result<std::sync::Arc<Ctx>> {
    app::open_in_env(place.environment(), &Globals::default(), Caller::Program)
}

/// Rebuilds the snapshot that the picker starts with.
fn renew_snapshot(ctx: &Ctx) {
    snapshot::rebuild_if_stale(&ctx.env, &ctx.paths, None);
}

/// Signs in to every instance and fetches no list.
fn sign_in_everywhere(place: &DemoHome) -> Result<()> {
    let ctx = open_ctx(place)?;
    app::block_on(&ctx, async {
        for instance in &ctx.instances {
            sign_in_and_approve(&ctx, instance).await?;
        }
        Ok(())
    })
}

fn revoke_all_roles(running: &Simulator) {
    for account in
        running.organization().directories.iter().flat_map(|directory| &directory.accounts)
    {
        account.roles.iter().for_each(|role| running.revoke_role(account.id, role));
    }
}

/// Signs out of every instance; the next sign-in gets this response.
fn sign_out_and_fail_next(place: &DemoHome, running: &Simulator, error: &str) -> Result<()> {
    let ctx = open_ctx(place)?;
    app::block_on(&ctx, async {
        for instance in &ctx.instances {
            sessions::sign_out(&ctx, instance).await?;
        }
        Ok(())
    })?;
    running.add_fault(always_fail("CreateToken", 400, error));
    Ok(())
}

/// Makes the lists so old that the picker fetches them again.
fn age_lists(place: &DemoHome) -> Result<()> {
    let ctx = open_ctx(place)?;
    for instance in &ctx.instances {
        if let Some(mut inventory) = inventory::load(&ctx.paths.cache_dir, instance) {
            inventory.fetched_at = inventory.fetched_at.plus(-STALE_HOURS * 3_600);
            inventory::save(&ctx.paths.cache_dir, instance, &inventory)?;
        }
    }
    renew_snapshot(&ctx);
    Ok(())
}

fn always_fail(operation: &str, status: u16, error: &str) -> Fault {
    Fault::Fail { operation: operation.into(), times: usize::MAX, status, error: error.into() }
}

/// The instances without account settings: a chained role would count as a role.
fn instances_only_config(running: &Simulator) -> String {
    let instance = |directory: &demo::Directory| {
        let demo::Directory { name, start_url, region, .. } = directory;
        format!("[instances.{name}]\nstart_url = \"{start_url}\"\nsso_region = \"{region}\"\n\n")
    };
    running.organization().directories.iter().map(instance).collect()
}
