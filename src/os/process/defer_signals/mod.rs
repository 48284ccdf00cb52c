//! Deferring signals while something must not be interrupted.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::DeferSignals;
#[cfg(windows)]
pub use windows::DeferSignals;
