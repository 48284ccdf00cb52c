//! Properties of this process.

use std::path::PathBuf;

use crate::domain::{ErrorKind, Result, ResultExt};

/// Makes this process the leader of a new session, so that it does not end when the terminal that
/// it was started from is closed.
pub fn become_session_leader() {
    #[cfg(unix)]
    let _ = rustix::process::setsid();
}

/// Prevents core dumps, and prevents other processes of the same user from reading this process's
/// memory. Programs that this process executes do not inherit it.
pub fn make_undumpable() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Returns the path of this program.
///
/// # Errors
/// [`ErrorKind::Os`] if the system does not know it.
pub fn own_program() -> Result<PathBuf> {
    std::env::current_exe().context(ErrorKind::Os, "finding this program")
}
