//! Handles, which a program inherits only if they are marked for it.

use std::path::Path;
use std::process::Command;

/// Returns the command for a program.
pub(in crate::os::process) fn without_descriptors(program: &Path) -> Command {
    Command::new(program)
}
