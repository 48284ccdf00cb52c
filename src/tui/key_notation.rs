//! The notation of keys in the configuration file and on the screen.

use crossterm::event::{KeyCode, KeyModifiers};

use super::event::Key;
use super::glyphs::Charset;

/// The highest function key for which terminals have a sequence.
const FUNCTION_KEYS: u8 = 24;

/// Named keys, as spelled in the configuration.
pub(super) const KEY_NAMES: [(&str, KeyCode); 17] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("f1", KeyCode::F(1)),
];

/// Parses `ctrl-o`, `alt-home`, `f1`, `?`.
pub(super) fn parse(name: &str) -> Option<Key> {
    let (mut rest, mut modifiers) = (name, KeyModifiers::NONE);
    loop {
        let (modifier, tail) = match rest.split_once('-') {
            Some(("ctrl", tail)) => (KeyModifiers::CONTROL, tail),
            Some(("alt", tail)) => (KeyModifiers::ALT, tail),
            _ => break,
        };
        (modifiers, rest) = (modifiers | modifier, tail);
    }
    if let Some((_, code)) = KEY_NAMES.iter().find(|(known, _)| *known == rest) {
        return Some(Key::new(*code, modifiers));
    }
    let mut letters = rest.chars();
    let code = match (letters.next()?, letters.as_str()) {
        (letter, "") if !letter.is_control() => KeyCode::Char(letter),
        ('f', number) => {
            KeyCode::F(number.parse().ok().filter(|number| (1..=FUNCTION_KEYS).contains(number))?)
        }
        _ => return None,
    };
    Some(Key::new(code, modifiers))
}

/// The name of another key for which terminals send the same bytes, so that the two can't be
/// distinguished.
pub(super) fn same_as(key: Key) -> Option<&'static str> {
    match key {
        Key { code: KeyCode::Char('i'), modifiers: KeyModifiers::CONTROL } => Some("tab"),
        Key { code: KeyCode::Char('m'), modifiers: KeyModifiers::CONTROL } => Some("enter"),
        Key { code: KeyCode::Char('['), modifiers: KeyModifiers::CONTROL } => Some("esc"),
        _ => None,
    }
}

/// Whether a key types a letter.
pub(super) fn is_text(key: Key) -> bool {
    matches!(key, Key { code: KeyCode::Char(_), modifiers: KeyModifiers::NONE })
}

/// The label for footer and help: `^O`, `⏎`, `Alt-Home`.
pub(super) fn label(key: Key, charset: Charset) -> String {
    let plain = match key.code {
        KeyCode::Enter if charset == Charset::Unicode => "⏎".to_owned(),
        KeyCode::Enter => "Enter".to_owned(),
        KeyCode::Up if charset == Charset::Unicode => "↑".to_owned(),
        KeyCode::Down if charset == Charset::Unicode => "↓".to_owned(),
        KeyCode::Left if charset == Charset::Unicode => "←".to_owned(),
        KeyCode::Right if charset == Charset::Unicode => "→".to_owned(),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        KeyCode::Delete => "Del".to_owned(),
        KeyCode::Insert => "Ins".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::F(number) => format!("F{number}"),
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(letter) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            letter.to_ascii_uppercase().to_string()
        }
        KeyCode::Char(letter) => letter.to_string(),
        other => format!("{other:?}"),
    };
    let ctrl = match key.code {
        _ if !key.modifiers.contains(KeyModifiers::CONTROL) => "",
        KeyCode::Char(letter) if letter != ' ' => "^",
        _ => "Ctrl-",
    };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "Alt-" } else { "" };
    format!("{ctrl}{alt}{plain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_shown_as_people_write_them() {
        let names =
            ["ctrl-o", "enter", "alt-home", "f1", "?", "ctrl-left", "ctrl-space", "shift-tab"];
        let shown: Vec<_> =
            names.iter().map(|name| label(parse(name).unwrap(), Charset::Unicode)).collect();
        assert_eq!(shown, ["^O", "⏎", "Alt-Home", "F1", "?", "Ctrl-←", "Ctrl-Space", "Shift-Tab"]);
    }

    #[test]
    fn what_is_no_key_is_not_read_as_one() {
        for name in ["", "ctrl-", "ctlr-o", "f0", "f25", "fx", "page-up", "\u{1b}", "meta-x"] {
            assert_eq!(parse(name), None, "{name:?}");
        }
        assert_eq!(parse("ctrl--"), Some(Key::new(KeyCode::Char('-'), KeyModifiers::CONTROL)));
    }

    #[test]
    fn keys_that_terminals_do_not_tell_apart_are_known() {
        assert_eq!(same_as(parse("ctrl-i").unwrap()), Some("tab"));
        assert_eq!(same_as(parse("ctrl-o").unwrap()), None);
    }
}
