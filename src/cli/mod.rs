//! The command line: parses arguments, runs use cases and prints their results. Nothing else prints
//! or exits.
//!
//! # Walk: from an ARN to JSON
//!
//! `rolecall process --arn ARN`, which an AWS SDK runs as `credential_process`:
//!
//! 1. [`main`] reads the command line with [`fast_args::parse`], which builds only this command of
//!    clap's parser, and calls [`cmd::process::run`].
//! 2. [`machine_credentials::with_credentials`] parses the ARN into a
//!    [`RoleArn`](crate::domain::RoleArn).
//! 3. [`load_or_rebuild`](crate::ops::instances::snapshot::load_or_rebuild) loads instances and
//!    settings from one small file: neither the configuration nor an inventory is parsed.
//! 4. [`load_fresh`](crate::ops::assume::load_fresh) looks for credentials that are valid for long
//!    enough: [`Vault::load`](crate::vault::Vault::load) opens the record with the data key, which
//!    the kernel or the desktop keeps.
//! 5. They are printed. So far there was no runtime, no AWS SDK and no network.
//! 6. Without such credentials, [`obtain`](crate::ops::access::obtain) continues on the runtime of
//!    [`Ctx`](crate::ops::ctx::Ctx): [`assume`](crate::ops::assume::assume) elects one of all
//!    waiting processes with a [`SingleFlight`](crate::vault::SingleFlight), refreshes the token,
//!    asks the portal through [`IdentityClient`](crate::identity::IdentityClient) and stores the
//!    credentials in the vault.

mod access;
mod app;
mod appearance;
mod args;
mod choose_instance;
mod cmd;
mod command_separator;
mod complete;
mod examples;
mod fast_args;
mod help;
mod helpers;
mod interaction;
mod key_bindings;
mod machine_credentials;
mod passphrase;
mod picker;
mod profile_env;
mod program_name;
mod refresh_ui;
mod role_env;
mod role_selector;
mod setup;
mod sign_in_ui;
mod ui;
mod unknown_command;
mod usage_error;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::domain::{Error, ErrorKind, Result};

use args::PickArgs;
pub use args::{Cli, Command};
pub use examples::examples;
pub use help::FIRST_EXAMPLES;

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    crate::os::process::make_undumpable();
    crate::os::process::report_file_size_limit();
    let args = arguments();
    let result = match cmd::time::parse_fast(&args) {
        Some(time_args) => cmd::time::run(&time_args),
        // Building the parser for some hundred words would delay the picker, which needs none of
        // them.
        None if args.len() == 1 => run(Cli::default()),
        None => match fast_args::parse(&args).map_or_else(|| parse(args), Ok) {
            Ok(cli) => run(cli),
            Err(error) => Err(match usage_error(&error) {
                Some(error) => error,
                None => return print_clap_error(&error),
            }),
        },
    };
    let (code, is_usage) = match result {
        Ok(code) => (code, false),
        Err(error) => {
            ui::print_error(&error);
            (exit_code(error.kind), error.kind == ErrorKind::Usage)
        }
    };
    if let Some(shell) = program_name::demo_shell().filter(|_| !is_usage) {
        ui::print_message(&ui::dim(&format!(
            "demo: each `rolecall demo` starts afresh; to run several commands in one home, use \
             `{shell}`"
        )));
    }
    ExitCode::from(code)
}

fn parse(args: Vec<OsString>) -> std::result::Result<Cli, clap::Error> {
    let args = help::expand_help_word(&Cli::command(), args);
    let command = help::with_help(Cli::command(), help::HelpDetail::requested(&args));
    Cli::from_arg_matches(&command.try_get_matches_from(args)?)
}

/// Converts an error of the parser; `None` if it is help or the version.
fn usage_error(error: &clap::Error) -> Option<Error> {
    ui::init(&args::Globals::default(), false);
    let mut root = Cli::command();
    root.build();
    usage_error::from_clap(error, &root, &arguments())
}

/// The arguments of the process, as typed.
fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// Prints help and version on stdout, the help of an incomplete command on stderr.
fn print_clap_error(error: &clap::Error) -> ExitCode {
    // A closed pipe while printing help is not a failure.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { exit_code(ErrorKind::Usage) } else { 0 })
}

fn run(cli: Cli) -> Result<u8> {
    let plain = cli.pick.plain || matches!(&cli.command, Some(Command::Pick(args)) if args.plain);
    ui::init(&cli.globals, plain);
    // Checked here because clap's own check would refuse the global flags before a command too.
    if cli.command.is_some() && cli.pick != PickArgs::default() {
        return Err(Error::new(
            ErrorKind::Usage,
            "the picker's flags can't be used before a command",
        )
        .hint("put the command first, then its flags"));
    }
    let globals = cli.globals;
    if cli.command.is_none() {
        unknown_command::check(&cli.pick.words, &arguments())?;
    }
    match cli.command {
        None => cmd::pick::interactive(&globals, cli.pick),
        Some(Command::Pick(args)) => cmd::pick::run(&globals, args),
        Some(Command::Process(args)) => cmd::process::run(&globals, &args),
        Some(Command::Credentials(args)) => cmd::credentials::run(&globals, &args),
        Some(Command::Login(args)) => cmd::login::run(&globals, &args),
        Some(Command::Logout(args)) => cmd::logout::run(&globals, &args),
        Some(Command::Status(args)) => cmd::status::run(&globals, &args),
        Some(Command::Cache(args)) => cmd::cache::run(&globals, &args),
        Some(Command::List(args)) => cmd::list::run(&globals, &args),
        Some(Command::Exec(args)) => cmd::exec::run(&globals, args),
        Some(Command::Console(args)) => cmd::console::run(&globals, args),
        Some(Command::EksToken(args)) => cmd::eks_token::run(&globals, &args),
        Some(Command::Ecs(args)) => cmd::ecs::run(&globals, args),
        Some(Command::Eval(args)) => cmd::eval::run(&globals, args),
        Some(Command::Time(args)) => cmd::time::run(&args),
        Some(Command::Each(args)) => cmd::each::run(&globals, &args),
        Some(Command::Tags(args)) => cmd::tags::run(&globals, &args),
        Some(Command::History(args)) => cmd::history::run(&globals, &args),
        Some(Command::Init(args)) => cmd::init::run(args),
        Some(Command::Settings(args)) => cmd::settings::run(&globals, args),
        Some(Command::Setup(args)) => setup::run(&globals, &args),
        Some(Command::Vault(args)) => cmd::vault::run(&globals, &args),
        Some(Command::Doctor(args)) => cmd::doctor::run(&globals, &args),
        Some(Command::Demo(args)) => cmd::demo::run(&globals, args),
        Some(Command::Complete(args)) => complete::run(&globals, &args),
        Some(Command::Version) => {
            ui::print_data(&Cli::command().render_version())?;
            Ok(0)
        }
        Some(Command::SignInHelper) => helpers::sign_in::run(&globals),
        Some(Command::RedirectHelper { serve }) => helpers::redirect::run(serve),
        Some(Command::EcsHelper(args)) => helpers::ecs::run(&globals, &args),
        Some(Command::EndpointHelper(args)) => helpers::endpoint::run(&globals, &args),
    }
}

/// The exit codes and their meanings. `exec` and `each` pass on the codes of the commands that they
/// run.
pub const EXIT_CODES: [(u8, &str); 13] = [
    (0, "fine"),
    (1, "no match, or a failed check"),
    (2, "usage"),
    (3, "configuration"),
    (4, "sign-in needed"),
    (5, "unknown or ambiguous role"),
    (6, "refused by AWS, or AWS can't be reached"),
    (7, "vault"),
    (70, "a bug in rolecall"),
    (74, "refused by the operating system: a file, a process, a thread"),
    (126, "the command of `exec` or `each` can't be run"),
    (127, "the command of `exec` or `each` was not found"),
    (130, "cancelled"),
];

/// Returns the exit code for a kind of error.
fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::NoMatch => 1,
        ErrorKind::Usage => 2,
        ErrorKind::Config => 3,
        ErrorKind::LoginNeeded => 4,
        ErrorKind::UnknownRole => 5,
        ErrorKind::AccessDenied
        | ErrorKind::RoleNotAssigned
        | ErrorKind::Throttled
        | ErrorKind::Unreachable => 6,
        ErrorKind::Vault => 7,
        ErrorKind::Internal => 70,
        ErrorKind::Os => 74,
        ErrorKind::ProgramNotExecutable => 126,
        ErrorKind::ProgramNotFound => 127,
        ErrorKind::Cancelled => 130,
    }
}

/// Returns the exit code of a command that was run in place of this process. A code of Windows that
/// does not fit ends this process at once.
#[expect(clippy::exit, reason = "the result of `main` has 8 bits, an exit code of Windows 32")]
fn pass_on(code: i32) -> u8 {
    u8::try_from(code).unwrap_or_else(|_| std::process::exit(code))
}

/// The error of a user who picked nothing; it is not printed.
fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_arguments_are_what_the_command_line_makes_of_them() {
        let read = parse(vec!["rolecall".into()]).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", Cli::default()));
    }

    #[test]
    fn every_sort_of_failure_ends_with_a_code_that_is_explained() {
        let kinds = [
            ErrorKind::NoMatch,
            ErrorKind::Usage,
            ErrorKind::Config,
            ErrorKind::LoginNeeded,
            ErrorKind::UnknownRole,
            ErrorKind::AccessDenied,
            ErrorKind::RoleNotAssigned,
            ErrorKind::Throttled,
            ErrorKind::Unreachable,
            ErrorKind::Vault,
            ErrorKind::Internal,
            ErrorKind::Os,
            ErrorKind::ProgramNotExecutable,
            ErrorKind::ProgramNotFound,
            ErrorKind::Cancelled,
        ];
        let mut used: Vec<u8> = kinds.into_iter().map(exit_code).chain([0]).collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used, EXIT_CODES.map(|(code, _)| code));
    }
}
