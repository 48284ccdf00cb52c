//! Reading a terminal in raw mode. The reader can be stopped, and it reports a new window size.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{StopReading, TtyReader};
#[cfg(windows)]
pub use windows::{StopReading, TtyReader};

/// The result of one read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TtyEvent {
    /// This many bytes are in the buffer, at least one.
    Bytes(usize),
    /// The timeout has passed without an event.
    Idle,
    /// The window may have a new size.
    Resized,
    /// The [`StopReading`] was dropped.
    Stopped,
    /// The terminal is gone, or may no longer be read.
    Closed,
}
