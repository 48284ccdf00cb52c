//! `exec`: run a command, or a shell, with a role.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::env;
use crate::domain::{Credentials, Entry, Result, Roster, human, visible};
use crate::ops::ctx::Ctx;
use crate::ops::past;
use crate::os::process::Child;
use crate::shell::{Changes, Grant, Previous, changes};

use super::args::{ExecArgs, Globals};
use super::asked::Asked;
use super::{context, grant, out, pick};

/// Runs the command; on Unix it becomes the program it was asked to run.
pub(super) fn run(globals: &Globals, args: ExecArgs) -> Result<u8> {
    let ctx = context::open(globals)?;
    let asked = Asked::read(&ctx, &args.selectors, args.query)?.or_variables(&ctx);
    let region = Region { asked: args.region, leave: args.no_region };
    if asked.is_empty() {
        return pick::for_exec(&ctx, globals, &region, args.command);
    }
    let found = asked.find(&ctx, globals)?;
    grant::confirm(found.entry(), args.yes)?;
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
    say_replaced(ctx);
    let mut words = command.into_iter();
    match words.next() {
        Some(program) => {
            // The output of a command belongs to the command, unless a person is watching.
            if std::io::stderr().is_terminal() {
                out::say(&out::dim(&place(ctx, roster, entry, credentials)));
            }
            Err(Child { program, args: words.collect(), set, unset }.replace())
        }
        None => {
            out::say(&out::dim(&format!("{} · type exit to leave", place(ctx, roster, entry, credentials))));
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

/// Where the person is now, coming from where, and until when: `sandbox/ReadOnly → prod/Admin as keys, 0h59m left`.
fn place(ctx: &Ctx, roster: &Roster, entry: &Entry, credentials: &Credentials) -> String {
    let name = |entry: &Entry| format!("{}/{}", entry.account_label(), entry.role);
    let before = ctx.env.get(env::ROLECALL_ROLE).map(|arn| {
        let known = roster.entries.iter().find(|entry| roster.arn(entry) == arn);
        known.map_or_else(|| arn.to_owned(), name)
    });
    let from = before.map(|before| format!("{before} → ")).unwrap_or_default();
    visible(&format!("{from}{} as keys, {} left", name(entry), human(credentials.left(ctx.clock.now()))))
}

/// Names what the person had set and the child does not get. In a role shell the keys are our own.
fn say_replaced(ctx: &Ctx) {
    let keys = [env::AWS_ACCESS_KEY_ID].into_iter().filter(|_| ctx.env.get(env::ROLECALL_ROLE).is_none());
    let replaced = [env::AWS_PROFILE, env::AWS_DEFAULT_PROFILE].into_iter().chain(keys).filter(|var| ctx.env.get(*var).is_some());
    let names: Vec<&str> = replaced.map(env::Var::name).collect();
    if !names.is_empty() {
        out::say(&out::dim(&format!("rolecall: the role takes the place of {}", names.join(" and "))));
    }
}

/// Writes the use into the history; a history that can't be written stops nobody.
fn remember(ctx: &Ctx, roster: &Roster, entry: &Entry) {
    if let Err(error) = past::record(ctx, roster.id(entry), "exec", ctx.clock.now()) {
        out::warning(&error);
    }
}
