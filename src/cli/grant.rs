//! From a role to its credentials for a person: consent to protected roles, sign in when that is needed and allowed.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::domain::{AccountId, Credentials, Entry, Error, Kind, Result, RoleName, Roster};
use crate::ops::assume::{Wish, assume};
use crate::ops::ctx::Ctx;

use super::{context, login, out};

/// Asks before a protected role is used; without a terminal only `--yes` will do.
///
/// # Errors
/// [`Kind::Usage`] without a terminal, [`Kind::Cancelled`] when the answer is no.
pub(super) fn confirm(entry: &Entry, yes: bool) -> Result<()> {
    if !entry.protected() || yes {
        return Ok(());
    }
    let what = format!("{}/{} is protected", entry.account_label(), entry.role);
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(Kind::Usage, what).hint("add --yes"));
    }
    let question = format!("{}. Use it? [y/N] ", crate::domain::visible(&what));
    if out::ask(&question)?.trim().eq_ignore_ascii_case("y") { Ok(()) } else { Err(super::cancelled()) }
}

/// Credentials of a role for something a person has asked for.
///
/// # Errors
/// As [`assume`].
pub(super) fn credentials(ctx: &Arc<Ctx>, roster: &Roster, entry: &Entry, stored: bool) -> Result<Credentials> {
    let instance = roster.instance(entry).clone();
    let mut wish = Wish::new(&instance, entry.account, RoleName::new(&*entry.role));
    wish.stored = stored;
    let assumed = context::block_on(ctx, login::signed_in(ctx, &instance, async || assume(ctx, &wish).await));
    let url = ctx.settings.access_request_url.as_deref();
    let assumed = assumed.map_err(|error| explained(error, url, entry.account, &entry.role, &entry.email))?;
    if let Some(warning) = &assumed.warning {
        out::warning(warning);
    }
    Ok(assumed.credentials)
}

/// A refusal with whom to ask. `url` may have `{account_id}`, `{role}` and `{email}` in it.
pub(super) fn explained(error: Error, url: Option<&str>, account: AccountId, role: &str, email: &str) -> Error {
    match url.filter(|_| error.kind == Kind::Refused) {
        Some(url) => {
            let filled = url.replace("{account_id}", account.as_str()).replace("{role}", role).replace("{email}", email);
            error.hint(format!("ask for access at {filled}"))
        }
        None => error,
    }
}
