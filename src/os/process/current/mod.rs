//! Properties of this process.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod not_linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::PathBuf;

use crate::domain::{ErrorKind, Result, ResultExt};

#[cfg(target_os = "linux")]
pub use linux::make_undumpable;
#[cfg(not(target_os = "linux"))]
pub use not_linux::make_undumpable;
#[cfg(unix)]
pub use unix::{become_session_leader, report_file_size_limit};
#[cfg(windows)]
pub use windows::{become_session_leader, report_file_size_limit};

/// Returns the path of this program.
///
/// # Errors
/// [`ErrorKind::Os`] if the system does not know it.
pub fn own_program() -> Result<PathBuf> {
    std::env::current_exe().context(ErrorKind::Os, "finding this program")
}
