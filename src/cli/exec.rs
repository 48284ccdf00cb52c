//! `exec`: run a command, or a shell, with a role.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::env;
use crate::domain::{Credentials, Entry, Error, Kind, Result, Roster, human};
use crate::ops::ctx::Ctx;
use crate::ops::past;
use crate::os::process::Child;
use crate::shell::{Changes, Grant, Previous, changes};

use super::args::{ExecArgs, Globals};
use super::{context, grant, out, pick, resolve};

/// Runs the command; on Unix it becomes the program it was asked to run.
pub(super) fn run(globals: &Globals, args: ExecArgs) -> Result<u8> {
    let ctx = context::open(globals)?;
    let mut wanted = args.selectors.wanted(args.query);
    if wanted.is_empty() {
        wanted = resolve::from_environment(&ctx);
    }
    let region = Region { asked: args.region, leave: args.no_region };
    if wanted.is_empty() {
        return pick::for_exec(&ctx, globals, &region, args.command);
    }
    let found = resolve::one(&ctx, globals, &wanted)?;
    confirm(found.entry(), args.yes)?;
    let credentials = grant::credentials(&ctx, &found.roster, found.entry(), !args.sts_refresh)?;
    enter(&ctx, &found.roster, found.entry(), &credentials, &region, args.command)
}

/// What was said about the region.
#[derive(Debug, Clone, Default)]
pub(super) struct Region {
    /// `--region`.
    pub(super) asked: Option<String>,
    /// `--no-region`.
    pub(super) leave: bool,
}

/// Asks before a protected role is used; without a terminal only `--yes` will do.
fn confirm(entry: &Entry, yes: bool) -> Result<()> {
    if !entry.protected || yes {
        return Ok(());
    }
    let what = format!("{}/{} is protected", entry.account_label(), entry.role);
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(Kind::Usage, what).hint("add --yes"));
    }
    if out::ask(&format!("{what}. Use it? [y/N] "))?.trim().eq_ignore_ascii_case("y") { Ok(()) } else { Err(super::cancelled()) }
}

/// Puts the role into the environment and runs the command in it, or a shell that this process stays the parent of.
pub(super) fn enter(
    ctx: &Arc<Ctx>,
    roster: &Roster,
    entry: &Entry,
    credentials: &Credentials,
    region: &Region,
    command: Vec<OsString>,
) -> Result<u8> {
    let tags = &ctx.settings.env_var_tags;
    let grant = Grant { roster, entry, credentials, region: region.asked.as_deref(), no_region: region.leave, env_var_tags: tags };
    let Changes { set, unset } = changes(&grant, &previous(ctx));
    remember(ctx, roster, entry);
    let mut words = command.into_iter();
    match words.next() {
        Some(program) => Err(Child { program, args: words.collect(), set, unset }.replace()),
        None => {
            say_entered(ctx, entry, credentials);
            let shell = ctx.env.path(env::SHELL).map_or_else(|| default_shell().into(), std::path::PathBuf::into_os_string);
            Child { program: shell, args: Vec::new(), set, unset }.wait()
        }
    }
}

fn default_shell() -> &'static str {
    if cfg!(windows) { "cmd.exe" } else { "/bin/sh" }
}

fn previous(ctx: &Ctx) -> Previous {
    let get = |var| ctx.env.get(var).map(str::to_owned);
    Previous {
        region: get(env::AWS_REGION).or_else(|| get(env::AWS_DEFAULT_REGION)),
        region_of_ours: get(env::AWS_SSO_DEFAULT_REGION),
        tag_names: ctx.env.names_with_prefix("AWS_SSO_TAG_"),
    }
}

/// One dim line: where the person is now, until when, and how to leave. What was replaced is named too.
fn say_entered(ctx: &Ctx, entry: &Entry, credentials: &Credentials) {
    let now = format!("{}/{}", entry.account_label(), entry.role);
    let before = ctx
        .env
        .get(env::ROLECALL_ROLE)
        .and_then(|arn| arn.rsplit("role/").next())
        .filter(|_| ctx.env.get(env::AWS_SSO_ROLE_NAME).is_some());
    let from = before.map(|role| format!("{role} → ")).unwrap_or_default();
    let left = human(credentials.left(ctx.clock.now()));
    out::say(&out::dim(&crate::domain::visible(&format!("{from}{now} as keys, {left} left · type exit to leave"))));
}

/// Writes the use into the history; a history that can't be written stops nobody.
fn remember(ctx: &Ctx, roster: &Roster, entry: &Entry) {
    if let Err(error) = past::record(ctx, roster.id(entry), "exec", ctx.clock.now()) {
        out::warning(&error);
    }
}
