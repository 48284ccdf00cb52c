//! `login`: sign in, then read the list of roles if it is old.

use std::sync::Arc;

use crate::domain::{Instance, Kind, Result, human};
use crate::identity::Flow;
use crate::ops::ctx::Ctx;
use crate::ops::sign_in::sign_in;
use crate::ops::token::access_token;
use crate::ops::update;
use crate::ops::work::SignInStep;

use super::args::{FlowArg, Globals, LoginArgs};
use super::{cache, context, out};

/// Runs the command.
pub(super) fn run(globals: &Globals, args: &LoginArgs) -> Result<u8> {
    let ctx = context::open(globals)?;
    let instances = if args.all { ctx.instances.clone() } else { context::chosen(&ctx, globals)? };
    let instances = if args.all || args.check { instances } else { vec![context::chosen_one(&ctx, globals)?] };
    if args.check {
        return check(&ctx, &instances);
    }
    context::block_on(async {
        for instance in &instances {
            login(&ctx, instance, args).await?;
        }
        Ok(0)
    })
}

/// 0 when every instance has a valid token, 4 otherwise.
fn check(ctx: &Ctx, instances: &[Instance]) -> Result<u8> {
    let sessions = crate::ops::sessions::sessions(ctx)?;
    let signed_in = |instance: &Instance| sessions.instances.iter().any(|session| session.instance == instance.name && session.signed_in);
    Ok(if instances.iter().all(signed_in) { 0 } else { super::exit_code(Kind::LoginNeeded) })
}

async fn login(ctx: &Arc<Ctx>, instance: &Instance, args: &LoginArgs) -> Result<()> {
    let valid = !args.force && access_token(ctx, instance, None).await.is_ok();
    if valid {
        out::say(&format!("already signed in to {}", out::bold(instance.name.as_str())));
    } else {
        at_terminal(ctx, instance, flow(args.flow)).await?;
    }
    if !args.no_cache_refresh && update::stale(ctx, instance) {
        cache::refresh(ctx, instance, args.threads).await?;
    }
    Ok(())
}

fn flow(arg: FlowArg) -> Option<Flow> {
    match arg {
        FlowArg::Auto => None,
        FlowArg::Pkce => Some(Flow::Pkce),
        FlowArg::DeviceCode => Some(Flow::Device),
    }
}

/// Signs in while a person watches stderr.
///
/// # Errors
/// As [`sign_in`].
pub(super) async fn at_terminal(ctx: &Arc<Ctx>, instance: &Instance, flow: Option<Flow>) -> Result<()> {
    let (clock, name) = (ctx.clock, instance.name.clone());
    let report = move |step: SignInStep| match step {
        SignInStep::Starting | SignInStep::Failed(_) => {}
        SignInStep::Done => {}
        SignInStep::Open { url, code, expires_at, browser } => {
            let left = human(expires_at.since(clock.now()));
            match browser {
                true => out::say(&format!("signing in to {}: a page has opened in your browser", out::bold(name.as_str()))),
                false => out::say(&format!("signing in to {}: open this page in any browser", out::bold(name.as_str()))),
            }
            out::say(&format!("  {url}"));
            if let Some(code) = code {
                out::say(&format!("  it has to show this code: {}", out::bold(&code)));
            }
            out::say(&out::dim(&format!("  waiting for you, {left} at most; Ctrl-C gives up")));
        }
    };
    sign_in(ctx, instance, flow, &report).await?;
    out::say(&format!("signed in to {}", out::bold(instance.name.as_str())));
    Ok(())
}
