//! `cache`: fetches the list of accounts and roles.

use serde_json::json;

use crate::domain::{Instance, InventoryChange, Result, escape_unprintable, role_label};
use crate::ops::access::with_sign_in;
use crate::ops::refresh::store::StoredRefresh;
use crate::ops::target::lookup::refresh_list;

use crate::cli::args::{CacheArgs, Globals};
use crate::cli::interaction::Terminal;
use crate::cli::{app, refresh_ui, setup, ui};

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &CacheArgs) -> Result<u8> {
    let globals = &app::with_named_instance(globals, args.instance.as_deref())?;
    let ctx = setup::open_or_set_up(globals)?;
    let instances = app::selected_instances(&ctx, globals)?;
    let work = app::for_each_instance(&instances, async |instance| {
        let updated = with_sign_in(&ctx, &Terminal, instance, async || {
            refresh_list(&ctx, &Terminal, instance, args.threads).await
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
        refresh_ui::update_profiles(&ctx);
    }
    Ok(code)
}

fn render_text(updated: &StoredRefresh) -> String {
    let line = |change: &InventoryChange| {
        let id = change.account.as_str();
        let account = change.account_name.as_deref().filter(|name| !name.is_empty());
        let label = role_label(account.unwrap_or(id), change.role.as_str());
        let id = account.map(|_| format!("  {id}")).unwrap_or_default();
        let sign = if change.added { '+' } else { '-' };
        format!("{sign} {}{id}\n", escape_unprintable(&label))
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
    let (roles, accounts) = (updated.roles, updated.inventory.accounts.len());
    let failed: Vec<_> = updated.failed.iter().map(|(account, _)| account).collect();
    let unconfirmed = &updated.inventory.unconfirmed;
    let report = json!({
        "sso": instance.name, "accounts": accounts, "roles": roles, "failed": failed, "unconfirmed": unconfirmed, "changes": changes
    });
    format!("{report}\n")
}
