//! Messages since the picker was opened: notes that the next key removed from the footer, and
//! errors of the background.

use super::State;
use crate::domain::{Error, Timestamp};

/// The number of messages kept.
const MAX_LOG_ENTRIES: usize = 200;

/// How long a note may hide the keys of the footer.
const NOTE_SECONDS: i64 = 3;

/// A note in place of the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Note {
    text: String,
    shown_at: Timestamp,
}

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
    /// Shows a note in place of the footer, and logs it.
    pub(in crate::tui) fn notify(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.push_log(LogEntry {
            at: self.now,
            text: text.clone(),
            hints: Vec::new(),
            is_error: false,
        });
        self.show_note(Some(text));
    }

    /// Shows a note in place of the footer, or none.
    pub(in crate::tui) fn show_note(&mut self, text: Option<String>) {
        self.note = text.map(|text| Note { text, shown_at: self.now });
    }

    /// The text of the note in place of the footer.
    pub(in crate::tui) fn note_text(&self) -> Option<&str> {
        self.note.as_ref().map(|note| note.text.as_str())
    }

    /// The seconds until the note gives way to the footer's keys, at least one.
    pub(in crate::tui) fn note_seconds_left(&self) -> Option<u64> {
        let shown = self.now.seconds_since(self.note.as_ref()?.shown_at).max(0);
        Some((NOTE_SECONDS - shown).max(1).unsigned_abs())
    }

    /// Removes a note that was shown for three seconds, or before the clock was set back.
    pub(in crate::tui) fn expire_note(&mut self) {
        let now = self.now;
        self.note.take_if(|note| !(0..NOTE_SECONDS).contains(&now.seconds_since(note.shown_at)));
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
