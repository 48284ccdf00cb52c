//! `cache`: read the list of accounts and roles now.

use std::io::IsTerminal;
use std::sync::Arc;

use serde_json::json;

use crate::domain::escape_unprintable;
use crate::domain::{AccountId, Error, ErrorKind, Instance, InventoryChange, Result};
use crate::ops::ctx::Ctx;
use crate::ops::ctx::run_blocking;
use crate::ops::refresh::Progress;
use crate::ops::refresh::store::{self, StoredRefresh};
use crate::ops::roles::load;
use crate::ops::roles::snapshot;

use crate::cli::app;
use crate::cli::args::{CacheArgs, Globals};
use crate::cli::cmd::login;
use crate::cli::setup;
use crate::cli::ui;

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &CacheArgs) -> Result<u8> {
    let ctx = app::open_or_set_up(globals)?;
    let instances = app::selected_instances(&ctx, globals)?;
    let work = app::for_each_instance(&instances, async |instance| {
        let updated = login::with_sign_in(&ctx, instance, async || {
            refresh(&ctx, instance, args.threads).await
        })
        .await?;
        ui::print_data(&if args.json {
            render_json(instance, &updated)
        } else {
            render_text(&updated)
        })
    });
    let code = app::block_on(&ctx, work)?;
    if !args.no_config_check {
        setup::update_after_refresh(&ctx);
    }
    Ok(code)
}

/// Reads the list anew, with a progress bar on a terminal, and says what it brought.
///
/// # Errors
/// As [`update::update`].
pub(in crate::cli) async fn refresh(
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
    let ours = ctx.clone();
    let renew = move || {
        snapshot::rebuild_if_stale(&ours.env, &ours.paths, None);
        Ok(())
    };
    // So that the picker's next start has it ready; without it that one takes longer.
    let _ = run_blocking(renew).await;
    let (roles, accounts) = (updated.inventory.role_count(), updated.inventory.accounts.len());
    ui::print_message(&format!(
        "{}: {roles} roles in {accounts} accounts",
        ui::bold(instance.name.as_str())
    ));
    if let Some(warning) = load::unconfirmed_warning(&instance.name, &updated.inventory) {
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

fn render_text(updated: &StoredRefresh) -> String {
    let line = |change: &InventoryChange| {
        let name = change
            .account_name
            .as_deref()
            .map(|name| format!("  {}", escape_unprintable(name)))
            .unwrap_or_default();
        format!(
            "{} {}:{}{name}\n",
            if change.added { '+' } else { '-' },
            change.account,
            escape_unprintable(change.role.as_str())
        )
    };
    updated.changes.iter().map(line).collect()
}

fn render_json(instance: &Instance, updated: &StoredRefresh) -> String {
    let changes: Vec<_> = updated
        .changes
        .iter()
        .map(|change| {
            let name = change.account_name.as_deref();
            json!({ "change": if change.added { "added" } else { "removed" }, "account_id": change.account, "account_name": name, "role": change.role })
        })
        .collect();
    let (roles, accounts) = (updated.inventory.role_count(), updated.inventory.accounts.len());
    let failed: Vec<_> = updated.failed.iter().map(|(account, _)| account).collect();
    let unconfirmed = &updated.inventory.unconfirmed;
    let report = json!({
        "sso": instance.name, "accounts": accounts, "roles": roles, "failed": failed, "unconfirmed": unconfirmed, "changes": changes
    });
    format!("{report}\n")
}
