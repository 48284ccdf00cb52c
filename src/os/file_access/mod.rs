//! Permission bits and file numbers, which only Unix has.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{inode, mode, set_mode};
#[cfg(windows)]
pub use windows::{inode, mode, set_mode};
