//! Signals: cleaning up before one ends the process, and waking the thread that reads keys.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::SignalClaim;
#[cfg(unix)]
pub use unix::{TerminationGuard, wake_reader};
#[cfg(windows)]
pub use windows::TerminationGuard;
#[cfg(windows)]
pub(super) use windows::{ConsoleEvents, end_process};
