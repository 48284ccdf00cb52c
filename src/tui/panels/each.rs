//! A command line to run in the chosen roles. The picker closes first, because the output belongs
//! on the terminal.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::labels::role_label;
use crate::tui::state::overlay::EachPanel;
use crate::tui::state::paste::PasteResult;
use crate::tui::state::{RoleTask, State};
use crate::tui::update::activate;

/// The maximum number of roles that are listed by name.
const MAX_NAMED_ROLES: usize = 5;
/// The width in columns, for long command lines.
const COLUMNS: usize = 60;

impl Panel for EachPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => drop(self.command_line.insert(letter.encode_utf8(&mut [0; 4]))),
            (None, Some(PickerCommand::Back)) => return EventResult::Close(Vec::new()),
            (None, Some(PickerCommand::Activate))
                if !self.command_line.text().trim().is_empty() =>
            {
                let line = self.command_line.text().trim().to_owned();
                return EventResult::Close(activate::start(
                    state,
                    self.roles.clone(),
                    RoleTask::RunEach(line),
                ));
            }
            (None, Some(PickerCommand::Edit(edit))) => drop(self.command_line.edit(edit)),
            _ => {}
        }
        EventResult::Consumed(Vec::new())
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        PasteResult::insert_whole(&mut self.command_line, text)
    }

    fn content(&self, state: &State) -> PanelContent {
        let mut rows: Vec<ContentRow> = self
            .roles
            .iter()
            .take(MAX_NAMED_ROLES)
            .map(|role| ContentRow::text(Tone::Soft, role_label(state, role)))
            .collect();
        if self.roles.len() > MAX_NAMED_ROLES {
            rows.push(ContentRow::text(
                Tone::Dim,
                format!("and {} more", self.roles.len() - MAX_NAMED_ROLES),
            ));
        }
        let title = match self.roles.len() {
            1 => "run a command in one role".to_owned(),
            many => format!("run a command in {many} roles"),
        };
        PanelContent::new(title, PanelSize::Text, rows).with_min_size(COLUMNS, 0).with_input(
            "command",
            &self.command_line,
            "type a command such as aws s3 ls",
        )
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Activate, "run"), (PickerCommand::Back, "close")]
    }
}
