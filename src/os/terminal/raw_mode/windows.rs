//! Raw mode with the modes of the console.

use std::io;
use std::sync::{Arc, Mutex};

use crate::os::mutex::lock;
use crate::os::terminal::console::{InputModes, input_modes};
use crate::os::terminal::tty::Tty;

/// Switches the raw mode of the console on and off, whatever stdin is.
#[derive(Debug)]
pub struct RawMode {
    /// The modes to restore; `None` outside of raw mode.
    saved_modes: Mutex<Option<u32>>,
}

impl RawMode {
    /// Creates the switch. Raw mode is off.
    pub fn new(_: Arc<Tty>) -> Self {
        Self { saved_modes: Mutex::default() }
    }

    /// Saves the modes and switches raw mode on: keys arrive as the sequences that a terminal of
    /// Unix sends. Does nothing if it is on.
    ///
    /// # Errors
    /// The error of the system call: there is no console.
    pub fn enter(&self) -> io::Result<()> {
        let mut saved_modes = lock(&self.saved_modes);
        if saved_modes.is_none() {
            let console = input_modes()?;
            let modes = console.mode()?;
            console.set_mode(InputModes::raw(modes))?;
            *saved_modes = Some(modes);
        }
        Ok(())
    }

    /// Restores the modes. Does nothing if raw mode is off.
    ///
    /// # Errors
    /// The error of the system call: there is no console.
    pub fn leave(&self) -> io::Result<()> {
        match lock(&self.saved_modes).take() {
            Some(modes) => input_modes()?.set_mode(modes),
            None => Ok(()),
        }
    }
}
