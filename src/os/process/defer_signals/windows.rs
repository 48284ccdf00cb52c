//! Deferring Ctrl-C, Ctrl-Break and the closing of the console.

use crate::os::process::signals::ConsoleEvents;

/// Defers Ctrl-C, Ctrl-Break and the closing of the console while it lives. When it is dropped, an
/// event that arrived ends the process.
#[derive(Debug)]
pub struct DeferSignals {
    events: Option<ConsoleEvents>,
}

impl DeferSignals {
    /// Starts to defer events.
    #[must_use]
    pub fn begin() -> Self {
        Self { events: ConsoleEvents::listen().ok() }
    }
}

impl Drop for DeferSignals {
    fn drop(&mut self) {
        if self.events.take().is_some_and(|mut events| events.has_arrived()) {
            super::super::signals::end_process();
        }
    }
}
