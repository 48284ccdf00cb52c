//! From a role to its credentials for a person: consent to protected roles, sign in when that is
//! needed and allowed.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::domain::escape_unprintable;
use crate::domain::format_duration;
use crate::domain::{
    ConfirmLevel, Credentials, Error, ErrorKind, Instance, Result, RoleName, Roster, RosterEntry,
};
use crate::ops::assume::AssumeRequest;
use crate::ops::assume::assume;
use crate::ops::confirmations;
use crate::ops::ctx::Ctx;
use crate::ops::sign_in::sessions;

pub(super) use crate::ops::access_request::add_access_hint;

use super::app;
use super::sign_in_ui;
use super::ui;

/// Asks before a protected role is used, once in an hour for each terminal; without a terminal only
/// `--yes` will do.
///
/// # Errors
/// [`Kind::Usage`] without a terminal, [`Kind::Cancelled`] when the answer is no or another name.
pub(super) fn confirm_protected(
    ctx: &Ctx,
    roster: &Roster,
    entry: &RosterEntry,
    yes: bool,
) -> Result<()> {
    if !entry.is_protected() || yes {
        return Ok(());
    }
    let what =
        escape_unprintable(&format!("{}/{} is protected", entry.account_label(), entry.role));
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, what).hint("add --yes"));
    }
    let role = roster.id(entry);
    if confirmations::load(ctx).covers(&role, entry.confirm, ctx.clock.now()) {
        return Ok(());
    }
    match entry.confirm {
        ConfirmLevel::TypeName => check_typed_name(
            entry,
            &ui::prompt(&format!("{what}. Type the account's name to use it: "))?,
        )?,
        ConfirmLevel::None | ConfirmLevel::Ask
            if ui::prompt(&format!("{what}. Use it? [y/N] "))?.trim().eq_ignore_ascii_case("y") => {
        }
        ConfirmLevel::None | ConfirmLevel::Ask => return Err(super::cancelled()),
    }
    confirmations::record(ctx, &role, entry.confirm);
    Ok(())
}

/// Whether the account's name was typed; nothing at all is a change of mind.
fn check_typed_name(entry: &RosterEntry, answer: &str) -> Result<()> {
    match answer.trim() {
        right if entry.matches_typed_account(right) => Ok(()),
        "" => Err(super::cancelled()),
        wrong => {
            let label = entry.account_label();
            Err(Error::new(
                ErrorKind::Cancelled,
                format!(
                    "`{wrong}` is not the account's name, which is `{label}`: nothing was done"
                ),
            ))
        }
    }
}

/// Credentials of a role for something a person has asked for.
///
/// # Errors
/// As [`assume`].
pub(super) fn obtain(
    ctx: &Arc<Ctx>,
    roster: &Roster,
    entry: &RosterEntry,
    stored: bool,
) -> Result<Credentials> {
    let instance = roster.instance(entry).clone();
    let mut wish = AssumeRequest::new(&instance, entry.account, RoleName::new(&*entry.role));
    wish.use_stored = stored;
    let assumed = app::block_on(
        ctx,
        sign_in_ui::with_sign_in(ctx, &instance, async || assume(ctx, &wish).await),
    );
    let url = ctx.settings.access_request_url.as_deref();
    let assumed = assumed
        .map_err(|error| add_access_hint(error, url, entry.account, &entry.role, Some(entry)))?;
    if let Some(warning) = &assumed.warning {
        ui::print_warning(warning);
    }
    Ok(assumed.credentials)
}

/// Warns when the sign-in session with an instance ends within the hour: credentials that were
/// handed out go on for as long as they live, but nothing is renewed.
pub(super) fn warn_session_ending(ctx: &Ctx, instance: &Instance) {
    // The credentials are there, whatever keeps this from being known.
    let Ok(Some(at)) = sessions::ending_soon(ctx, instance) else { return };
    let left = format_duration(at.since(ctx.clock.now()));
    let name = &instance.name;
    ui::print_warning(
        &Error::new(ErrorKind::LoginNeeded, format!("the sign-in session with {name} ends in about {left}; nothing is renewed after that"))
            .hint(format!("run `rolecall login --sso {name} --force` to begin a new one")),
    );
}
