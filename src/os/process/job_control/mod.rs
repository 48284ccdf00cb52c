//! Job control: being stopped by Ctrl-Z or from outside, and being continued by the shell.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(all(unix, not(target_os = "linux")))]
mod unix_without_proc;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux::stop_this_process;
#[cfg(unix)]
pub use unix::JobControl;
#[cfg(all(unix, not(target_os = "linux")))]
use unix_without_proc::stop_this_process;
#[cfg(windows)]
pub use windows::JobControl;

/// The processes that [`JobControl::stop`] stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopScope {
    /// Every process of the job, as Ctrl-Z in the terminal does.
    Job,
    /// Only this process.
    Process,
}
