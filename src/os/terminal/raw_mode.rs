//! Raw mode of one terminal: keys are handed over as they are pressed, none of them is echoed or
//! has a meaning of its own.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// Switches raw mode on and off. It acts on the terminal it was made for, whatever stdin is.
#[derive(Debug)]
pub struct RawMode {
    tty: Arc<File>,
    /// The modes to return to; `None` outside of raw mode.
    saved_modes: Mutex<Option<Termios>>,
}

impl RawMode {
    /// Changes nothing yet.
    pub fn new(tty: Arc<File>) -> Self {
        Self { tty, saved_modes: Mutex::default() }
    }

    /// Remembers the modes and switches raw mode on. Does nothing if it is on.
    ///
    /// # Errors
    /// The error of the system call: the terminal is gone.
    pub fn enter(&self) -> io::Result<()> {
        let mut before = self.saved_modes.lock().unwrap_or_else(PoisonError::into_inner);
        if before.is_none() {
            let modes = tcgetattr(&self.tty)?;
            let mut raw = modes.clone();
            raw.make_raw();
            tcsetattr(&self.tty, OptionalActions::Now, &raw)?;
            *before = Some(modes);
        }
        Ok(())
    }

    /// Restores the modes. Does nothing if raw mode is off.
    ///
    /// # Errors
    /// The error of the system call: the terminal is gone.
    pub fn leave(&self) -> io::Result<()> {
        let mut before = self.saved_modes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(modes) = before.take() {
            tcsetattr(&self.tty, OptionalActions::Now, &modes)?;
        }
        Ok(())
    }
}
