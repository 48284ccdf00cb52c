//! Running a child in the place of this process, and Ctrl-C for it.

use std::ffi::OsStr;
use std::process::{Child, Command, ExitStatus};

use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::process::find_in_path;

use super::ChildCommand;

/// `ERROR_BAD_EXE_FORMAT`.
pub(super) const EXEC_FORMAT_ERROR: i32 = 193;

/// The words before a line for a shell, in hints.
pub(super) const IN_SHELL: &str = "cmd /C";
/// The quote around such a line.
pub(super) const QUOTE: char = '"';
/// Commands of shells without a program.
pub(super) const SHELL_COMMANDS: &[&str] = &[
    "call", "cd", "copy", "del", "dir", "echo", "for", "if", "mkdir", "move", "rmdir", "set",
    "start", "type",
];

/// Looks the program up first: the system itself finds `aws.exe`, but not `aws.cmd`.
pub(super) fn command(program: &OsStr) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new(find_in_path(&path, program).map_or_else(|| program.to_owned(), Into::into))
}

/// Does nothing: a program can't be called by another name.
pub(super) fn set_first_argument(_: &mut Command, _: &str) {}

/// Runs the program as a child and returns its exit code.
pub(super) fn exec(child: &ChildCommand) -> Result<i32> {
    child.run()
}

/// Stands for the signals of Unix that are forwarded to a child. The console sends its events to
/// the child by itself.
pub(super) struct QueuedSignals;

/// See [`QueuedSignals`].
pub(super) struct SignalForwarder;

impl QueuedSignals {
    #[expect(clippy::unnecessary_wraps, reason = "fails on Unix")]
    pub(super) fn new() -> Result<Self> {
        Ok(Self)
    }

    pub(super) fn forward_to(self, _: &Child) -> SignalForwarder {
        SignalForwarder
    }
}

/// While it lives, Ctrl-C and Ctrl-Break do nothing to this process. The console sends them to every
/// process in it, so the child gets them once. An event without a listener ends the process.
pub(super) struct IgnoreKeyboardSignals {
    _events: (CtrlC, CtrlBreak),
}

impl IgnoreKeyboardSignals {
    pub(super) fn new() -> Result<Self> {
        let context = "handling Ctrl-C";
        let events = (
            ctrl_c().context(ErrorKind::Os, context)?,
            ctrl_break().context(ErrorKind::Os, context)?,
        );
        Ok(Self { _events: events })
    }
}

/// Returns the exit code of a child, which has 32 bits.
pub(in crate::os::process) fn exit_code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(255)
}
