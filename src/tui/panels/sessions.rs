//! Roles that have credentials in the vault, the one that expires first on top, counting down.

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::{State, Then};
use super::super::update::choose;
use super::super::view::words;
use super::chooser::Chooser;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pressed, account};
use crate::domain::{RoleId, Timestamp};
use crate::ops::work::Request;

/// From so few seconds on a session is about to end.
const SOON: i64 = 300;

/// Which of them is under the bar.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Sessions {
    chooser: Chooser<RoleId>,
}

impl Sessions {
    /// With the bar on the first of them, wherever that goes when it is renewed.
    pub(in crate::tui) fn of(state: &State) -> Self {
        let mut chooser = Chooser::default();
        chooser.hold(&Self::roles(state));
        Self { chooser }
    }

    fn roles(state: &State) -> Vec<RoleId> {
        Self::running(state).into_iter().map(|(role, _)| role).collect()
    }

    fn running(state: &State) -> Vec<(RoleId, Timestamp)> {
        let mut roles: Vec<_> = state
            .sessions
            .roles
            .iter()
            .filter(|(_, at)| at.since(state.now) > 0)
            .cloned()
            .collect();
        roles.sort_by(|left, right| (left.1, &left.0).cmp(&(right.1, &right.0)));
        roles
    }
}

impl Panel for Sessions {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        let roles = Self::roles(state);
        self.chooser.hold(&roles);
        let chosen = self.chooser.chosen(&roles);
        match (pressed.letter, pressed.command, chosen) {
            (_, Some(Command::Back | Command::Open(_)), _) => return Heard::Close(Vec::new()),
            (_, Some(Command::Act), Some(role)) => {
                return Heard::Close(choose::begin(state, vec![role], Then::Leave(state.action)));
            }
            (Some('r'), _, Some(role)) => {
                return Heard::Stay(choose::begin(state, vec![role], Then::Renew));
            }
            (Some('d'), _, Some(role)) => {
                return Heard::Stay(vec![Effect::Request(Request::ForgetCredentials { role })]);
            }
            (Some('o'), _, Some(role)) => {
                return Heard::Stay(vec![Effect::Request(Request::SignOut {
                    instance: role.instance,
                })]);
            }
            _ => {}
        }
        self.chooser.moves(pressed, &roles);
        Heard::Stay(Vec::new())
    }

    fn sheet(&self, state: &State) -> Sheet {
        let running = Self::running(state);
        let row = |(role, at): &(RoleId, Timestamp)| {
            let left = at.since(state.now);
            let said = if state.looks.motion { words::clock(left) } else { words::span(left) };
            let tone = if left <= SOON { Tone::Danger } else { Tone::Accent };
            Row::Choice(
                None,
                vec![
                    (Tone::Text, account(state, role)),
                    (Tone::Soft, role.role.to_string()),
                    (tone, said),
                ],
            )
        };
        let mut rows: Vec<Row> = running.iter().map(row).collect();
        let roles: Vec<RoleId> = running.into_iter().map(|(role, _)| role).collect();
        let Some(chosen) = self.chooser.chosen(&roles) else {
            rows.push(Row::text(
                Tone::Soft,
                "No role has credentials in the vault yet. Enter on a role gets some.",
            ));
            return Sheet::new("sessions", Extent::Words, rows);
        };
        Sheet::new("sessions", Extent::Columns, rows)
            .at(self.chooser.at(&roles))
            .letter("r", "renew")
            .letter("d", "drop")
            .letter("o", format!("sign out of {}", chosen.instance))
    }

    fn hints(&self, state: &State) -> Vec<(Command, &'static str)> {
        let some = !Self::running(state).is_empty();
        let act = some.then(|| (Command::Act, state.action.name()));
        act.into_iter().chain([(Command::Back, "close")]).collect()
    }

    fn counts(&self) -> bool {
        true
    }
}
