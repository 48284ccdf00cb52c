//! Fetches lists of roles while the user watches: a progress bar, then a summary.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::domain::{AccountId, Error, ErrorKind, Instance, Result};
use crate::ops::ctx::{Ctx, run_blocking};
use crate::ops::errands;
use crate::ops::refresh::Progress;
use crate::ops::refresh::store::{self, StoredRefresh};
use crate::ops::roles::snapshot;

use super::ui;

/// Reads the list anew, with a progress bar on a terminal, and says what it brought.
///
/// # Errors
/// As [`update::update`].
pub(super) async fn refresh(
    ctx: &Arc<Ctx>,
    instance: &Instance,
    threads: Option<usize>,
) -> Result<StoredRefresh> {
    let mut shown = false;
    let mut progress = |progress: Progress<'_>| {
        shown = true;
        ui::show_progress(&progress_bar(
            instance,
            progress.done,
            progress.total,
            progress.throttled,
        ));
    };
    let updated =
        store::refresh_and_store(ctx, instance, store::refresh_limits(ctx, threads), &mut progress)
            .await;
    if shown && std::io::stderr().is_terminal() {
        ui::show_progress("");
    }
    let updated = updated?;
    let background = ctx.clone();
    let rebuild = move || {
        snapshot::rebuild_if_stale(&background.env, &background.paths, None);
        Ok(())
    };
    // The picker's next start is faster with the snapshot, but does not need it.
    let _ = run_blocking(rebuild).await;
    let (roles, accounts) = (updated.inventory.role_count(), updated.inventory.accounts.len());
    ui::print_message(&format!(
        "{}: {roles} roles in {accounts} accounts",
        ui::bold(instance.name.as_str())
    ));
    if let Some(warning) = store::unconfirmed_warning(&instance.name, &updated.inventory) {
        ui::print_warning(&warning);
    }
    if !updated.failed.is_empty() {
        ui::print_warning(&failed_accounts_error(&updated.failed));
    }
    Ok(updated)
}

/// Names the first accounts that could not be read, and says why for one of them.
fn failed_accounts_error(failed: &[(AccountId, Error)]) -> Error {
    const NAMED: usize = 5;
    let ids: Vec<&str> = failed.iter().take(NAMED).map(|(account, _)| account.as_str()).collect();
    let more = if failed.len() > NAMED {
        format!(" and {} more", failed.len() - NAMED)
    } else {
        String::new()
    };
    let (accounts, them) = if failed.len() == 1 { ("account", "it") } else { ("accounts", "them") };
    let why = failed.first().map(|(_, error)| error.message.as_str()).unwrap_or_default();
    Error::new(
        ErrorKind::Unreachable,
        format!("the roles of {accounts} {}{more} could not be read: {why}", ids.join(", ")),
    )
    .hint(format!("what was known of {them} is kept; run `rolecall cache` again"))
}

/// `corp ━━━━━━────── 118/312`
fn progress_bar(instance: &Instance, done: usize, total: usize, throttled: bool) -> String {
    const WIDTH: usize = 24;
    let filled = (done * WIDTH).checked_div(total).unwrap_or(0).min(WIDTH);
    let (full, empty) = ("━".repeat(filled), ui::dim(&"─".repeat(WIDTH - filled)));
    let count =
        if total == 0 { "reading accounts".to_owned() } else { format!("{done}/{total} accounts") };
    let slow = if throttled { ", AWS asks to slow down" } else { "" };
    format!("{} {full}{empty} {count}{slow}", instance.name)
}

/// Brings the managed profiles up to date after a refresh, if the configuration wants that. A
/// failure is a warning: the refresh itself succeeded.
pub(super) fn update_profiles(ctx: &Ctx) {
    match errands::update_profiles(ctx) {
        Ok(Some(message)) => ui::print_message(&message),
        Ok(None) => {}
        Err(error) => ui::print_warning(&error),
    }
}
