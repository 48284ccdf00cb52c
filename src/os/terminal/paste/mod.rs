//! Lines that the user pastes into the terminal while another task runs.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::PasteReader;
#[cfg(windows)]
pub use windows::PasteReader;
