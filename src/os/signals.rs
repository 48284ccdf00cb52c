//! Signals: dying politely, stopping with the whole job, waking a thread that reads keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
use signal_hook::consts::{SIGHUP, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::domain::{Error, Result};

/// While it lives, SIGTERM and SIGHUP do something first and then end the process as they would have. One is enough for a process.
///
/// SIGINT is left alone: in raw mode the terminal sends none.
#[derive(Debug)]
pub struct LastWill {
    valid: Arc<AtomicBool>,
}

impl LastWill {
    /// Starts the thread that waits for the signals. It outlives the value: a handler once set can't be taken back, so somebody has to
    /// do what the default would.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn new(first: impl Fn() + Send + 'static) -> Result<Self> {
        let mut signals = Signals::new([SIGTERM, SIGHUP]).map_err(|error| Error::internal(format!("signals: {error}")))?;
        let valid = Arc::new(AtomicBool::new(true));
        let theirs = valid.clone();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if theirs.load(Ordering::SeqCst) {
                    first();
                }
                // Ends the process by this very signal, so that the shell sees 143 or 129.
                let _ = emulate_default_handler(signal);
            }
        });
        Ok(Self { valid })
    }
}

impl Drop for LastWill {
    fn drop(&mut self) {
        self.valid.store(false, Ordering::SeqCst);
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
