//! What the preview would show, where there is no room for it.

use super::content::{PanelContent, PanelSize};
use super::{EventResult, KeyPress, Panel, role_details};
use crate::tui::commands::PickerCommand;
use crate::tui::state::State;

/// Columns of it, where there are so many.
const COLUMNS: usize = 60;

/// It shows whatever role is under the bar, and knows nothing itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui) struct DetailsPanel;

impl Panel for DetailsPanel {
    fn handle_key(&mut self, _: &mut State, pressed: KeyPress) -> EventResult {
        match pressed.command {
            Some(PickerCommand::Back | PickerCommand::Details) => EventResult::Close(Vec::new()),
            _ => EventResult::Forward,
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        PanelContent::new(
            "details",
            PanelSize::Text,
            role_details::rows(state, COLUMNS.min(usize::from(state.size.0).saturating_sub(6))),
        )
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Back, "close"), (PickerCommand::Menu, "actions")]
    }

    fn is_modeless(&self) -> bool {
        true
    }
}
