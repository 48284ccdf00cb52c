//! `logout`: revoke and forget.

use crate::domain::Result;
use crate::ops::sign_in::cli_token::load_cli_token;
use crate::ops::sign_in::sessions::sign_out;

use super::args::{Globals, LogoutArgs};
use super::{context, out};

/// Runs the command. Works when nobody is signed in.
pub(super) fn run(globals: &Globals, args: &LogoutArgs) -> Result<u8> {
    let ctx = context::open(globals)?;
    let instances = context::one_or_all(&ctx, globals, args.all)?;
    let work = context::each(&instances, async |instance| {
        let outcome = sign_out(&ctx, instance).await?;
        let name = out::bold(instance.name.as_str());
        out::say(&if outcome.was_signed_in {
            format!("signed out of {name}")
        } else {
            format!("nobody was signed in to {name}")
        });
        if let Some(warning) = outcome.warning(&instance.name) {
            out::warning(&warning);
        }
        if load_cli_token(&ctx, instance).is_some() {
            out::say(&format!(
                "the AWS CLI is still signed in to {name}: `aws sso logout` ends that"
            ));
        }
        Ok(())
    });
    context::block_on(&ctx, work)
}
