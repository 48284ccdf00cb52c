//! Identity of the terminal session: the same for all commands in one terminal, different in every
//! other terminal.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(unix, not(target_os = "linux")))]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::terminal_session_id;
#[cfg(all(unix, not(target_os = "linux")))]
pub use unix::terminal_session_id;
#[cfg(windows)]
pub use windows::terminal_session_id;
