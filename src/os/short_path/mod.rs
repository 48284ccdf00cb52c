//! Names of files without spaces, for programs that can't pass on a quoted path.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::without_spaces;
#[cfg(windows)]
pub use windows::without_spaces;
