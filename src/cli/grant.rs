//! From a role to its credentials at a terminal: sign in when that is needed and allowed.

use std::sync::Arc;

use crate::domain::{Credentials, Entry, Error, Kind, Result, RoleName, Roster};
use crate::ops::assume::{Wish, assume};
use crate::ops::ctx::Ctx;

use super::{context, login, out};

/// Credentials of a role for something a person has asked for.
///
/// # Errors
/// As [`assume`].
pub(super) fn credentials(ctx: &Arc<Ctx>, roster: &Roster, entry: &Entry, stored: bool) -> Result<Credentials> {
    let instance = roster.instance(entry).clone();
    let mut wish = Wish::new(&instance, entry.account, RoleName::new(&*entry.role));
    wish.stored = stored;
    let assumed = context::block_on(async {
        match assume(ctx, &wish).await {
            Err(error) if error.kind == Kind::LoginNeeded && context::may_sign_in(ctx) => {
                login::at_terminal(ctx, &instance, None).await?;
                assume(ctx, &wish).await
            }
            other => other,
        }
    });
    let assumed = assumed.map_err(|error| explained(ctx, entry, error))?;
    if let Some(warning) = &assumed.warning {
        out::warning(warning);
    }
    Ok(assumed.credentials)
}

/// A refusal with whom to ask.
fn explained(ctx: &Ctx, entry: &Entry, error: Error) -> Error {
    match (&ctx.settings.access_request_url, error.kind) {
        (Some(url), Kind::Refused) => {
            let filled =
                url.replace("{account_id}", entry.account.as_str()).replace("{role}", &entry.role).replace("{email}", &entry.email);
            error.hint(format!("ask for access at {filled}"))
        }
        _ => error,
    }
}
