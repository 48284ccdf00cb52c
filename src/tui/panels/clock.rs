//! This machine's clock is wrong: how wrong, what that spoils, how it is set.

use super::super::Action;
use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::State;
use super::super::update::clock;
use super::super::view::signs;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pressed, key, name};
use crate::domain::{Error, RoleId, Timestamp};
use crate::ops::work::{SET_CLOCK_COMMAND, clock_warning};

/// The panel, and what it stands in the way of.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct Clock {
    /// What AWS has refused, perhaps for it.
    pub(in crate::tui) failed: Option<(RoleId, Error)>,
    /// What would be done with a role that is at hand.
    pub(in crate::tui) held: Option<(RoleId, Action)>,
}

impl Panel for Clock {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        match pressed.command {
            Some(Command::Act) => Heard::Close(clock::accept(state, self.held.take())),
            Some(Command::Back) => Heard::Close(Vec::<Effect>::new()),
            _ => Heard::Pass,
        }
    }

    fn sheet(&self, state: &State) -> Sheet {
        let Some(words) = clock_warning(state.clock_ahead) else {
            return Sheet::new("clock", Extent::Words, Vec::new());
        };
        let why = match &self.failed {
            Some((role, error)) => format!("{}: {}", name(state, role), error.message),
            None => {
                "AWS refuses what a role signs by this clock: most commands would fail.".to_owned()
            }
        };
        // The next step stands high up: on a small screen the rest may have no room.
        let rows = vec![
            Row::text(Tone::Danger, format!("{} {}", signs(state.looks).failed, sentence(&words))),
            Row::Blank,
            Row::Pair {
                left: (Tone::Dim, "set it".to_owned()),
                right: (Tone::Text, SET_CLOCK_COMMAND.to_owned()),
            },
            Row::Pair {
                left: (Tone::Accent, key(state, Command::Refresh)),
                right: (Tone::Soft, "then asks AWS again".to_owned()),
            },
            Row::Blank,
            Row::pair("AWS says", minute(state.now.plus(state.clock_ahead))),
            Row::pair("here it is", minute(state.now)),
            Row::Blank,
            Row::text(Tone::Soft, why),
        ];
        Sheet::new("the clock is wrong", Extent::Words, rows)
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        let act = if self.held.is_some() { "use the role all the same" } else { "go on as it is" };
        vec![(Command::Refresh, "ask AWS again"), (Command::Act, act), (Command::Back, "close")]
    }

    fn steps_aside(&self) -> bool {
        true
    }
}

/// With a capital.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `2026-11-22 04:52 UTC`.
fn minute(moment: Timestamp) -> String {
    let text = moment.to_rfc3339().replace('T', " ");
    format!("{} UTC", text.get(..16).unwrap_or(&text))
}
