//! Seams to the machine: clock, private files and locks, child processes, browser, terminal,
//! loopback servers.

pub mod ancestors;
pub mod atomic_file;
pub mod browser;
pub mod clipboard;
pub mod clock;
pub mod group;
pub mod helper;
pub mod http;
pub mod job;
pub mod life;
pub mod lock;
pub mod pasted;
pub mod process;
pub mod random;
pub mod raw_mode;
mod readiness;
pub mod signals;
pub mod terminal_session;
pub mod thread;
pub mod title;
pub mod tty;
pub mod tty_reader;
