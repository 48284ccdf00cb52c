//! The action menu for the selected or the marked roles, one letter each. `/` finds any command by
//! name.

mod items;
mod run;

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::tui::PickAction;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::labels::role_label;
use crate::tui::state::State;
use crate::tui::state::overlay::MenuPanel;
use crate::tui::state::paste::PasteResult;
use crate::tui::state::select_list::SelectList;
use crate::tui::state::text_input::TextEdit;
use items::{MenuAction, MenuItem, items};

/// The width and height while a filter is typed.
const COLUMNS: usize = 44;
const LINES: usize = 12;

impl MenuPanel {
    /// The visible items: in their order, or the best match first.
    fn visible_items(&self, state: &State) -> Vec<MenuItem> {
        let mut all = items(state, &self.roles);
        if !self.is_finding {
            return all;
        }
        all.extend(items::command_items(state, &all));
        let mut fitting: Vec<(usize, MenuItem)> = all
            .into_iter()
            .filter_map(|item| {
                let names = [item.label.as_str(), item.id, item.keywords];
                self.select.match_rank(names).map(|rank| (rank, item))
            })
            .collect();
        fitting.sort_by_key(|(rank, _)| *rank);
        fitting.into_iter().map(|(_, item)| item).collect()
    }

    fn handle_find_key(&mut self, pressed: KeyPress, names: &[String]) -> EventResult {
        let empty = self.select.filter.is_empty();
        let back = pressed.command == Some(PickerCommand::Edit(TextEdit::Backspace));
        if empty && pressed.letter == Some('/') {
            // The filter is open already.
        } else if empty && back && !self.roles.is_empty() {
            self.is_finding = false;
        } else if !self.select.handle_move(pressed, names) {
            self.select.handle_edit(pressed);
        }
        EventResult::Consumed(Vec::new())
    }
}

impl Panel for MenuPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        let items = self.visible_items(state);
        let names: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
        let at = match (pressed.letter, pressed.command) {
            (_, Some(PickerCommand::Back)) => return EventResult::Close(Vec::new()),
            (_, Some(PickerCommand::Activate)) => {
                (!items.is_empty()).then(|| self.select.selected_index(&names))
            }
            // The same key as on the list, for the roles of the menu.
            (_, Some(PickerCommand::Console)) => {
                let console = MenuAction::Exit(PickAction::Console);
                items.iter().position(|item| item.action == console)
            }
            _ if self.is_finding => return self.handle_find_key(pressed, &names),
            (Some('/'), _) => {
                self.is_finding = true;
                None
            }
            (Some(letter), _) => items.iter().position(|item| item.letter == Some(letter)),
            (None, Some(PickerCommand::Menu)) => Some(self.select.selected_index(&names)),
            (None, Some(PickerCommand::Move(_))) => {
                self.select.handle_move(pressed, &names);
                None
            }
            (None, Some(PickerCommand::Edit(_))) => return EventResult::Close(Vec::new()),
            (None, Some(command @ (PickerCommand::Refresh | PickerCommand::Sort))) => {
                return EventResult::CloseAndRun(command);
            }
            (None, _) => None,
        };
        match at.and_then(|at| items.into_iter().nth(at)) {
            Some(item) => item.action.run(state, self.roles.clone()),
            None => EventResult::Consumed(Vec::new()),
        }
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        self.is_finding = true;
        self.select.handle_paste(text)
    }

    fn content(&self, state: &State) -> PanelContent {
        let items = self.visible_items(state);
        let names: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
        let mut rows = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if !self.is_finding && at > 0 && items[at - 1].action.group() != item.action.group() {
                rows.push(ContentRow::Blank);
            }
            rows.push(item_row(item));
        }
        if rows.is_empty() {
            rows.push(ContentRow::text(Tone::Soft, "no command matches"));
        }
        let title = match &self.roles[..] {
            [] => "commands".to_owned(),
            [role] => role_label(state, role),
            roles => format!("{} marked roles", roles.len()),
        };
        let content = PanelContent::new(title, PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&names));
        let content = if self.is_finding { content.with_min_size(COLUMNS, LINES) } else { content };
        if self.is_finding {
            let all = Self { select: SelectList::default(), ..self.clone() };
            let all = all.visible_items(state).iter().map(item_row).collect();
            content.with_unfiltered(vec![all]).with_input(
                "find",
                &self.select.filter,
                "type part of a command's name",
            )
        } else {
            content.with_shortcut("/", "find by name")
        }
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Activate, "select"), (PickerCommand::Back, "close")]
    }
}

fn item_row(item: &MenuItem) -> ContentRow {
    let cells = vec![(Tone::Text, item.label.clone()), (Tone::Dim, item.key.clone())];
    ContentRow::Choice(item.letter.or(Some(' ')), cells)
}
