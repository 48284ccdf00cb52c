//! The services of the web console, found by any of their names and opened with a role.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::RoleId;
use crate::ops::backend::messages::console_services;
use crate::tui::PickAction;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::labels::role_label;
use crate::tui::state::overlay::ServicesPanel;
use crate::tui::state::paste::PasteResult;
use crate::tui::state::{RoleTask, State};
use crate::tui::update::activate;
use crate::tui::update::availability::is_action_allowed;

impl ServicesPanel {
    /// The role, if there is one and the user may leave the picker for the console.
    fn usable_role(&self, state: &State) -> Option<RoleId> {
        self.role.clone().filter(|_| is_action_allowed(state, PickAction::Console))
    }

    /// The matching services, the best first; equal ones by name.
    fn matching_services(&self) -> Vec<(&'static str, &'static [&'static str])> {
        let rank = |(service, aliases): (&'static str, &'static [&'static str])| {
            let rank = self.select.match_rank(aliases.iter().copied().chain([service]))?;
            // A match of the shown name is better than a match of an alias.
            let own = self.select.match_rank([service]).is_none();
            Some(((rank, own), (service, aliases)))
        };
        let mut fitting: Vec<_> = console_services().filter_map(rank).collect();
        if !self.select.filter.is_empty() {
            fitting.sort_by_key(|(rank, _)| *rank);
        }
        fitting.into_iter().map(|(_, service)| service).collect()
    }
}

impl Panel for ServicesPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        let Some(role) = self.usable_role(state) else {
            return match pressed.command {
                Some(PickerCommand::Back | PickerCommand::Activate) => {
                    EventResult::Close(Vec::new())
                }
                _ => EventResult::Consumed(Vec::new()),
            };
        };
        let names: Vec<&'static str> =
            self.matching_services().into_iter().map(|(name, _)| name).collect();
        match pressed.command {
            Some(PickerCommand::Back) => {
                return EventResult::Close(Vec::new());
            }
            Some(PickerCommand::Activate | PickerCommand::Console) => {
                return match self.select.selected(&names) {
                    Some(service) => EventResult::Close(activate::start(
                        state,
                        vec![role],
                        RoleTask::Exit(PickAction::Service(service)),
                    )),
                    None => EventResult::Consumed(Vec::new()),
                };
            }
            _ => {}
        }
        let _ = self.select.handle_move(pressed, &names) || self.select.handle_edit(pressed);
        EventResult::Consumed(Vec::new())
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        self.select.handle_paste(text)
    }

    fn content(&self, state: &State) -> PanelContent {
        let Some(role) = self.usable_role(state) else {
            let text = match self.role {
                None => "No role is selected.",
                Some(_) => {
                    "This picker was opened to choose a role. `rolecall console --service NAME` \
                     opens a service."
                }
            };
            let rows = vec![ContentRow::text(Tone::Soft, text)];
            return PanelContent::new("services", PanelSize::Text, rows);
        };
        let shown = self.matching_services();
        let names: Vec<&'static str> = shown.iter().map(|(name, _)| *name).collect();
        let row = |(name, aliases): &(&str, &[&str])| {
            // An empty last column, because the last column is flush right.
            let cells = [
                (Tone::Text, (*name).to_owned()),
                (Tone::Dim, aliases.join(", ")),
                (Tone::Dim, String::new()),
            ];
            ContentRow::Choice(None, cells.to_vec())
        };
        let all: Vec<_> = console_services().collect();
        let unfiltered: Vec<ContentRow> = all.iter().map(row).collect();
        let mut rows: Vec<ContentRow> = shown.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(ContentRow::text(Tone::Soft, "no service matches"));
        }
        let title = format!("console of {}", role_label(state, &role));
        PanelContent::new(title, PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&names))
            .with_unfiltered(vec![unfiltered])
            .with_input("service", &self.select.filter, "type a name such as s3, logs or dns")
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        if self.usable_role(state).is_none() {
            return vec![(PickerCommand::Back, "close")];
        }
        vec![(PickerCommand::Activate, "open"), (PickerCommand::Back, "close")]
    }
}
