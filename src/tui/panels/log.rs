//! The messages since the start, the newest first: notes that a key removed, and errors of the
//! background.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel, help};
use crate::domain::Timestamp;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::glyphs::Glyphs;
use crate::tui::state::State;
use crate::tui::state::overlay::LogPanel;

impl Panel for LogPanel {
    fn handle_key(&mut self, _: &mut State, pressed: KeyPress) -> EventResult {
        match pressed.command {
            Some(PickerCommand::Move(to)) => self.top = help::scroll(self.top, to),
            Some(PickerCommand::Back | PickerCommand::Activate) => {
                return EventResult::Close(Vec::new());
            }
            _ => return EventResult::CloseAndForward,
        }
        EventResult::Consumed(Vec::new())
    }

    fn content(&self, state: &State) -> PanelContent {
        let failed = Glyphs::from_appearance(state.appearance).error;
        let offset = state.utc_offset_seconds.unwrap_or(0);
        let mut rows = Vec::new();
        for entry in state.log.iter().rev() {
            let (tone, text) = match entry.is_error {
                true => (Tone::Danger, format!("{failed} {}", entry.text)),
                false => (Tone::Text, entry.text.clone()),
            };
            rows.push(ContentRow::Pair {
                left: (Tone::Dim, format_time_of_day(entry.at.plus_seconds(offset))),
                right: (tone, text),
            });
            rows.extend(entry.hints.iter().map(|hint| ContentRow::pair("", hint)));
        }
        if rows.is_empty() {
            rows.push(ContentRow::text(Tone::Soft, "There are no messages yet."));
        }
        let title = match state.utc_offset_seconds {
            Some(_) => "messages",
            None => "messages, times in UTC",
        };
        let mut content = PanelContent::new(title, PanelSize::Columns, rows);
        content.first_line = self.top;
        content
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Back, "close")]
    }
}

/// `04:52:07`, of a moment that is moved by the offset of local time.
fn format_time_of_day(moment: Timestamp) -> String {
    let text = moment.to_rfc3339();
    text.get(11..19).unwrap_or(&text).to_owned()
}
