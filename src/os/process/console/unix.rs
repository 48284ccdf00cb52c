//! Process groups and signals.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};

/// Makes the child the leader of a process group, which Ctrl-C in the terminal does not reach.
pub fn own_group(command: &mut Command) {
    command.process_group(0);
}

/// Does nothing: a helper starts a session of its own.
pub fn without_console(_: &mut Command) {}

/// Returns the signal that has ended a program.
pub fn ending_signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}
