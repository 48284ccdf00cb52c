//! Messages since the picker was opened: notes that the next key removed from the footer, and
//! errors of the background.

use super::State;
use crate::domain::{Error, Timestamp};

/// The number of messages kept.
const MAX_LOG_ENTRIES: usize = 200;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct LogEntry {
    /// When it was logged.
    pub(in crate::tui) at: Timestamp,
    /// The message.
    pub(in crate::tui) text: String,
    /// Hints of an error.
    pub(in crate::tui) hints: Vec<String>,
    /// Whether the message is an error.
    pub(in crate::tui) is_error: bool,
}

impl State {
    /// Shows a note in place of the footer until the next key, and logs it.
    pub(in crate::tui) fn notify(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.push_log(LogEntry {
            at: self.now,
            text: text.clone(),
            hints: Vec::new(),
            is_error: false,
        });
        self.note = Some(text);
    }

    /// Logs an error without showing it.
    pub(in crate::tui) fn log_error(&mut self, error: &Error) {
        self.push_log(LogEntry {
            at: self.now,
            text: error.message.clone(),
            hints: error.hints.clone(),
            is_error: true,
        });
    }

    /// Adds an entry. The same message twice in a row is kept once, with the time of the second.
    fn push_log(&mut self, entry: LogEntry) {
        self.log.pop_if(|last| last.text == entry.text);
        self.log.push(entry);
        let extra = self.log.len().saturating_sub(MAX_LOG_ENTRIES);
        self.log.drain(..extra);
    }
}
