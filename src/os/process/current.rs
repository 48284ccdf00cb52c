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

/// Makes a write beyond the limit of file sizes (`ulimit -f`) fail with EFBIG instead of ending the
/// process. The signal is handled and not ignored, because programs that this process starts would
/// inherit that.
pub fn report_file_size_limit() {
    // Without the handler, the signal has its default effect.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// Returns the path of this program.
///
/// # Errors
/// [`ErrorKind::Os`] if the system does not know it.
pub fn own_program() -> Result<PathBuf> {
    std::env::current_exe().context(ErrorKind::Os, "finding this program")
}
