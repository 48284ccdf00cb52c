//! `demo shell`: the user's shell with the demo's home, for several commands in a row.

use std::ffi::OsString;
use std::path::Path;

use clap::Command;

use crate::config::Env;
use crate::domain::{Error, ErrorKind, Result};
use crate::os::process::ChildCommand;

use super::{DemoHome, user_variables};
use crate::cli::cmd::exec::{shell, with_shell_hint};
use crate::cli::ui;

const ABOUT: &str = "Start a shell in which rolecall uses the made-up organisation\n\n\
    Commands in it share one home, so they work one after the other: sign in, change files, undo.\n\
    bash, zsh and fish have the function `role`. `exit` ends the demo and deletes its files.";

const EXAMPLES: &str = "Examples:\n  \
    rolecall demo shell                     then: rolecall login, role, rolecall status\n  \
    rolecall demo --state locked shell      a problem; the passphrase is sesame\n  \
    rolecall demo --accounts 3000 shell     a larger organisation\n\n\
    Flags of `demo` come before `shell`: rolecall demo --help";

/// Checks the words after `shell`: help, or an error for anything else. `None` if there are none.
pub(super) fn check_args(words: &[OsString]) -> Option<Result<u8>> {
    let word = words.first()?.to_string_lossy();
    if ["-h", "--help"].contains(&word.as_ref()) {
        let mut help = Command::new("shell")
            .bin_name("rolecall demo shell")
            .override_usage("rolecall demo [FLAGS OF DEMO] shell")
            .about(ABOUT)
            .after_help(EXAMPLES);
        return Some(ui::print_data(&help.render_help().to_string()).map(|()| 0));
    }
    let error = Error::new(ErrorKind::Usage, format!("`demo shell` does not take `{word}`"));
    Some(Err(error.hint("put flags before it, as in `rolecall demo --accounts 12 shell`")))
}

/// Runs the shell, and returns its exit code.
///
/// # Errors
/// If it can't be started.
pub(super) fn run(demo_home: &DemoHome) -> Result<i32> {
    let program = shell(&Env::from_process());
    ui::print_message(&ui::dim(
        "demo: rolecall and AWS programs in this shell use a made-up organisation · type exit to leave",
    ));
    let name = Path::new(&program).file_name().unwrap_or(&program).to_string_lossy().into_owned();
    ChildCommand { program, args: Vec::new(), set: demo_home.variables(), unset: user_variables() }
        .run_forwarding_signals(&name)
        .map_err(with_shell_hint)
}
