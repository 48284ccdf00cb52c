//! What can happen to the picker.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers};

use crate::domain::Timestamp;
use crate::ops::backend::messages::Update;

use super::search::SearchResults;

/// One thing that happened. Plain values: a run of them can be kept and played again.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    /// The first frame is on the screen.
    Started,
    /// A key went down.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal has this size now.
    Resize(u16, u16),
    /// It is this late.
    Tick(Timestamp),
    /// The background had something to say.
    Backend(Update),
    /// A search ended.
    SearchFinished(Arc<SearchResults>),
    /// The terminal is gone.
    TerminalClosed,
}

/// A key with its modifiers. Shift is kept only where it changes nothing else, as in Shift-Tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Which key.
    pub(super) code: KeyCode,
    /// What was held down.
    pub(super) modifiers: KeyModifiers,
}

impl Key {
    /// The key as the key map spells it: letters carry their own shift.
    pub(super) fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let kept = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        match code {
            KeyCode::Char(letter) if kept.contains(KeyModifiers::CONTROL) => {
                Self { code: KeyCode::Char(letter.to_ascii_lowercase()), modifiers: kept }
            }
            _ => Self { code, modifiers: kept },
        }
    }
}

/// What the mouse did, and at which cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mouse {
    /// What.
    pub(super) kind: MouseKind,
    /// Column, from 0.
    pub(super) x: u16,
    /// Row, from 0.
    pub(super) y: u16,
}

/// The gestures that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MouseKind {
    /// The left button went down.
    Click,
    /// It went down twice on one cell.
    DoubleClick,
    /// One notch up.
    WheelUp,
    /// One notch down.
    WheelDown,
}
