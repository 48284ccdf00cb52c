//! Seams to the machine: clock, private files and locks, child processes, browser, terminal,
//! loopback servers.

pub mod atomic_file;
pub mod browser;
pub mod clock;
pub mod file_access;
pub mod http;
pub mod lazy_runtime;
pub mod local_socket;
pub mod local_time;
pub mod lock;
pub mod mutex;
pub mod network_interface;
pub mod platform;
pub mod process;
pub mod random;
#[cfg(unix)]
mod readiness;
pub mod short_path;
pub mod terminal;
pub mod thread;
