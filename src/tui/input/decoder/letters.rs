//! The keys of single bytes and characters.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::event::Key;
use crate::tui::input::sequence::InputEvent;

/// The Esc key.
pub(super) fn escape_key() -> InputEvent {
    InputEvent::Key(Key::new(KeyCode::Esc, KeyModifiers::NONE))
}

/// The key of a letter.
pub(super) fn text_key(letter: char, alt: bool) -> Key {
    Key::new(KeyCode::Char(letter), if alt { KeyModifiers::ALT } else { KeyModifiers::NONE })
}

/// The key of a control character, as sent by xterm.
pub(super) fn control_key(byte: u8, alt: bool) -> Key {
    let alt = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
    let (code, control) = match byte {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        0x7F => (KeyCode::Backspace, KeyModifiers::NONE),
        0 => (KeyCode::Char(' '), KeyModifiers::CONTROL),
        0x01..=0x1A => (KeyCode::Char((byte - 1 + b'a').into()), KeyModifiers::CONTROL),
        _ => (KeyCode::Char((byte.saturating_sub(0x1C) + b'4').into()), KeyModifiers::CONTROL),
    };
    Key::new(code, control | alt)
}
