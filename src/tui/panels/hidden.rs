//! Roles that the person has hidden, to be shown again.

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::State;
use super::super::update::marks;
use super::chooser::Chooser;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed, account};
use crate::domain::RoleId;
use crate::ops::work::RoleFlag;

/// Which of them is under the bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct Hidden {
    chooser: Chooser<RoleId>,
}

impl Hidden {
    fn roles(&self, state: &State) -> Vec<RoleId> {
        let fits = |role: &&RoleId| {
            self.chooser
                .fits([account(state, role).as_str(), role.role.as_str(), role.account.as_str()])
                .is_some()
        };
        state.marks.hidden.iter().filter(fits).cloned().collect()
    }
}

impl Panel for Hidden {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        let roles = self.roles(state);
        match pressed.command {
            Some(Command::Back | Command::Open(_)) => return Heard::Close(Vec::new()),
            Some(Command::Act) => {
                let Some(role) = self.chooser.chosen(&roles) else {
                    return Heard::Stay(Vec::new());
                };
                let effects: Vec<Effect> = marks::mark(state, vec![role], RoleFlag::Hidden, false);
                return if state.marks.hidden.is_empty() {
                    Heard::Close(effects)
                } else {
                    Heard::Stay(effects)
                };
            }
            _ => {}
        }
        let _ = self.chooser.moves(pressed, &roles) || self.chooser.types(pressed);
        Heard::Stay(Vec::new())
    }

    fn paste(&mut self, text: &str) -> Pasted {
        self.chooser.paste(text)
    }

    fn sheet(&self, state: &State) -> Sheet {
        let roles = self.roles(state);
        let row = |role: &RoleId| {
            let cells = [
                (Tone::Text, account(state, role)),
                (Tone::Soft, role.role.to_string()),
                (Tone::Dim, role.account.to_string()),
            ];
            Row::Choice(None, cells.to_vec())
        };
        let mut rows: Vec<Row> = roles.iter().map(row).collect();
        if rows.is_empty() {
            rows.push(Row::text(Tone::Soft, "no hidden role is called that"));
        }
        let sheet = Sheet::new("hidden roles", Extent::Columns, rows).at(self.chooser.at(&roles));
        sheet.field("find", &self.chooser.typed, "type to find one")
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Act, "show again"), (Command::Back, "close")]
    }
}
