//! `eval`: lines that put a role into the calling shell, or take it out again.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::config::{Env, env};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::ctx::Ctx;
use crate::ops::roles::resolve::RoleQuery;
use crate::os::ancestors::parent_names;
use crate::shell::{
    self, CredentialExport, Dialect, EnvChanges, EnvFormat, PreviousEnv, Recipient,
};
use crate::tui::PickAction;

use super::args::{EvalArgs, FormArg, Globals};
use super::asked::Asked;
use super::exports::{self, Wish};
use super::resolve::Found;
use super::{context, grant, out, resolve};

/// Who reads the lines.
#[derive(Debug, Clone, Copy)]
enum Reader {
    /// The calling shell; whether its own keys may be overwritten.
    Shell(Dialect, bool),
    /// Something else, somewhere else: what is set here says nothing about there.
    Elsewhere(EnvFormat),
}

/// Runs the command.
pub(super) fn run(globals: &Globals, args: EvalArgs) -> Result<u8> {
    let env = Env::from_process();
    let dialect = args.shell.unwrap_or_else(|| calling(&env));
    if args.clear {
        return clear(&env, dialect);
    }
    let reader = args.format.map_or(Reader::Shell(dialect, args.overwrite_env), Reader::Elsewhere);
    let wish = Wish {
        region: args.region,
        no_region: args.no_region,
        form: args.form,
        all: args.export_all_env_vars,
    };
    reader.check_terminal(&wish)?;
    if matches!(reader, Reader::Shell(_, false)) {
        // Keys are in the way of every form: better said before somebody chooses a role.
        spare(&PreviousEnv::new(env.pairs()), &CredentialExport::Keys)?;
    }
    let ctx = context::open_or_set_up(globals)?;
    let found = if args.refresh {
        let found = current(&ctx)?;
        grant::confirm(&ctx, &found.roster, found.entry(), args.yes)?;
        found
    } else {
        Asked::read(&ctx, &args.selectors, (!args.query.is_empty()).then(|| args.query.join(" ")))?
            .settle(&ctx, globals, PickAction::Exports, args.yes)?
    };
    print(&ctx, &found, &wish, reader, !args.refresh)
}

/// The dialect of the shell that called us.
fn calling(env: &Env) -> Dialect {
    let above = parent_names();
    shell::calling_shell(above.iter().map(String::as_str), env.get(env::SHELL))
}

/// Refuses to go on where what [`print_for_caller`] prints would be seen.
pub(super) fn check_terminal(env: &Env) -> Result<()> {
    Reader::Shell(calling(env), false).check_terminal(&Wish::default())
}

/// Prints what puts a role that the picker chose into the calling shell.
pub(super) fn print_for_caller(ctx: &Arc<Ctx>, found: &Found, wish: &Wish) -> Result<u8> {
    print(ctx, found, wish, Reader::Shell(calling(&ctx.env), false), true)
}

/// Prints what puts a role into the reader's environment.
fn print(ctx: &Arc<Ctx>, found: &Found, wish: &Wish, reader: Reader, stored: bool) -> Result<u8> {
    reader.check_terminal(wish)?;
    let (form, previous, reach) = match reader {
        Reader::Shell(_, overwrite) => (
            exports::form(ctx, found, wish)?,
            exports::previous(ctx),
            Recipient::Shell { overwrite },
        ),
        // Where these go there need not be a profile of ours.
        Reader::Elsewhere(_) if wish.form == Some(FormArg::Profile) => {
            (exports::form(ctx, found, wish)?, PreviousEnv::default(), Recipient::Child)
        }
        Reader::Elsewhere(_) => (CredentialExport::Keys, PreviousEnv::default(), Recipient::Child),
    };
    if reach == (Recipient::Shell { overwrite: false }) {
        spare(&previous, &form)?;
    }
    let credentials = grant::credentials(ctx, &found.roster, found.entry(), stored)?;
    let place = exports::place(ctx, found, &credentials, &form);
    let changes = exports::changes(ctx, found, &credentials, form, reach, wish, &previous);
    let text = reader.render(&changes)?;
    exports::remember(ctx, found, "eval");
    exports::say_replaced(&previous, &changes);
    out::say(&out::dim(&place));
    out::data(&text)?;
    Ok(0)
}

impl Reader {
    fn render(self, changes: &EnvChanges) -> Result<String> {
        match self {
            Self::Shell(dialect, _) => shell::render(changes, dialect),
            Self::Elsewhere(format) => format.render(changes),
        }
    }

    /// Keys belong into a shell, not onto its screen.
    fn check_terminal(self, wish: &Wish) -> Result<()> {
        if !std::io::stdout().is_terminal() || (wish.form == Some(FormArg::Profile) && !wish.all) {
            return Ok(());
        }
        let hint = match self {
            Self::Shell(dialect, _) => {
                format!("evaluate it: {}", dialect.eval_command("rolecall eval"))
            }
            Self::Elsewhere(format) => {
                format!("send it to a file or a program: `rolecall eval --format {format} > FILE`")
            }
        };
        Err(Error::new(ErrorKind::Usage, "this would show secret keys on the screen").hint(hint))
    }
}

/// Takes everything of ours out of the shell. Reads the environment and nothing else.
fn clear(env: &Env, dialect: Dialect) -> Result<u8> {
    let changes = shell::clear_changes(&PreviousEnv::new(env.pairs()));
    if changes == EnvChanges::default() {
        out::say(&out::dim("rolecall: there is no role in this shell"));
    }
    out::data(&shell::render(&changes, dialect)?)?;
    Ok(0)
}

/// Refuses to overwrite what the shell could not get back.
fn spare(previous: &PreviousEnv, form: &CredentialExport) -> Result<()> {
    let names = shell::conflicting_variables(previous, form);
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Usage, format!("this shell has credentials of its own: {}", names.join(", ")))
        .hint("add --overwrite-env to lose them, or use `rolecall exec`, which leaves this shell as it is"))
}

/// The role that this shell is in, of the instance it came from.
fn current(ctx: &Arc<Ctx>) -> Result<Found> {
    let arn = ctx
        .env
        .get(env::ROLECALL_ROLE)
        .filter(|arn| ctx.env.get(env::AWS_SSO_ROLE_ARN) == Some(arn));
    let Some(arn) = arn else {
        return Err(Error::new(
            ErrorKind::UnknownRole,
            "this shell is in no role, so there is none to renew",
        )
        .hint("run `rolecall eval` without --refresh to choose one"));
    };
    let instances = match ctx.env.get(env::AWS_SSO) {
        Some(name) => vec![ctx.instance(name)?.clone()],
        None => ctx.instances.clone(),
    };
    resolve::one(ctx, &instances, &RoleQuery { arn: Some(arn.to_owned()), ..RoleQuery::default() })
}
