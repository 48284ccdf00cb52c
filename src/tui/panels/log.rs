//! What was said since the picker opened, the newest first: notes that a key took away, and what
//! went wrong behind the screen.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, KeyPress, Panel, help};
use crate::domain::{Error, Timestamp, format_age};
use crate::tui::commands::PickerCommand;
use crate::tui::state::State;
use crate::tui::view::panel_glyphs;

/// How much is kept; a person reads the last few.
const MAX_LOG_ENTRIES: usize = 200;

/// One thing that was said.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct LogEntry {
    /// When.
    pub(in crate::tui) at: Timestamp,
    /// What.
    pub(in crate::tui) text: String,
    /// What to do about it, of something that went wrong.
    pub(in crate::tui) hints: Vec<String>,
    /// Whether something went wrong.
    pub(in crate::tui) is_error: bool,
}

/// How far it is scrolled.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct LogPanel {
    top: usize,
}

impl State {
    /// Says something in place of the footer, until the next key, and keeps it for the log.
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

    /// Keeps what went wrong for the log. The same twice running is kept once, with its last time.
    pub(in crate::tui) fn log_error(&mut self, error: &Error) {
        self.push_log(LogEntry {
            at: self.now,
            text: error.message.clone(),
            hints: error.hints.clone(),
            is_error: true,
        });
    }

    fn push_log(&mut self, said: LogEntry) {
        self.log.pop_if(|last| last.text == said.text);
        self.log.push(said);
        let extra = self.log.len().saturating_sub(MAX_LOG_ENTRIES);
        self.log.drain(..extra);
    }
}

impl Panel for LogPanel {
    fn handle_key(&mut self, _: &mut State, pressed: KeyPress) -> EventResult {
        match pressed.command {
            Some(PickerCommand::Move(to)) => self.top = help::scroll(self.top, to),
            Some(PickerCommand::Back | PickerCommand::Activate | PickerCommand::Open(_)) => {
                return EventResult::Close(Vec::new());
            }
            _ => return EventResult::CloseAndForward,
        }
        EventResult::Consumed(Vec::new())
    }

    fn content(&self, state: &State) -> PanelContent {
        let failed = panel_glyphs(state.appearance).error;
        let mut rows = Vec::new();
        for said in state.log.iter().rev() {
            let (tone, text) = match said.is_error {
                true => (Tone::Danger, format!("{failed} {}", said.text)),
                false => (Tone::Text, said.text.clone()),
            };
            rows.push(ContentRow::Pair {
                left: (Tone::Dim, format_age(said.at, state.now)),
                right: (tone, text),
            });
            rows.extend(said.hints.iter().map(|hint| ContentRow::pair("", hint)));
        }
        let mut sheet = PanelContent::new("messages", PanelSize::Columns, rows);
        sheet.first_line = self.top;
        sheet
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Back, "close")]
    }
}
