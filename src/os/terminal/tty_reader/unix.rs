//! Reading a terminal device. SIGWINCH reports a new window size.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use signal_hook::SigId;
use signal_hook::consts::SIGWINCH;
use signal_hook::low_level::{pipe, unregister};

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::readiness::wait_readable;

use super::TtyEvent;

/// Reads a terminal in raw mode. It sleeps in the kernel until something happens; there is no
/// polling.
#[derive(Debug)]
pub struct TtyReader {
    tty: File,
    resized: UnixStream,
    stopped: UnixStream,
    handler: SigId,
}

/// Stops a [`TtyReader`] when dropped.
#[derive(Debug)]
pub struct StopReading(#[expect(dead_code, reason = "only its drop matters")] UnixStream);

impl TtyReader {
    /// Creates a reader of `tty` and the value that stops it.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if there are too many open files, or the signal handler can't be
    /// installed.
    pub fn new(tty: File) -> Result<(Self, StopReading)> {
        Self::open(tty).context(ErrorKind::Os, "reading keys from the terminal")
    }

    fn open(tty: File) -> io::Result<(Self, StopReading)> {
        let (resized, on_signal) = UnixStream::pair()?;
        let (stopped, stop) = UnixStream::pair()?;
        for stream in [&resized, &on_signal] {
            stream.set_nonblocking(true)?;
        }
        let handler = pipe::register(SIGWINCH, on_signal)?;
        Ok((Self { tty, resized, stopped, handler }, StopReading(stop)))
    }

    /// Waits for the next event. Without a timeout it waits as long as nothing happens.
    pub fn read(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> TtyEvent {
        loop {
            let files = [self.stopped.as_fd(), self.resized.as_fd(), self.tty.as_fd()];
            let Ok([stopped, resized, readable]) = wait_readable(files, timeout) else {
                return TtyEvent::Closed;
            };
            if stopped {
                return TtyEvent::Stopped;
            }
            if resized {
                // One event is enough for any number of signals.
                while matches!(self.resized.read(&mut [0; 64]), Ok(1..)) {}
                return TtyEvent::Resized;
            }
            if !readable {
                return TtyEvent::Idle;
            }
            match self.tty.read(buffer) {
                Ok(0) => return TtyEvent::Closed,
                Ok(count) => return TtyEvent::Bytes(count),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
                    ) => {}
                Err(_) => return TtyEvent::Closed,
            }
        }
    }
}

impl Drop for TtyReader {
    fn drop(&mut self) {
        unregister(self.handler);
    }
}
