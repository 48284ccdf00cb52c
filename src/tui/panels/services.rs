//! Pages of the web console: a service of AWS, found by any of its names, opened in a role.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::select::SelectList;
use super::{EventResult, KeyPress, Panel, PasteResult, role_label};
use crate::domain::RoleId;
use crate::ops::backend::messages::console_services;
use crate::tui::PickAction;
use crate::tui::commands::PickerCommand;
use crate::tui::state::{RoleTask, State};
use crate::tui::update::activate;

/// Columns and lines it takes however few services fit.
const COLUMNS: usize = 56;
const LINES: usize = 12;

/// The chooser, open.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ServicesPanel {
    role: RoleId,
    select: SelectList<&'static str>,
}

impl ServicesPanel {
    /// For the console of this role.
    pub(in crate::tui) fn new(role: RoleId) -> Self {
        Self { role, select: SelectList::default() }
    }

    /// Services that fit, the best first; among equals by name.
    fn matching_services(&self) -> Vec<(&'static str, &'static [&'static str])> {
        let rank = |(service, aliases): (&'static str, &'static [&'static str])| {
            let rank = self.select.match_rank(aliases.iter().copied().chain([service]))?;
            // The name that is shown first is the better one.
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
        let names: Vec<&'static str> =
            self.matching_services().into_iter().map(|(name, _)| name).collect();
        match pressed.command {
            Some(PickerCommand::Back | PickerCommand::Open(_)) => {
                return EventResult::Close(Vec::new());
            }
            Some(PickerCommand::Activate | PickerCommand::Console) => {
                return match self.select.selected(&names) {
                    Some(service) => EventResult::Close(activate::start(
                        state,
                        vec![self.role.clone()],
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
        let shown = self.matching_services();
        let names: Vec<&'static str> = shown.iter().map(|(name, _)| *name).collect();
        let row = |(name, aliases): &(&str, &[&str])| {
            // The last column is flush right, and these are read from the left.
            let cells = [
                (Tone::Text, (*name).to_owned()),
                (Tone::Dim, aliases.join(", ")),
                (Tone::Dim, String::new()),
            ];
            ContentRow::Choice(None, cells.to_vec())
        };
        let mut rows: Vec<ContentRow> = shown.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(ContentRow::text(Tone::Soft, "no service is called that here"));
        }
        let title = format!("console of {}", role_label(state, &self.role));
        PanelContent::new(title, PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&names))
            .with_min_size(COLUMNS, LINES)
            .with_input("service", &self.select.filter, "type a name: s3, logs, dns")
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Activate, "open"), (PickerCommand::Back, "close")]
    }
}
