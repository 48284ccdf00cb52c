//! The action menu: what can be done with the selected or the marked roles, one letter each. `/`
//! finds any command by its name.

mod does;
mod items;

pub(in crate::tui) use items::may;

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::State;
use super::super::state::line::Edit;
use super::chooser::Chooser;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed, name};
use crate::domain::RoleId;
use items::{Does, Item, items};

/// Columns and lines while a command is looked for.
const COLUMNS: usize = 44;
const LINES: usize = 12;

/// The menu, open.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Menu {
    /// One role, or all that are marked.
    roles: Vec<RoleId>,
    chooser: Chooser<String>,
    /// Whether letters find commands, rather than being commands.
    finds: bool,
}

impl Menu {
    /// On these roles.
    pub(in crate::tui) fn of(roles: Vec<RoleId>) -> Self {
        Self { roles, chooser: Chooser::default(), finds: false }
    }

    /// The lines as they are shown: in their order, or the best fit first.
    fn shown(&self, state: &State) -> Vec<Item> {
        let mut all = items(state, &self.roles);
        if !self.finds {
            return all;
        }
        all.extend(items::commands(state));
        let mut fitting: Vec<(usize, Item)> = all
            .into_iter()
            .filter_map(|item| {
                self.chooser.fits([item.name.as_str(), item.id]).map(|rank| (rank, item))
            })
            .collect();
        fitting.sort_by_key(|(rank, _)| *rank);
        fitting.into_iter().map(|(_, item)| item).collect()
    }

    fn find(&mut self, pressed: Pressed, names: &[String]) -> Heard {
        let empty = self.chooser.typed.is_empty();
        if empty && pressed.command == Some(Command::Edit(Edit::Backspace)) {
            self.finds = false;
        } else if !self.chooser.moves(pressed, names) {
            self.chooser.types(pressed);
        }
        Heard::Stay(Vec::new())
    }
}

impl Panel for Menu {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        let items = self.shown(state);
        let names: Vec<String> = items.iter().map(|item| item.name.clone()).collect();
        let at = match (pressed.letter, pressed.command) {
            (_, Some(Command::Back)) => return Heard::Close(Vec::new()),
            (_, Some(Command::Act)) => (!items.is_empty()).then(|| self.chooser.at(&names)),
            _ if self.finds => return self.find(pressed, &names),
            (Some('/'), _) => {
                self.finds = true;
                None
            }
            (Some(letter), _) => items.iter().position(|item| item.letter == Some(letter)),
            (None, Some(Command::Menu)) => Some(self.chooser.at(&names)),
            (None, Some(Command::Move(_))) => {
                self.chooser.moves(pressed, &names);
                None
            }
            (None, _) => return Heard::Close(Vec::new()),
        };
        match at.and_then(|at| items.into_iter().nth(at)) {
            Some(item) => Heard::Close(self.run(state, item.does)),
            None => Heard::Stay(Vec::new()),
        }
    }

    fn paste(&mut self, text: &str) -> Pasted {
        self.finds = true;
        self.chooser.paste(text)
    }

    fn sheet(&self, state: &State) -> Sheet {
        let items = self.shown(state);
        let names: Vec<String> = items.iter().map(|item| item.name.clone()).collect();
        let mut rows = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if !self.finds && at > 0 && items[at - 1].does.group() != item.does.group() {
                rows.push(Row::Blank);
            }
            rows.push(Row::Choice(
                item.letter.or(Some(' ')),
                vec![(Tone::Text, item.name.clone()), (Tone::Dim, item.key.clone())],
            ));
        }
        if rows.is_empty() {
            rows.push(Row::text(Tone::Soft, "no command is called that"));
        }
        let title = match &self.roles[..] {
            [role] => name(state, role),
            roles => format!("{} marked roles", roles.len()),
        };
        let sheet = Sheet::new(title, Extent::Columns, rows).at(self.chooser.at(&names));
        let sheet = if self.finds { sheet.least(COLUMNS, LINES) } else { sheet };
        if self.finds {
            sheet.field("find", &self.chooser.typed, "type a command's name")
        } else {
            sheet.letter("/", "find by name")
        }
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Act, "do it"), (Command::Back, "close")]
    }
}

impl Menu {
    fn run(&self, state: &mut State, does: Does) -> Vec<Effect> {
        does.run(state, self.roles.clone())
    }
}
