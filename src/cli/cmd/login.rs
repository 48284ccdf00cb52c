//! `login`: signs in, then fetches the list of roles if it is stale.

use std::sync::Arc;

use crate::domain::{Error, ErrorKind, Instance, Result};
use crate::identity::Flow;
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;
use crate::ops::sign_in::SignInOptions;
use crate::ops::sign_in::sessions::{forget_role_credentials, load_sessions};
use crate::ops::sign_in::token::{access_token, login_needed};
use crate::ops::target::lookup::refresh_list;

use crate::cli::args::{FlowArg, Globals, LoginArgs};
use crate::cli::choose_instance::choose_instances;
use crate::cli::interaction::Terminal;
use crate::cli::{app, refresh_ui, setup, sign_in_ui, ui};

/// Runs the command.
pub(in crate::cli) fn run(globals: &Globals, args: &LoginArgs) -> Result<u8> {
    let globals = &app::with_named_instance(globals, args.instance.as_deref())?;
    let ctx = setup::open_or_set_up(globals)?;
    if args.check {
        return check(
            &ctx,
            &if args.all { ctx.instances.clone() } else { app::selected_instances(&ctx, globals)? },
            args.all,
        );
    }
    let instances = match args.all {
        true => ctx.instances.clone(),
        false => choose_instances(&ctx, app::selected_instances(&ctx, globals)?, args.force)?,
    };
    let code = app::block_on(
        &ctx,
        app::for_each_instance(&instances, async |instance| {
            login_instance(&ctx, instance, args).await
        }),
    )?;
    if !args.no_cache_refresh && !args.no_config_check {
        refresh_ui::update_profiles(&ctx);
    }
    Ok(code)
}

/// Fails if no instance has a valid token, as `status --quiet` does; with `all`, if any has none.
fn check(ctx: &Ctx, instances: &[Instance], all: bool) -> Result<u8> {
    let sessions = load_sessions(ctx)?;
    let signed_in = |instance: &&Instance| {
        sessions
            .instances
            .iter()
            .any(|session| session.instance == instance.name && session.signed_in)
    };
    let without: Vec<&Instance> =
        instances.iter().filter(|instance| !signed_in(instance)).collect();
    match without[..] {
        [] => Ok(0),
        [first] if all || instances.len() == 1 => Err(login_needed(first)),
        _ if !all && without.len() < instances.len() => Ok(0),
        _ => {
            let names: Vec<&str> = without.iter().map(|instance| instance.name.as_str()).collect();
            Err(Error::new(
                ErrorKind::LoginNeeded,
                format!("not signed in to {}", names.join(", ")),
            )
            .hint("run `rolecall login --all`"))
        }
    }
}

async fn login_instance(ctx: &Arc<Ctx>, instance: &Instance, args: &LoginArgs) -> Result<()> {
    let valid = if args.force {
        Err(login_needed(instance))
    } else {
        access_token(ctx, instance, None).await
    };
    match valid {
        Ok(_) => ui::print_message(&format!(
            "already signed in to {}{}",
            ui::bold(instance.name.as_str()),
            borrowed_note(ctx, instance)?
        )),
        Err(error) if error.kind == ErrorKind::LoginNeeded => {
            sign_in_ui::sign_in_at_terminal(
                ctx,
                instance,
                SignInOptions { flow: flow(args.flow), register_again: args.force },
            )
            .await?
        }
        Err(error) => return Err(error),
    }
    if args.sts_refresh {
        let count = forget_role_credentials(ctx, instance).await?;
        let credentials = if count == 1 { "1 role" } else { &format!("{count} roles") };
        ui::print_message(&format!(
            "deleted the stored credentials of {credentials} of {}: the next use fetches new ones",
            instance.name
        ));
    }
    if !args.no_cache_refresh && load::is_instance_stale(ctx, instance) {
        refresh_list(ctx, &Terminal, instance, args.threads).await?;
    }
    Ok(())
}

/// Returns the note for a token that the AWS CLI owns.
fn borrowed_note(ctx: &Ctx, instance: &Instance) -> Result<&'static str> {
    let sessions = load_sessions(ctx)?;
    let borrowed = sessions
        .instances
        .iter()
        .any(|session| session.instance == instance.name && session.is_cli_token);
    Ok(if borrowed { ", by the AWS CLI; --force signs in with rolecall too" } else { "" })
}

fn flow(arg: FlowArg) -> Option<Flow> {
    match arg {
        FlowArg::Auto => None,
        FlowArg::Pkce => Some(Flow::Pkce),
        FlowArg::DeviceCode => Some(Flow::Device),
    }
}
