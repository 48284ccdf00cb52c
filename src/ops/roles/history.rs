//! The history of roles: recorded when credentials are returned, read for ranking, for `-` and for
//! `history`.

use crate::cache::history::{self, EachRun, HistoryEntry, HistoryLimits};
use crate::domain::{AccountId, Result, RoleId, RoleName, Timestamp, Usages};

use crate::ops::ctx::Ctx;

/// Commands that programs run by themselves, repeatedly: their use does not show which role the
/// user wants next.
const BACKGROUND_COMMANDS: [&str; 2] = ["process", "eks-token"];

fn history_limits(ctx: &Ctx) -> HistoryLimits {
    HistoryLimits {
        max_roles: ctx.settings.history_limit,
        max_age_minutes: ctx.settings.history_minutes,
    }
}

/// Records that a role was used.
///
/// # Errors
/// If the history can't be written.
pub fn record(ctx: &Ctx, role: RoleId, command: &str, at: Timestamp) -> Result<()> {
    history::record(
        &ctx.paths.state_dir,
        &HistoryEntry {
            at,
            role,
            command: command.to_owned(),
            directory: current_directory(),
            run: None,
        },
        history_limits(ctx),
    )
}

/// Records that one command was run in many roles, `role` the first of them: one line, however many
/// there were.
///
/// # Errors
/// As [`record`].
pub fn record_run(ctx: &Ctx, role: RoleId, command: &str, run: EachRun) -> Result<()> {
    let used = HistoryEntry {
        at: ctx.clock.now(),
        role,
        command: command.to_owned(),
        directory: current_directory(),
        run: Some(run),
    };
    history::record(&ctx.paths.state_dir, &used, history_limits(ctx))
}

fn current_directory() -> String {
    std::env::current_dir()
        .map(|directory| directory.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Returns the history, oldest first.
///
/// # Errors
/// If the history exists and can't be read.
pub fn load_uses(ctx: &Ctx) -> Result<Vec<HistoryEntry>> {
    history::load(&ctx.paths.state_dir, history_limits(ctx), ctx.clock.now())
}

/// Returns how the user used roles; nothing if the history can't be read.
pub fn load_usages(ctx: &Ctx) -> Usages {
    history::usages(&interactive_uses(load_uses(ctx).unwrap_or_default()), ctx.clock.now())
}

/// As [`load_usages`], for callers without a [`Ctx`].
pub fn load_usages_from(
    state_dir: &std::path::Path,
    limits: HistoryLimits,
    now: Timestamp,
) -> Usages {
    history::usages(
        &interactive_uses(history::load(state_dir, limits, now).unwrap_or_default()),
        now,
    )
}

/// Returns the role that `-` means: the one that the user used last and that is neither this one
/// nor the row of this profile.
///
/// # Errors
/// As [`load_uses`].
pub fn previous_role(
    ctx: &Ctx,
    current: Option<(AccountId, &RoleName)>,
    profile: Option<&str>,
) -> Result<Option<RoleId>> {
    let mut uses = interactive_uses(load_uses(ctx)?);
    uses.retain(|used| current != Some((used.role.account, &used.role.role)));
    uses.retain(|used| profile.is_none() || used.role.profile() != profile);
    Ok(history::previous(&uses, None))
}

/// The history of roles that the user selected one by one: for recency and for `-`.
fn interactive_uses(mut uses: Vec<HistoryEntry>) -> Vec<HistoryEntry> {
    uses.retain(|used| used.run.is_none() && !BACKGROUND_COMMANDS.contains(&used.command.as_str()));
    uses
}
