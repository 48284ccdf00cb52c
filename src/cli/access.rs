//! Credentials of a role for the user at the terminal.

use std::sync::Arc;

use crate::domain::{Credentials, Error, ErrorKind, Instance, Result, format_duration};
use crate::ops::access;
use crate::ops::assume::Freshness;
use crate::ops::ctx::Ctx;
use crate::ops::sign_in::sessions;
use crate::ops::target::lookup::ResolvedRole;

use crate::cli::interaction::Terminal;
use crate::cli::{app, ui};

pub(super) use crate::ops::access::Consent;

/// Asks before a protected role is used, once an hour in each terminal. Without a terminal only
/// `--yes` confirms.
///
/// # Errors
/// As [`access::confirm_protected`].
pub(super) fn confirm_protected(ctx: &Ctx, found: &ResolvedRole, consent: Consent) -> Result<()> {
    match consent {
        Consent::Given => Ok(()),
        Consent::Ask => access::confirm_protected(ctx, &Terminal, &found.roster, &[found.entry()]),
    }
}

/// Returns credentials of a role, after a sign-in if one is needed and allowed.
///
/// # Errors
/// As [`access::obtain`].
pub(super) fn obtain(
    ctx: &Arc<Ctx>,
    found: &ResolvedRole,
    freshness: Freshness,
) -> Result<Credentials> {
    let work = access::obtain_for_entry(ctx, &Terminal, &found.roster, found.entry(), freshness);
    app::block_on(ctx, work)
}

/// Adds the use of a role to the history.
pub(super) fn record_use(ctx: &Ctx, found: &ResolvedRole, command: &str) {
    access::record_use(ctx, &Terminal, found.roster.id(found.entry()), command);
}

/// Warns if the session with an instance ends within the hour: credentials stay valid for their
/// lifetime, but are not renewed after that.
pub(super) fn warn_session_ending(ctx: &Ctx, instance: &Instance) {
    // The credentials are at hand, so an error here does not matter.
    let Ok(Some(ends_at)) = sessions::ending_soon(ctx, instance) else { return };
    let left = format_duration(ends_at.seconds_since(ctx.clock.now()));
    let name = &instance.name;
    let message = format!(
        "the sign-in to {name} ends in about {left}; credentials are not renewed after that"
    );
    ui::print_warning(
        &Error::new(ErrorKind::LoginNeeded, message)
            .hint(format!("run `rolecall login --sso {name} --force` to start a new one")),
    );
}
