//! Details of the selected role, if there is no room for the preview.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel, role_details};
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::state::State;
use crate::tui::state::overlay::DetailsPanel;

/// The maximum width in columns.
const COLUMNS: usize = 60;

impl Panel for DetailsPanel {
    fn handle_key(&mut self, _: &mut State, pressed: KeyPress) -> EventResult {
        match pressed.command {
            Some(PickerCommand::Back) => EventResult::Close(Vec::new()),
            _ => EventResult::Forward,
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let columns = COLUMNS.min(usize::from(state.size.0).saturating_sub(6));
        let mut rows = role_details::rows(state, columns);
        if rows.is_empty() {
            rows.push(ContentRow::text(Tone::Soft, "No role is selected."));
        }
        PanelContent::new("details", PanelSize::Text, rows)
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Back, "close"), (PickerCommand::Menu, "actions")]
    }
}
