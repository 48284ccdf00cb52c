//! What was used before: recorded when a role is handed out, read for ranking, for `-` and for
//! `history`.

use crate::cache::history::{self, EachRun, HistoryEntry, HistoryLimits};
use crate::domain::{AccountId, Result, RoleId, RoleName, Timestamp, Usages};

use crate::ops::ctx::Ctx;

/// Commands that programs run by themselves, again and again: what they fetch tells nothing of what
/// a person wants next.
const BACKGROUND_COMMANDS: [&str; 2] = ["process", "eks-token"];

fn history_limits(ctx: &Ctx) -> HistoryLimits {
    HistoryLimits {
        max_roles: ctx.settings.history_limit,
        max_age_minutes: ctx.settings.history_minutes,
    }
}

/// Writes down that a role was handed out.
///
/// # Errors
/// When the history can't be written.
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

/// Writes down that one command was run in many roles, `role` the first of them: one line, however
/// many they were.
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

/// Everything that is remembered, oldest first.
///
/// # Errors
/// When the history is there and can't be read.
pub fn load_uses(ctx: &Ctx) -> Result<Vec<HistoryEntry>> {
    history::load(&ctx.paths.state_dir, history_limits(ctx), ctx.clock.now())
}

/// How roles were used by a person; nothing when the history can't be read.
pub fn load_usages(ctx: &Ctx) -> Usages {
    history::usages(&interactive_uses(load_uses(ctx).unwrap_or_default()), ctx.clock.now())
}

/// The same for whoever knows only where the history lies and what of it counts.
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

/// The role that `-` means: the one a person used last that is not this one.
///
/// # Errors
/// As [`uses`].
pub fn previous_role(ctx: &Ctx, current: Option<(AccountId, &RoleName)>) -> Result<Option<RoleId>> {
    let mut uses = interactive_uses(load_uses(ctx)?);
    uses.retain(|used| current != Some((used.role.account, &used.role.role)));
    Ok(history::previous(&uses, None))
}

/// What a person chose one by one: what is recent and what `-` means.
fn interactive_uses(mut uses: Vec<HistoryEntry>) -> Vec<HistoryEntry> {
    uses.retain(|used| used.run.is_none() && !BACKGROUND_COMMANDS.contains(&used.command.as_str()));
    uses
}
