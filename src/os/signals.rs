//! Signals: dying politely, stopping with the whole job, waking a thread that reads keys.

use std::thread::JoinHandle;

use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::domain::{Error, Result};

/// While it lives, SIGTERM, SIGHUP and SIGINT do something first and then end the process as they would have.
#[derive(Debug)]
pub struct LastWill {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl LastWill {
    /// Starts the thread that waits for the signals.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn new(first: impl Fn() + Send + 'static) -> Result<Self> {
        Self::at(&[SIGTERM, SIGHUP, SIGINT], first)
    }

    /// The same for SIGTERM and SIGHUP alone, while Ctrl-C belongs to a child.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn but_for_the_keyboard(first: impl Fn() + Send + 'static) -> Result<Self> {
        Self::at(&[SIGTERM, SIGHUP], first)
    }

    fn at(signals: &[i32], first: impl Fn() + Send + 'static) -> Result<Self> {
        let mut signals = Signals::new(signals).map_err(|error| Error::internal(format!("signals: {error}")))?;
        let handle = signals.handle();
        let thread = std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                first();
                // Ends the process by this very signal, so that the shell sees 143 or 129.
                let _ = emulate_default_handler(signal);
            }
        });
        Ok(Self { handle, thread: Some(thread) })
    }
}

impl Drop for LastWill {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Stops every process of the job, as the terminal's own Ctrl-Z does; returns when the shell says go on. Where nobody could wake it, as
/// in a command substitution, the signal is ignored and this returns at once.
pub fn stop_job() {
    let _ = kill_current_process_group(Signal::TSTP);
    // The signal may arrive a moment after the call has returned.
    std::thread::sleep(std::time::Duration::from_millis(100));
}

/// Tells this process that its window changed: a thread that blocks in reading keys wakes up and looks around.
pub fn nudge() {
    let _ = kill_process(getpid(), Signal::WINCH);
}
