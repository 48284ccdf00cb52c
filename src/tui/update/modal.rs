//! What a key means: the same always, or by vi's modes.

use crossterm::event::KeyCode;

use super::super::bindings::{Meant, Style};
use super::super::catalog::Command;
use super::super::event::Key;
use super::super::keymap::is_text;
use super::super::state::State;
use super::super::state::line::Edit;

/// What a key is heard as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The key before it, where both together mean something.
    pub(super) first: Option<Key>,
    /// The command; none is text, or nothing.
    pub(super) command: Option<Command>,
}

/// What a key means now; `None` when it has done all that it does.
pub(super) fn meaning(state: &mut State, key: Key) -> Option<Meaning> {
    let command = match state.keys.command(key) {
        // Right opens the menu only where it could not move the cursor.
        Some(Command::Menu) if key.code == KeyCode::Right && !state.query.at_end() => {
            Some(Command::Edit(Edit::Right))
        }
        command => command,
    };
    let usual = Some(Meaning { first: None, command });
    // Other panels have letters of their own.
    let modal = state.first_run.is_none()
        && state.overlays.last().is_none_or(|top| top.panel().steps_aside());
    if state.keys.style() != Style::Vi || !modal {
        return usual;
    }
    let nothing_to_close = state.overlays.is_empty() && state.pending.is_none();
    if key.code == KeyCode::Esc && key.modifiers.is_empty() && nothing_to_close {
        if state.ahead.is_empty() {
            (state.vi.normal, state.vi.begun) = (true, None);
        } else {
            state.ahead.push(key);
        }
        return None;
    }
    if !state.vi.normal {
        return usual;
    }
    let first = state.vi.begun.take();
    match state.keys.normal(first, key) {
        Meant::Command(command) => Some(Meaning { first, command: Some(command) }),
        Meant::Begun => {
            state.vi.begun = Some(key);
            None
        }
        Meant::Nothing if is_text(key) => None,
        Meant::Nothing => usual,
    }
}

/// Letters are text again, before the cursor or behind it.
pub(super) fn insert(state: &mut State, behind: bool) {
    state.vi.normal = false;
    if behind {
        state.query.edit(Edit::Right);
    }
}
