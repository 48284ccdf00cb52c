//! The states that people meet, made for real: what is wrong is wrong in the simulator, or in the
//! throw-away home.

use std::fs;

use super::{Place, enter};
use crate::cache::inventory;
use crate::cli::args::{DemoState, Globals};
use crate::cli::context::{self, Person};
use crate::demo::{self, Fault, Simulator};
use crate::domain::{Error, Result, Secret};
use crate::ops::ctx::Ctx;
use crate::ops::roles::snapshot;
use crate::ops::sign_in::sessions;

/// How far this machine's clock is behind, in seconds.
const BEHIND: i64 = 720;
/// What opens the locked vault.
const PASSPHRASE: &str = "sesame";
/// Requests a second of a portal that throttles.
const SLOW: f64 = 3.0;
/// Hours since a list was read that the picker reads anew by itself.
const OLD: i64 = 49;

/// Whether somebody has used the program before the state came about.
pub(super) fn is_lived_in(state: DemoState) -> bool {
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

/// Brings the state about.
///
/// # Errors
/// When the throw-away home can't be written, or the program's own sign-in fails.
pub(super) fn arrange(state: DemoState, place: &mut Place, running: &Simulator) -> Result<()> {
    match state {
        DemoState::Bare => {
            fs::remove_file(place.home.join(".aws/config"))
                .map_err(|error| Error::os(format!("preparing the demo: {error}")))?;
            place.configure("")?;
        }
        DemoState::FirstDay => {}
        DemoState::NoRoles => {
            place.configure(&bare_instances(running))?;
            arrive(place)?;
            take_roles_away(running);
        }
        DemoState::Offline => {
            // Whoever started the simulator ends it.
            grow_old(place)?;
        }
        DemoState::Throttled => {
            arrive(place)?;
            running.set_throttle(Some(SLOW));
        }
        DemoState::Refused => {
            let url = "access_request_url = \"https://access.example.com/{account_id}/{role}\"\n\n";
            place.configure(&format!("{url}{}", demo::config(&running.organization())))?;
            let ctx = here(place)?;
            remember(&ctx);
            take_roles_away(running);
        }
        DemoState::Clock => {
            grow_old(place)?;
            running.add_fault(Fault::SkewClock { seconds: BEHIND });
        }
        DemoState::Locked => {
            let given = place.passphrase.take().unwrap_or_default();
            let vault = here(place)?.vault.clone();
            vault.change_passphrase(Some(Secret::new(given)), Secret::from(PASSPHRASE))?;
        }
        DemoState::NoVault => place.passphrase = None,
        DemoState::Expired => leave(place, running, "ExpiredTokenException")?,
        DemoState::Declined => leave(place, running, "AccessDeniedException")?,
    }
    Ok(())
}

fn here(place: &Place) -> Result<std::sync::Arc<Ctx>> {
    context::open_in(place.environment(), &Globals::default(), Person::Absent)
}

/// Makes the list that the picker starts with say what the files say.
fn remember(ctx: &Ctx) {
    snapshot::rebuild_if_stale(&ctx.env, &ctx.paths, None);
}

/// Signs in everywhere and reads nothing.
fn arrive(place: &Place) -> Result<()> {
    let ctx = here(place)?;
    context::block_on(&ctx, async {
        for instance in &ctx.instances {
            enter(&ctx, instance).await?;
        }
        Ok(())
    })
}

fn take_roles_away(running: &Simulator) {
    for account in
        running.organization().directories.iter().flat_map(|directory| &directory.accounts)
    {
        account.roles.iter().for_each(|role| running.revoke_role(account.id, role));
    }
}

/// Signs out everywhere; who signs in again hears this.
fn leave(place: &Place, running: &Simulator, error: &str) -> Result<()> {
    let ctx = here(place)?;
    context::block_on(&ctx, async {
        for instance in &ctx.instances {
            sessions::sign_out(&ctx, instance).await?;
        }
        Ok(())
    })?;
    running.add_fault(always("CreateToken", 400, error));
    Ok(())
}

/// Makes the lists so old that the picker reads them anew.
fn grow_old(place: &Place) -> Result<()> {
    let ctx = here(place)?;
    for instance in &ctx.instances {
        if let Some(mut inventory) = inventory::load(&ctx.paths.cache_dir, instance) {
            inventory.fetched_at = inventory.fetched_at.plus(-OLD * 3_600);
            inventory::save(&ctx.paths.cache_dir, instance, &inventory)?;
        }
    }
    remember(&ctx);
    Ok(())
}

fn always(operation: &str, status: u16, error: &str) -> Fault {
    Fault::Fail { operation: operation.into(), times: usize::MAX, status, error: error.into() }
}

/// The instances and nothing about their accounts: a chained role of the configuration would be a
/// role.
fn bare_instances(running: &Simulator) -> String {
    let instance = |directory: &demo::Directory| {
        let demo::Directory { name, start_url, region, .. } = directory;
        format!("[instances.{name}]\nstart_url = \"{start_url}\"\nsso_region = \"{region}\"\n\n")
    };
    running.organization().directories.iter().map(instance).collect()
}
