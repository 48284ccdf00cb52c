//! What the preview would show, where there is no room for it.

use super::super::catalog::Command;
use super::super::state::State;
use super::sheet::{Extent, Sheet};
use super::{Heard, Panel, Pressed, about};

/// Columns of it, where there are so many.
const COLUMNS: usize = 60;

/// It shows whatever role is under the bar, and knows nothing itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui) struct Details;

impl Panel for Details {
    fn press(&mut self, _: &mut State, pressed: Pressed) -> Heard {
        match pressed.command {
            Some(Command::Back | Command::Details) => Heard::Close(Vec::new()),
            _ => Heard::Pass,
        }
    }

    fn sheet(&self, state: &State) -> Sheet {
        Sheet::new(
            "details",
            Extent::Words,
            about::rows(state, COLUMNS.min(usize::from(state.size.0).saturating_sub(6))),
        )
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        vec![(Command::Back, "close"), (Command::Menu, "actions")]
    }

    fn steps_aside(&self) -> bool {
        true
    }
}
