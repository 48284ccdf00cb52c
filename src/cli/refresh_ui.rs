//! Fetching a list of roles as the user sees it: a progress bar, then a summary.

use crate::domain::{AccountId, Error, ErrorKind, Instance, plural, unreachable_summary};
use crate::ops::ctx::Ctx;
use crate::ops::interaction::RefreshStep;
use crate::ops::profiles;
use crate::ops::refresh::Progress;
use crate::ops::refresh::store::StoredRefresh;
use crate::ops::roles::load;

use crate::cli::ui;

/// Shows a step of fetching the list of an instance.
pub(super) fn show(instance: &Instance, step: RefreshStep<'_>) {
    match step {
        RefreshStep::LookingUp => {
            ui::show_progress(&ui::dim(&format!("{}: checking again", instance.name)));
        }
        RefreshStep::Connecting => {
            ui::show_progress(&ui::dim(&format!("{}: connecting to AWS", instance.name)));
        }
        RefreshStep::Fetching(progress) => ui::show_progress(&progress_bar(instance, progress)),
        RefreshStep::Ended => ui::show_progress(""),
        RefreshStep::Stored(refreshed) => print_summary(instance, refreshed),
    }
}

fn print_summary(instance: &Instance, refreshed: &StoredRefresh) {
    let inventory = &refreshed.inventory;
    let accounts = inventory.accounts.len();
    ui::print_message(&format!(
        "{}: {} {} in {accounts} {}",
        ui::bold(instance.name.as_str()),
        refreshed.roles,
        plural(refreshed.roles, "role"),
        plural(accounts, "account")
    ));
    if let Some(warning) = load::unconfirmed_warning(&instance.name, inventory) {
        ui::print_warning(&warning);
    }
    if !refreshed.failed.is_empty() {
        ui::print_warning(&failed_accounts_error(&refreshed.failed));
    }
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
    let (accounts, its) =
        if failed.len() == 1 { ("account", "its") } else { ("accounts", "their") };
    let reason = failed.first().map(|(_, error)| error.message.as_str()).unwrap_or_default();
    Error::new(
        ErrorKind::Unreachable,
        format!("the roles of {accounts} {}{more} could not be read: {reason}", ids.join(", ")),
    )
    .hint(format!("{its} previous roles are kept; run `rolecall cache` again"))
}

/// `corp ━━━━━━────── 118/312`
fn progress_bar(instance: &Instance, progress: Progress<'_>) -> String {
    let Progress { done, total, throttled, failure, .. } = progress;
    if let Some(error) = failure {
        return format!("{}: {}, trying again", instance.name, unreachable_summary(error));
    }
    const WIDTH: usize = 24;
    let filled = (done * WIDTH).checked_div(total).unwrap_or(0).min(WIDTH);
    let (full, empty) = ("━".repeat(filled), ui::dim(&"─".repeat(WIDTH - filled)));
    let count =
        if total == 0 { "reading accounts".to_owned() } else { format!("{done}/{total} accounts") };
    let slow = if throttled { ", AWS is throttling" } else { "" };
    format!("{} {full}{empty} {count}{slow}", instance.name)
}

/// Brings the managed profiles up to date after a refresh, if the configuration wants that. A
/// failure is a warning: the refresh itself succeeded.
pub(super) fn update_profiles(ctx: &Ctx) {
    match profiles::update_profiles(ctx) {
        Ok(Some(message)) => ui::print_message(&message),
        Ok(None) => {}
        Err(error) => ui::print_warning(&error),
    }
}
