//! Raw mode with the modes of the terminal driver.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::os::mutex::lock;

/// Switches the raw mode of one terminal on and off, whatever stdin is.
#[derive(Debug)]
pub struct RawMode {
    tty: Arc<File>,
    /// The modes to restore; `None` outside of raw mode.
    saved_modes: Mutex<Option<Termios>>,
}

impl RawMode {
    /// Creates the switch. Raw mode is off.
    pub fn new(tty: Arc<File>) -> Self {
        Self { tty, saved_modes: Mutex::default() }
    }

    /// Saves the modes and switches raw mode on. Does nothing if it is on.
    ///
    /// # Errors
    /// The error of the system call: the terminal is gone.
    pub fn enter(&self) -> io::Result<()> {
        let mut saved_modes = lock(&self.saved_modes);
        if saved_modes.is_none() {
            let modes = tcgetattr(&self.tty)?;
            let mut raw = modes.clone();
            raw.make_raw();
            tcsetattr(&self.tty, OptionalActions::Now, &raw)?;
            *saved_modes = Some(modes);
        }
        Ok(())
    }

    /// Restores the modes. Does nothing if raw mode is off.
    ///
    /// # Errors
    /// The error of the system call: the terminal is gone.
    pub fn leave(&self) -> io::Result<()> {
        let mut saved_modes = lock(&self.saved_modes);
        if let Some(modes) = saved_modes.take() {
            tcsetattr(&self.tty, OptionalActions::Now, &modes)?;
        }
        Ok(())
    }
}
