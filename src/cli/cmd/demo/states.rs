//! States that users meet, produced by the simulator or in the temporary home.

use std::fs;

use crate::cache::inventory;
use crate::demo::{self, Fault, Simulator};
use crate::domain::{ErrorKind, Result, ResultExt};
use crate::ops::ctx::Ctx;
use crate::ops::refresh::store;
use crate::ops::roles::snapshot;
use crate::ops::sign_in::sessions;

use super::{DemoHome, StoredCredentials, sign_in_and_approve};
use crate::cli::app::{self, Caller};
use crate::cli::args::{DemoState, Globals};

/// Seconds that this machine's clock is behind.
const CLOCK_LAG: i64 = 720;
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

/// Returns which roles have stored credentials. A role with them works although AWS refuses it.
pub(super) fn stored_credentials(state: DemoState) -> StoredCredentials {
    match state {
        DemoState::Refused => StoredCredentials::None,
        _ => StoredCredentials::OfRecentRoles,
    }
}

/// Produces the state.
///
/// # Errors
/// If the temporary home can't be written or the sign-in fails.
pub(super) fn prepare(
    state: DemoState,
    demo_home: &mut DemoHome,
    simulator: &Simulator,
) -> Result<()> {
    match state {
        DemoState::Bare => {
            fs::remove_file(demo_home.home.join(".aws/config"))
                .context(ErrorKind::Os, "preparing the demo")?;
            demo_home.write_config("")?;
        }
        DemoState::FirstDay => {}
        DemoState::NoRoles => {
            demo_home.write_config(&instances_only_config(simulator))?;
            sign_in_everywhere(demo_home)?;
            revoke_all_roles(simulator);
            fetch_lists(demo_home)?;
        }
        DemoState::Offline => {
            // The owner of the simulator ends it.
            age_lists(demo_home)?;
        }
        DemoState::Throttled => {
            sign_in_everywhere(demo_home)?;
            simulator.set_throttle(Some(THROTTLE_RATE));
        }
        DemoState::Refused => {
            let url = "access_request_url = \"https://access.example.com/{account_id}/{role}\"\n\n";
            demo_home.write_config(&format!("{url}{}", demo::config(&simulator.organization())))?;
            let ctx = open_ctx(demo_home)?;
            renew_snapshot(&ctx);
            revoke_all_roles(simulator);
        }
        DemoState::Clock => {
            age_lists(demo_home)?;
            simulator.add_fault(Fault::SkewClock { seconds: CLOCK_LAG });
        }
        DemoState::Locked | DemoState::NoVault => demo_home.passphrase = None,
        DemoState::Expired => {
            sign_out_and_fail_next(demo_home, simulator, "ExpiredTokenException")?
        }
        DemoState::Declined => {
            sign_out_and_fail_next(demo_home, simulator, "AccessDeniedException")?
        }
    }
    Ok(())
}

fn open_ctx(demo_home: &DemoHome) -> Result<std::sync::Arc<Ctx>> {
    app::open_in_env(demo_home.environment(), &Globals::default(), Caller::Program)
}

/// Rebuilds the snapshot that the picker starts with.
fn renew_snapshot(ctx: &Ctx) {
    snapshot::rebuild_if_stale(&ctx.env, &ctx.paths, None);
}

/// Signs in to every instance and fetches no list.
fn sign_in_everywhere(demo_home: &DemoHome) -> Result<()> {
    let ctx = open_ctx(demo_home)?;
    app::block_on(&ctx, async {
        for instance in &ctx.instances {
            sign_in_and_approve(&ctx, instance).await?;
        }
        Ok(())
    })
}

/// Fetches the list of every instance.
fn fetch_lists(demo_home: &DemoHome) -> Result<()> {
    let ctx = open_ctx(demo_home)?;
    app::block_on(&ctx, async {
        for instance in &ctx.instances {
            let limits = store::refresh_limits(&ctx, None);
            store::refresh_and_store(&ctx, instance, limits, &mut |_| {}).await?;
        }
        Ok(())
    })?;
    renew_snapshot(&ctx);
    Ok(())
}

fn revoke_all_roles(simulator: &Simulator) {
    for account in
        simulator.organization().directories.iter().flat_map(|directory| &directory.accounts)
    {
        account.roles.iter().for_each(|role| simulator.revoke_role(account.id, role));
    }
}

/// Signs out of every instance; the next sign-in gets this response.
fn sign_out_and_fail_next(demo_home: &DemoHome, simulator: &Simulator, error: &str) -> Result<()> {
    let ctx = open_ctx(demo_home)?;
    app::block_on(&ctx, async {
        for instance in &ctx.instances {
            sessions::sign_out(&ctx, instance).await?;
        }
        Ok(())
    })?;
    simulator.add_fault(always_fail("CreateToken", 400, error));
    Ok(())
}

/// Makes the lists so old that the picker fetches them again.
fn age_lists(demo_home: &DemoHome) -> Result<()> {
    let ctx = open_ctx(demo_home)?;
    for instance in &ctx.instances {
        if let Some(mut inventory) = inventory::load(&ctx.paths.cache_dir, instance) {
            inventory.fetched_at = inventory.fetched_at.plus_seconds(-STALE_HOURS * 3_600);
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
fn instances_only_config(simulator: &Simulator) -> String {
    let instance = |directory: &demo::Directory| {
        let demo::Directory { name, start_url, region, .. } = directory;
        format!("[instances.{name}]\nstart_url = \"{start_url}\"\nsso_region = \"{region}\"\n\n")
    };
    simulator.organization().directories.iter().map(instance).collect()
}
