//! The controlling terminal: modes, input, title, clipboard and session.

pub mod clipboard;
#[cfg(windows)]
mod console;
pub mod paste;
pub mod raw_mode;
pub mod session;
pub mod title;
pub mod tty;
pub mod tty_reader;
