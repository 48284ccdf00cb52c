//! The open files that a program inherits.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::without_descriptors;
#[cfg(windows)]
pub(super) use windows::without_descriptors;
