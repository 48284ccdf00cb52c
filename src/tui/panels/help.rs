//! The help: every command with its keys, and the query syntax. Typing filters the lines.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::tui::commands::{COMMANDS, CommandSpec, HelpSection, KeyPress, Move, PickerCommand};
use crate::tui::role_actions::{ROLE_ACTIONS, RoleActionSpec};
use crate::tui::state::State;
use crate::tui::state::overlay::HelpPanel;
use crate::tui::state::paste::PasteResult;

/// From this width on, sections are in two columns.
const TWO_COLUMN_WIDTH: u16 = 118;

/// Below this width, only the first key of a command is shown.
const NARROW: u16 = 60;

/// The width of a section, and the height while a filter is typed.
const COLUMNS: usize = 56;

/// The query syntax.
const SYNTAX: [(&str, &str); 6] = [
    ("prod adm", "words in any order, in any field"),
    ("'prod ^prod prod$", "exactly, at the start, at the end"),
    ("!dev", "without"),
    ("a | b", "either"),
    ("account: role: id:", "in one field; tags too, as env:prod"),
    ("arn: or https:", "a pasted ARN or console address"),
];

/// The first line after a scroll; the view limits it to the content.
pub(super) fn scroll(top: usize, to: Move) -> usize {
    match to {
        Move::Up => top.saturating_sub(1),
        Move::Down => top.saturating_add(1),
        Move::PageUp | Move::HalfPageUp => top.saturating_sub(10),
        Move::PageDown | Move::HalfPageDown => top.saturating_add(10),
        Move::First => 0,
        Move::Last => usize::from(u16::MAX),
    }
}

impl Panel for HelpPanel {
    fn handle_key(&mut self, _: &mut State, pressed: KeyPress) -> EventResult {
        // A second question mark closes the help.
        let done = pressed.letter == Some('?') && self.filter.filter.is_empty();
        match pressed.command {
            _ if done => return EventResult::Close(Vec::new()),
            Some(PickerCommand::Move(to)) => {
                self.top = scroll(
                    self.top.min(COMMANDS.len() + ROLE_ACTIONS.len() + SYNTAX.len() + 10),
                    to,
                )
            }
            Some(PickerCommand::Back | PickerCommand::Activate) => {
                return EventResult::Close(Vec::new());
            }
            _ if self.filter.handle_edit(pressed) => self.top = 0,
            _ => return EventResult::CloseAndForward,
        }
        EventResult::Consumed(Vec::new())
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        self.filter.handle_paste(text)
    }

    fn content(&self, state: &State) -> PanelContent {
        let mut columns = self.columns(state);
        let unfiltered = HelpPanel::default().columns(state);
        if columns[0].is_empty() {
            columns.remove(0);
        }
        if columns.is_empty() {
            let text = "no command matches; Esc closes";
            columns.push(vec![ContentRow::text(Tone::Soft, text)]);
        }
        let title = format!("rolecall {}", state.version);
        let mut content = PanelContent::new(title, PanelSize::FullScreen, Vec::new());
        content.columns = columns;
        content.first_line = self.top;
        let content = content.with_min_size(COLUMNS, 0).with_unfiltered(unfiltered);
        content.with_input("find", &self.filter.filter, "type a command or a key")
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![(PickerCommand::Back, "close")]
    }
}

impl HelpPanel {
    /// The rows that the filter selects, in two columns on a wide screen.
    fn columns(&self, state: &State) -> Vec<Vec<ContentRow>> {
        let sections = HelpSection::ALL.iter().map(|section| {
            (
                !matches!(section, HelpSection::Roles | HelpSection::Actions),
                self.section_rows(*section, state),
            )
        });
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let beside = state.size.0 >= TWO_COLUMN_WIDTH;
        for (second, rows) in sections.chain([(true, self.syntax_rows())]) {
            let column = if second && beside { &mut right } else { &mut left };
            if !column.is_empty() && !rows.is_empty() {
                column.push(ContentRow::Blank);
            }
            column.extend(rows);
        }
        [left].into_iter().chain((!right.is_empty()).then_some(right)).collect()
    }

    fn section_rows(&self, section: HelpSection, state: &State) -> Vec<ContentRow> {
        let menu = state
            .key_bindings
            .label_of(PickerCommand::Menu, state.vi.mode, state.appearance.charset())
            .unwrap_or_default();
        let letter = |action: &RoleActionSpec| format!("{menu} {}", action.letter);
        // A command that has two names is listed once, with the keys of both, and with its letter in
        // the action menu.
        let is_first = |entry: &&CommandSpec| {
            COMMANDS.iter().find(|other| other.command == entry.command).map(|first| first.id)
                == Some(entry.id)
        };
        let entries = COMMANDS.iter().filter(|entry| entry.section == section).filter(is_first);
        let mut lines: Vec<ContentRow> = Vec::new();
        lines.extend(entries.filter_map(|entry| {
            let names = COMMANDS.iter().filter(|other| other.command == entry.command);
            let mut keys: Vec<String> = names
                .flat_map(|name| state.key_bindings.labels_of(name.id, state.appearance.charset()))
                .collect();
            let actions = ROLE_ACTIONS.iter().filter(|spec| spec.command() == Some(entry.command));
            keys.extend(actions.map(letter));
            // On a narrow screen one key is shown, so that the description is complete.
            let shown =
                if state.size.0 < NARROW { keys.first().cloned() } else { Some(keys.join(" ")) };
            let shown = shown.filter(|shown| !shown.is_empty())?;
            self.filter
                .match_rank([entry.help, entry.id, &keys.join(" ")])
                .map(|_| help_row(shown, entry.help))
        }));
        if section == HelpSection::Actions {
            let actions = ROLE_ACTIONS.iter().filter(|spec| spec.command().is_none());
            lines.extend(actions.filter_map(|spec| {
                self.filter
                    .match_rank([spec.help, spec.id, spec.keywords, &letter(spec)])
                    .map(|_| help_row(letter(spec), spec.help))
            }));
        }
        with_heading(section.title(), lines)
    }

    fn syntax_rows(&self) -> Vec<ContentRow> {
        let fits =
            |(typed, help): &&(&str, &str)| self.filter.match_rank([*typed, *help]).is_some();
        with_heading(
            "query syntax",
            SYNTAX
                .iter()
                .filter(fits)
                .map(|(typed, help)| help_row((*typed).to_owned(), help))
                .collect(),
        )
    }
}

fn help_row(keys: String, help: &str) -> ContentRow {
    ContentRow::Pair { left: (Tone::Accent, keys), right: (Tone::Text, help.to_owned()) }
}

fn with_heading(title: &'static str, rows: Vec<ContentRow>) -> Vec<ContentRow> {
    if rows.is_empty() {
        rows
    } else {
        [ContentRow::Heading(title)].into_iter().chain(rows).collect()
    }
}
