//! Consoles and process groups in them.

use std::os::windows::process::CommandExt;
use std::process::{Command, ExitStatus};

const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// Makes the child the leader of a process group, which Ctrl-C in the console does not reach. Has
/// the effect of [`without_console`] too.
pub fn own_group(command: &mut Command) {
    without_console(command);
}

/// Gives the child a console of its own without a window, so that it does not end when this console
/// is closed. Programs that it starts open no windows either.
pub fn without_console(command: &mut Command) {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

/// Returns `None`: there are no signals.
pub fn ending_signal(_: ExitStatus) -> Option<i32> {
    None
}
