//! `logout`: revokes the token and forgets it.

use crate::domain::{Instance, Result, join_with_and};
use crate::ops::backend::messages::InstanceSession;
use crate::ops::ctx::Ctx;
use crate::ops::sign_in::cli_token::load_cli_token;
use crate::ops::sign_in::sessions::{load_sessions, sign_out};

use crate::cli::args::{Globals, LogoutArgs};
use crate::cli::choose_instance::{choose_signed_in, nothing_changed};
use crate::cli::{app, ui};

/// Runs the command. Works without a session too.
pub(in crate::cli) fn run(globals: &Globals, args: &LogoutArgs) -> Result<u8> {
    let globals = &app::with_named_instance(globals, args.instance.as_deref())?;
    let ctx = app::open(globals)?;
    let instances = match args.all {
        true => ctx.instances.clone(),
        false => choose_signed_in(&ctx, app::selected_instances(&ctx, globals)?)?,
    };
    if !args.yes && ui::can_prompt() {
        confirm_several(&ctx, &instances)?;
    }
    let work = app::for_each_instance(&instances, async |instance| {
        let outcome = sign_out(&ctx, instance).await?;
        let name = ui::bold(instance.name.as_str());
        let dropped = match outcome.dropped_roles {
            0 => String::new(),
            1 => ", and the credentials of 1 role are dropped".to_owned(),
            several => format!(", and the credentials of {several} roles are dropped"),
        };
        ui::print_message(&if outcome.was_signed_in {
            let again = format!("`rolecall login --sso {}` signs in again", instance.name);
            format!("signed out of {name}{dropped}; {again}")
        } else {
            format!("not signed in to {name}{dropped}")
        });
        outcome.warnings(&instance.name).iter().for_each(ui::print_warning);
        if load_cli_token(&ctx, instance).is_some() {
            ui::print_message(&format!(
                "the AWS CLI is still signed in to {name}: `aws sso logout` ends that"
            ));
        }
        Ok(())
    });
    app::block_on(&ctx, work)
}

/// Asks before sessions with several instances are ended.
///
/// # Errors
/// [`crate::domain::ErrorKind::Cancelled`] if the answer is no.
fn confirm_several(ctx: &Ctx, instances: &[Instance]) -> Result<()> {
    // If the vault is locked, the sign-out reports it.
    let sessions = load_sessions(ctx).unwrap_or_default();
    let is_ended = |session: &&InstanceSession| {
        let mut names = instances.iter().map(|instance| &instance.name);
        session.signed_in && !session.is_cli_token && names.any(|name| *name == session.instance)
    };
    let ended = sessions.instances.iter().filter(is_ended);
    let names: Vec<&str> = ended.map(|session| session.instance.as_str()).collect();
    if names.len() < 2 || ui::confirm(&format!("Sign out of {}?", join_with_and(&names)))? {
        Ok(())
    } else {
        Err(nothing_changed())
    }
}
