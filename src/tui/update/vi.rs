//! The meaning of a key, depending on vi's modes.

use crossterm::event::KeyCode;

use crate::domain::enums::Keymap;
use crate::tui::commands::PickerCommand;
use crate::tui::event::Key;
use crate::tui::key_notation::is_text;
use crate::tui::keymap::{KeyMatch, ViMode};
use crate::tui::state::text_input::TextEdit;
use crate::tui::state::{State, ViState};

/// A key with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResolvedKey {
    /// The key before it, if both are a sequence.
    pub(super) prefix: Option<Key>,
    /// The command; `None` if the key is text or not bound.
    pub(super) command: Option<PickerCommand>,
}

/// Resolves a key in the current mode; `None` if it is completely handled.
pub(super) fn resolve_key(state: &mut State, key: Key) -> Option<ResolvedKey> {
    let command = match state.key_bindings.command(key) {
        // Right opens the menu only if it can't move the cursor.
        Some(PickerCommand::Menu) if key.code == KeyCode::Right && !state.query.is_at_end() => {
            Some(PickerCommand::Edit(TextEdit::Right))
        }
        command => command,
    };
    let usual = Some(ResolvedKey { prefix: None, command });
    // Panels that take all keys have letters of their own.
    let modal =
        state.first_run.is_none() && state.overlays.last().is_none_or(|top| top.is_modeless());
    if state.key_bindings.keymap() != Keymap::Vi || !modal {
        return usual;
    }
    let nothing_to_close = state.overlays.is_empty() && state.pending.is_none();
    if key.code == KeyCode::Esc && key.modifiers.is_empty() && nothing_to_close {
        if state.search.queued_keys.is_empty() {
            state.vi = ViState { mode: ViMode::Normal, pending_key: None };
        } else {
            state.search.queued_keys.push(key);
        }
        return None;
    }
    if state.vi.mode == ViMode::Insert {
        return usual;
    }
    let first = state.vi.pending_key.take();
    match state.key_bindings.match_normal_mode(first, key) {
        KeyMatch::Command(command) => Some(ResolvedKey { prefix: first, command: Some(command) }),
        KeyMatch::Prefix => {
            state.vi.pending_key = Some(key);
            None
        }
        KeyMatch::Unbound if is_text(key) => None,
        KeyMatch::Unbound => usual,
    }
}
