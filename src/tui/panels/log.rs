//! The messages since the start, the newest first: notes that a key removed, and errors of the
//! background.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel, help};
use crate::domain::format_age;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::glyphs::Glyphs;
use crate::tui::state::State;
use crate::tui::state::overlay::LogPanel;

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
        let failed = Glyphs::from_appearance(state.appearance).error;
        let mut rows = Vec::new();
        for entry in state.log.iter().rev() {
            let (tone, text) = match entry.is_error {
                true => (Tone::Danger, format!("{failed} {}", entry.text)),
                false => (Tone::Text, entry.text.clone()),
            };
            rows.push(ContentRow::Pair {
                left: (Tone::Dim, format_age(entry.at, state.now)),
                right: (tone, text),
            });
            rows.extend(entry.hints.iter().map(|hint| ContentRow::pair("", hint)));
        }
        let mut content = PanelContent::new("messages", PanelSize::Columns, rows);
        content.first_line = self.top;
        content
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Back, "close")]
    }
}
