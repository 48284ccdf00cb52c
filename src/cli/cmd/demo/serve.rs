//! `demo serve`: prints the variables that point to the simulator, and keeps it running.

use std::ffi::OsString;

use clap::Command;

use crate::demo::Simulator;
use crate::domain::{Error, ErrorKind, Result};

use super::DemoHome;
use crate::cli::ui;

const ABOUT: &str = "Keep the simulator running and print the variables that point programs to it\n\n\
    Set them in another terminal: rolecall, the AWS CLI and the SDKs then use the made-up\n\
    organisation. Ctrl-C ends the simulator and deletes its files.";

const EXAMPLES: &str = "Examples:\n  \
    rolecall demo serve                     print the variables, end with Ctrl-C\n  \
    rolecall demo --accounts 3000 serve     a larger organisation\n  \
    rolecall demo --state throttled serve   a problem\n\n\
    Flags of `demo` come before `serve`: rolecall demo --help";

/// Checks the words after `serve`: help, or an error for anything else. `None` if there are none.
pub(super) fn check_args(words: &[OsString]) -> Option<Result<u8>> {
    let word = words.first()?.to_string_lossy();
    if ["-h", "--help"].contains(&word.as_ref()) {
        let mut help = Command::new("serve")
            .bin_name("rolecall demo serve")
            .override_usage("rolecall demo [FLAGS OF DEMO] serve")
            .about(ABOUT)
            .after_help(EXAMPLES);
        return Some(ui::print_data(&help.render_help().to_string()).map(|()| 0));
    }
    let error = Error::new(ErrorKind::Usage, format!("`demo serve` does not take `{word}`"));
    Some(Err(error.hint("put flags before it, as in `rolecall demo --accounts 12 serve`")))
}

/// Prints the variables, and serves until a signal.
pub(super) fn run(demo_home: &DemoHome, simulator: Option<Simulator>) -> Result<u8> {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let lines: String = demo_home
        .variables()
        .iter()
        .filter(|(name, _)| name != "PATH")
        .map(|(name, value)| format!("export {name}={}\n", quote(value)))
        .collect();
    ui::print_data(&lines)?;
    let Some(simulator) = simulator else {
        ui::print_message(&ui::dim("demo: the simulator is offline; Ctrl-C ends it"));
        loop {
            std::thread::park();
        }
    };
    ui::print_message(&ui::dim(&format!(
        "demo: IAM Identity Center at {}; Ctrl-C ends it",
        simulator.url()
    )));
    simulator.wait();
    Ok(0)
}
