//! Events that the picker handles.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers};

use crate::domain::Timestamp;
use crate::ops::backend::messages::Update;

use super::Background;
use super::search::SearchResults;

/// An event. Events are plain values, so a sequence of them can be recorded and replayed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    /// The first frame is on the screen.
    Started,
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// A mouse gesture.
    Mouse(Mouse),
    /// The terminal now has this many columns and rows.
    Resize(u16, u16),
    /// The current time.
    Tick(Timestamp),
    /// An update from the background.
    Backend(Update),
    /// A search finished.
    SearchFinished(Arc<SearchResults>),
    /// The terminal answered which background it has.
    BackgroundReported(Option<Background>),
    /// The terminal was closed.
    TerminalClosed,
}

/// A key with its modifiers. Shift is kept only if it changes nothing else, as in Shift-Tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The key.
    pub(super) code: KeyCode,
    /// The modifiers held down.
    pub(super) modifiers: KeyModifiers,
}

impl Key {
    /// The key in the form that the key map uses: Shift is part of the letter.
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

/// A mouse gesture and its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mouse {
    /// The gesture.
    pub(super) kind: MouseKind,
    /// Column, from 0.
    pub(super) x: u16,
    /// Row, from 0.
    pub(super) y: u16,
}

/// The gestures that the picker handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MouseKind {
    /// The left button was pressed.
    Click,
    /// The left button was pressed twice on the same cell.
    DoubleClick,
    /// The wheel was turned up by one notch.
    WheelUp,
    /// The wheel was turned down by one notch.
    WheelDown,
}
