//! `exec`: runs a command or a shell with a role.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use crate::config::{Env, env};
use crate::domain::{Error, ErrorKind, Result, escape_unprintable};
use crate::ops::assume::Freshness;
use crate::ops::ctx::Ctx;
use crate::ops::roles::load;
use crate::ops::roles::other_profiles::ProfileRows;
use crate::ops::target::lookup::ResolvedRole;
use crate::ops::target::resolve::is_role_named;
use crate::ops::target::selector::RoleSelector;
use crate::os::platform::{DEFAULT_SHELL, SYSTEM_SETS_SHELL};
use crate::os::process::ChildCommand;
use crate::os::process::parents::parent_names;
use crate::os::terminal::title::TitleGuard;
use crate::shell::{Dialect, EnvChanges, Recipient};
use crate::tui::{EnterAction, PickAction};

use crate::cli::access::{self, Consent};
use crate::cli::args::{ExecArgs, Globals};
use crate::cli::command_separator::{CommandWords, separator_hint};
use crate::cli::helpers::endpoint;
use crate::cli::role_env::{self, EnvOptions};
use crate::cli::role_selector::{self, join_words, names_profile};
use crate::cli::{pass_on, profile_env, setup, ui};

/// The longest name of a program that the picker's footer shows.
const MAX_PROGRAM_CHARS: usize = 16;

/// Runs the command; on Unix it becomes the program it was asked to run.
pub(in crate::cli) fn run(globals: &Globals, args: ExecArgs) -> Result<u8> {
    let by_flags = args.selectors.to_role_query();
    if !by_flags.is_empty() && !args.query.is_empty() && args.command.is_empty() {
        return Err(named_twice(&args.query));
    }
    check_program(&Env::from_process(), &args.command)?;
    let ctx =
        setup::open_or_set_up_unless(globals, |_| names_profile(&args.selectors, &args.query))?;
    let query = if args.env { Some(".".to_owned()) } else { join_words(&args.query) };
    let typed = RoleSelector::new(&ctx, by_flags, query)?;
    let is_typed = !typed.is_empty();
    let selector = typed.or_from_env(&ctx);
    let freshness = if args.sts_refresh { Freshness::Fetch } else { Freshness::Cached };
    let consent = Consent::from_flag(args.yes);
    let found = role_selector::resolve_interactive(
        &selector,
        &ctx,
        globals,
        enter_action(&args.command),
        consent,
        ProfileRows::Shown,
    )
    .map_err(|error| {
        if !is_typed
            && error.kind == ErrorKind::UnknownRole
            && ctx.env.get(env::AWS_SSO_ROLE_ARN).is_some()
        {
            error.context(env::AWS_SSO_ROLE_ARN.name())
        } else if args.command.is_empty() {
            with_separator_hint(&ctx, globals, &selector, &args.query, error)
        } else {
            error
        }
    })?;
    let options = EnvOptions {
        region: args.region,
        no_region: args.no_region,
        form: args.form,
        export_all: args.export_all_env_vars,
        profile: selector.profile,
    };
    enter_role(&ctx, globals, &found, &options, freshness, args.command)
}

/// What Enter does in the picker that this command opens.
fn enter_action(command: &[OsString]) -> EnterAction {
    let Some(program) = command.first() else { return PickAction::Shell.into() };
    let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy();
    if name.chars().count() > MAX_PROGRAM_CHARS {
        return PickAction::Shell.labelled("run the command", "run the command with");
    }
    // Leaked, because labels of the footer are static and a command opens one picker.
    let short = escape_unprintable(&format!("run {name}")).leak();
    let with_role = format!("{short} with").leak();
    PickAction::Shell.labelled(short, with_role)
}

/// The error for flags that name the role and words that are not after `--`.
fn named_twice(words: &[String]) -> Error {
    let words = words.join(" ");
    let error = Error::new(
        ErrorKind::Usage,
        format!("the role is named by flags and by `{words}`, which is not after `--`"),
    );
    let args = crate::cli::arguments();
    match CommandWords::from_process(&args).and_then(|words| words.corrected_line(&args)) {
        Some(line) => error.hint(separator_hint(&line)),
        None => error.hint("leave one of them out"),
    }
}

/// Adds the corrected line to the error for a query that matches no role, if its first words match
/// some, or if one of the other words is a program.
fn with_separator_hint(
    ctx: &Ctx,
    globals: &Globals,
    selector: &RoleSelector,
    words: &[String],
    error: Error,
) -> Error {
    let Ok(instances) = selector.instances(ctx, globals.sso.as_deref()) else { return error };
    if words.len() < 2 || error.kind != ErrorKind::UnknownRole {
        return error;
    }
    let roster = Arc::new(load::load_pick_roster(ctx, &instances));
    let args = crate::cli::arguments();
    let Some(command) = CommandWords::from_process(&args) else { return error };
    let is_role = |count: &usize| is_role_named(&roster, &words[..*count].join(" "));
    let is_name = |count: &usize| !roster.positions_of_label(&words[..*count].join(" ")).is_empty();
    // A program after words that match is the command; else a whole name, else most of the words.
    let counts = || 1..words.len();
    let matched = counts()
        .find(|count| command.is_program(&args, *count) && is_role(count))
        .or_else(|| counts().find(is_name))
        .or_else(|| counts().rev().find(is_role));
    let line = match matched {
        Some(count) => Some(command.after(count)),
        None => command.at_program(&args),
    };
    let line = line.and_then(|command| command.corrected_line(&args));
    match line {
        Some(line) => {
            let mut error = error;
            if matched.is_some() {
                // The nearest names of the whole line would only distract.
                error.hints.clear();
            }
            error.hint(separator_hint(&line))
        }
        None => error,
    }
}

/// Puts the role into the environment and becomes the command, or runs a shell as a child.
pub(in crate::cli) fn enter_role(
    ctx: &Arc<Ctx>,
    globals: &Globals,
    found: &ResolvedRole,
    options: &EnvOptions,
    freshness: Freshness,
    command: Vec<OsString>,
) -> Result<u8> {
    // Again for the picker's shell, and before a sign-in.
    check_program(&ctx.env, &command)?;
    if let Some(name) = found.roster.profile(found.entry()) {
        let changes = profile_env::changes(ctx, &name, options, Recipient::Child)?;
        access::record_use(ctx, found, "exec");
        let summary = profile_env::describe(ctx, &name);
        return run_in_env(ctx, found, changes, &summary, command);
    }
    // Check before the sign-in, and start the endpoint's helper once there are credentials to
    // serve.
    let form = if endpoint::is_requested(ctx, options) {
        endpoint::check(ctx, options)?;
        None
    } else {
        Some(role_env::resolve_form(ctx, found, options)?)
    };
    let credentials = access::obtain(ctx, found, freshness)?;
    access::warn_session_ending(ctx, found.roster.instance(found.entry()));
    let form = form.map_or_else(|| endpoint::start(ctx, globals, found), Ok)?;
    let previous = role_env::previous_env(ctx);
    let summary = role_env::describe_change(ctx, found, &credentials, &form);
    let changes =
        role_env::env_changes(ctx, found, &credentials, form, Recipient::Child, options, &previous);
    access::record_use(ctx, found, "exec");
    role_env::print_replaced(&previous, &changes);
    run_in_env(ctx, found, changes, &summary, command)
}

/// Becomes the command, or runs a shell as a child, with these changes of the environment.
fn run_in_env(
    ctx: &Ctx,
    found: &ResolvedRole,
    changes: EnvChanges,
    summary: &str,
    command: Vec<OsString>,
) -> Result<u8> {
    let EnvChanges { set, unset } = changes;
    // The command may run for hours.
    ctx.runtime.shut_down();
    let mut words = command.into_iter();
    match words.next() {
        Some(program) => {
            // Scripts get only the command's output.
            if std::io::stderr().is_terminal() {
                ui::print_message(&ui::dim(summary));
            }
            ChildCommand { program, args: words.collect(), set, unset }.exec().map(pass_on)
        }
        None => {
            ui::print_message(&ui::dim(&format!("{summary} · type exit to leave")));
            let _title = set_title(ctx, found);
            ChildCommand { program: shell(&ctx.env), args: Vec::new(), set, unset }
                .run()
                .map(pass_on)
                .map_err(with_shell_hint)
        }
    }
}

/// The user's shell: SHELL or, on Windows, which sets no such variable, the shell that calls.
pub(in crate::cli) fn shell(env: &Env) -> OsString {
    if let Some(named) = env.path(env::SHELL) {
        return named.into_os_string();
    }
    let parents = if SYSTEM_SETS_SHELL { Vec::new() } else { parent_names() };
    let calling = parents.into_iter().find(|name| Dialect::from_program(name).is_some());
    calling.map_or_else(|| DEFAULT_SHELL.into(), OsString::from)
}

/// Checks that the program exists, or the user's shell without one: before a role is picked or a
/// sign-in starts.
fn check_program(env: &Env, command: &[OsString]) -> Result<()> {
    let path = env.get(env::PATH);
    match command {
        [] => ChildCommand::check_program(&[shell(env)], path).map_err(with_shell_hint),
        command => ChildCommand::check_program(command, path),
    }
}

pub(in crate::cli) fn with_shell_hint(error: Error) -> Error {
    error.hint("set SHELL to a shell, or name a command after `--`")
}

/// Sets the terminal's title while the shell runs.
fn set_title(ctx: &Ctx, found: &ResolvedRole) -> Option<TitleGuard> {
    let plain = ctx.env.get(env::TERM).is_none_or(|term| term == "dumb" || term == "linux");
    let pane = ctx.env.get(env::TMUX).and(ctx.env.get(env::TMUX_PANE));
    let wanted = ctx.settings.set_title && std::io::stderr().is_terminal();
    wanted.then(|| TitleGuard::set(&role_env::role_label(found.entry()), !plain, pane))
}
