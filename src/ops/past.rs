//! What was used before: recorded when a role is handed out, read for ranking.

use crate::cache::history::{self, Limits, Use};
use crate::domain::{Result, RoleId, Timestamp, Usages};

use super::ctx::Ctx;

fn limits(ctx: &Ctx) -> Limits {
    Limits { roles: ctx.settings.history_limit, minutes: ctx.settings.history_minutes }
}

/// Writes down that a role was handed out.
///
/// # Errors
/// When the history can't be written.
pub fn record(ctx: &Ctx, role: RoleId, command: &str, at: Timestamp) -> Result<()> {
    let directory = std::env::current_dir().map(|directory| directory.to_string_lossy().into_owned()).unwrap_or_default();
    history::record(&ctx.paths.state_dir, &Use { at, role, command: command.to_owned(), directory }, limits(ctx))
}

/// How roles were used; nothing when the history can't be read.
pub fn usages(ctx: &Ctx) -> Usages {
    let now = ctx.clock.now();
    history::usages(&history::load(&ctx.paths.state_dir, limits(ctx), now).unwrap_or_default(), now)
}
