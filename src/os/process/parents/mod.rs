//! The programs that this one was started by.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(unix, not(target_os = "linux")))]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::parent_names;
#[cfg(all(unix, not(target_os = "linux")))]
pub use unix::parent_names;
#[cfg(windows)]
pub use windows::parent_names;

/// Programs looked at above this one: enough for a shell behind `sudo`, `env`, a version manager's
/// shim and a task runner.
#[cfg(any(target_os = "linux", windows))]
const MAX_PARENTS: usize = 8;
