//! Raw mode of a terminal: each key is delivered when it is pressed, is not echoed and has no
//! special meaning to the terminal driver.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::RawMode;
#[cfg(windows)]
pub use windows::RawMode;
