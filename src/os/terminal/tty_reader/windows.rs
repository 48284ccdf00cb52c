//! Reading the input records of a console.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossterm_winapi::InputRecord;

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::terminal::console::{self, TypedText};
use crate::os::terminal::tty::Tty;

use super::TtyEvent;

/// The pause between two looks at the console: waiting for it and for the stop at once would need a
/// call that no safe library offers.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Reads a console in raw mode.
#[derive(Debug)]
pub struct TtyReader {
    console: crossterm_winapi::Console,
    stopped: Arc<AtomicBool>,
    /// Bytes that did not fit into the buffer of the last read.
    waiting: Vec<u8>,
    text: TypedText,
}

/// Stops a [`TtyReader`] when dropped.
#[derive(Debug)]
pub struct StopReading(Arc<AtomicBool>);

impl Drop for StopReading {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl TtyReader {
    /// Creates a reader of the console and the value that stops it.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if there is no console.
    pub fn new(_: Tty) -> Result<(Self, StopReading)> {
        let console = console::open_input().context(ErrorKind::Os, "reading keys")?;
        let stopped = Arc::<AtomicBool>::default();
        let stop = StopReading(stopped.clone());
        Ok((Self { console, stopped, waiting: Vec::new(), text: TypedText::default() }, stop))
    }

    /// Waits for the next event. Without a timeout it waits as long as nothing happens.
    pub fn read(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> TtyEvent {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if self.stopped.load(Ordering::SeqCst) {
                return TtyEvent::Stopped;
            }
            if !self.waiting.is_empty() {
                let count = self.waiting.len().min(buffer.len());
                buffer[..count].copy_from_slice(&self.waiting[..count]);
                self.waiting.drain(..count);
                return TtyEvent::Bytes(count);
            }
            let Ok(records) = self.console.read_console_input() else { return TtyEvent::Closed };
            let mut resized = false;
            for record in &records {
                match record {
                    InputRecord::KeyEvent(key) => self.text.push(key, &mut self.waiting),
                    InputRecord::WindowBufferSizeEvent(_) => resized = true,
                    _ => {}
                }
            }
            if resized {
                return TtyEvent::Resized;
            }
            if !self.waiting.is_empty() {
                continue;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return TtyEvent::Idle;
            }
            std::thread::sleep(left.unwrap_or(POLL_INTERVAL).min(POLL_INTERVAL));
        }
    }
}
