//! `logout`: revokes the token and forgets it.

use crate::domain::Result;
use crate::ops::sign_in::cli_token::load_cli_token;
use crate::ops::sign_in::sessions::sign_out;

use crate::cli::args::{Globals, LogoutArgs};
use crate::cli::{app, ui};

/// Runs the command. Works without a session too.
pub(in crate::cli) fn run(globals: &Globals, args: &LogoutArgs) -> Result<u8> {
    let globals = &app::with_named_instance(globals, args.instance.as_deref())?;
    let ctx = app::open(globals)?;
    let instances = app::selected_or_all_instances(&ctx, globals, args.all)?;
    let work = app::for_each_instance(&instances, async |instance| {
        let outcome = sign_out(&ctx, instance).await?;
        let name = ui::bold(instance.name.as_str());
        ui::print_message(&if outcome.was_signed_in {
            format!("signed out of {name}")
        } else {
            format!("not signed in to {name}")
        });
        if let Some(warning) = outcome.warning(&instance.name) {
            ui::print_warning(&warning);
        }
        if load_cli_token(&ctx, instance).is_some() {
            ui::print_message(&format!(
                "the AWS CLI is still signed in to {name}: `aws sso logout` ends that"
            ));
        }
        Ok(())
    });
    app::block_on(&ctx, work)
}
