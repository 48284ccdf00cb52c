//! `history`: lists the roles used, when, by which command and in which directory; newest first.

use serde_json::{Value, json};

use crate::cache::history::HistoryEntry;
use crate::domain::{Result, Roster, Timestamp, format_age, profile_label, role_label};
use crate::ops::roles::history;
use crate::ops::roles::load;

use crate::cli::app;
use crate::cli::args::{Globals, HistoryArgs};
use crate::cli::ui::{self, table};

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &HistoryArgs) -> Result<u8> {
    let ctx = app::open(globals)?;
    let mut uses = history::load_uses(&ctx)?;
    if globals.sso.is_some() {
        let chosen = app::selected_instances(&ctx, globals)?;
        uses.retain(|used| chosen.iter().any(|instance| instance.name == used.role.instance));
    }
    uses.reverse();
    uses.truncate(args.last.unwrap_or(usize::MAX));
    let roster = load::load_roster(&ctx, &ctx.instances);
    if args.json {
        ui::print_data(&format!(
            "{}\n",
            Value::Array(uses.iter().map(|used| use_json(&roster, used)).collect())
        ))?;
    } else if uses.is_empty() {
        ui::print_message("no role has been used yet");
    } else {
        ui::print_data(&render_text(&roster, &uses, ctx.clock.now()))?;
    }
    Ok(0)
}

fn account_name<'a>(roster: &'a Roster, used: &HistoryEntry) -> Option<&'a str> {
    let same = roster.entries.iter().find(|entry| {
        entry.account == used.role.account && roster.instance(entry).name == used.role.instance
    });
    same.map(|entry| &*entry.account_name).filter(|name| !name.is_empty())
}

fn render_text(roster: &Roster, uses: &[HistoryEntry], now: Timestamp) -> String {
    let header = ["WHEN", "ROLE", "SSO", "COMMAND", "DIRECTORY"].map(String::from);
    let row = |used: &HistoryEntry| {
        let when = format_age(used.at, now);
        if let Some(run) = used.run.as_ref().filter(|run| run.roles > 1) {
            let many = format!("{} roles: {}", run.roles, run.query);
            let instance = used.role.instance.to_string();
            return vec![when, many, instance, used.command.clone(), used.directory.clone()];
        }
        let account = account_name(roster, used).unwrap_or(used.role.account.as_str());
        // A profile belongs to no instance.
        let (label, instance) = match used.role.profile() {
            Some(profile) => (profile_label(profile), String::new()),
            None => (role_label(account, used.role.role.as_str()), used.role.instance.to_string()),
        };
        vec![when, label, instance, used.command.clone(), used.directory.clone()]
    };
    table::render_for_terminal(&header, &uses.iter().map(row).collect::<Vec<_>>())
}

fn use_json(roster: &Roster, used: &HistoryEntry) -> Value {
    let mut object = json!({
        "at": used.at.to_rfc3339(),
        "sso": used.role.profile().is_none().then_some(&used.role.instance),
        "account_id": used.role.profile().is_none().then_some(used.role.account),
        "account_name": account_name(roster, used),
        "role": used.role.profile().is_none().then_some(&used.role.role),
        "profile": used.role.profile(),
        "command": used.command,
        "directory": used.directory,
    });
    if let Some(run) = &used.run {
        object["roles"] = json!(run.roles);
        object["query"] = json!(run.query);
    }
    object
}
