//! A command line to run in the chosen roles. The screen goes first; the command's output belongs
//! on the terminal.

use super::super::catalog::Command;
use super::super::state::line::Line;
use super::super::state::{State, Then};
use super::super::update::choose;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed, name};
use crate::domain::RoleId;

/// Characters of a command line.
const LONGEST: usize = 4_096;

/// Roles named before the rest is counted.
const NAMED: usize = 5;

/// The line as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Each {
    roles: Vec<RoleId>,
    line: Line,
}

impl Each {
    /// For these roles.
    pub(in crate::tui) fn over(roles: Vec<RoleId>) -> Self {
        Self { roles, line: Line::limited(LONGEST) }
    }
}

impl Panel for Each {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => drop(self.line.insert(letter.encode_utf8(&mut [0; 4]))),
            (None, Some(Command::Back)) => return Heard::Close(Vec::new()),
            (None, Some(Command::Act)) if !self.line.text().trim().is_empty() => {
                let line = self.line.text().trim().to_owned();
                return Heard::Close(choose::begin(state, self.roles.clone(), Then::Each(line)));
            }
            (None, Some(Command::Edit(edit))) => drop(self.line.edit(edit)),
            _ => {}
        }
        Heard::Stay(Vec::new())
    }

    fn paste(&mut self, text: &str) -> Pasted {
        Pasted::whole(&mut self.line, text)
    }

    fn sheet(&self, state: &State) -> Sheet {
        let mut rows: Vec<Row> = self
            .roles
            .iter()
            .take(NAMED)
            .map(|role| Row::text(Tone::Soft, name(state, role)))
            .collect();
        if self.roles.len() > NAMED {
            rows.push(Row::text(Tone::Dim, format!("and {} more", self.roles.len() - NAMED)));
        }
        let title = match self.roles.len() {
            1 => "run a command in one role".to_owned(),
            many => format!("run a command in {many} roles"),
        };
        Sheet::new(title, Extent::Words, rows).field("command", &self.line, "aws s3 ls")
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Act, "run"), (Command::Back, "close")]
    }
}
