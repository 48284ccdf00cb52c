//! The controlling terminal: modes, input, title, clipboard and identity.

pub mod clipboard;
pub mod paste;
pub mod raw_mode;
mod readiness;
pub mod session;
pub mod title;
pub mod tty;
pub mod tty_reader;
