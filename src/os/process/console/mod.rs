//! The relation of a child to the terminal of this process.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{ending_signal, own_group, without_console};
#[cfg(windows)]
pub use windows::{ending_signal, own_group, without_console};
