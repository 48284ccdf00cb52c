//! Keys and commands: which key does what, how a key is written and how it is shown.

use crossterm::event::{KeyCode, KeyModifiers};

use super::catalog::{CATALOG, Command, Entry};
use super::event::Key;

/// The command of a key, if it has one. Letters without Ctrl or Alt are text and have none.
pub(super) fn command(key: Key) -> Option<Command> {
    let wanted = |entry: &&Entry| entry.keys.iter().any(|name| !is_text(name) && parse(name) == Some(key));
    CATALOG.iter().find(wanted).map(|entry| entry.command)
}

/// A key that would write a letter; it is a command only where nothing can be written.
fn is_text(name: &str) -> bool {
    name.chars().count() == 1
}

/// Reads `ctrl-o`, `alt-home`, `f1`, `?`.
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
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "shift-tab" => KeyCode::BackTab,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        _ => {
            let mut letters = rest.chars();
            match (letters.next()?, letters.as_str()) {
                (letter, "") => KeyCode::Char(letter),
                ('f', number) => KeyCode::F(number.parse().ok()?),
                _ => return None,
            }
        }
    };
    Some(Key { code, modifiers })
}

/// The key as footer and help show it: `^O`, `⏎`, `Alt-Home`.
pub(super) fn label(name: &str, ascii: bool) -> String {
    let Some(key) = parse(name) else { return name.to_owned() };
    let plain = match key.code {
        KeyCode::Enter if ascii => "Enter".to_owned(),
        KeyCode::Enter => "⏎".to_owned(),
        KeyCode::Esc => "Esc".to_owned(),
        KeyCode::Tab => "Tab".to_owned(),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        KeyCode::Backspace => "Backspace".to_owned(),
        KeyCode::Delete => "Del".to_owned(),
        KeyCode::Up if !ascii => "↑".to_owned(),
        KeyCode::Down if !ascii => "↓".to_owned(),
        KeyCode::Left if !ascii => "←".to_owned(),
        KeyCode::Right if !ascii => "→".to_owned(),
        KeyCode::Up => "Up".to_owned(),
        KeyCode::Down => "Down".to_owned(),
        KeyCode::Left => "Left".to_owned(),
        KeyCode::Right => "Right".to_owned(),
        KeyCode::Home => "Home".to_owned(),
        KeyCode::End => "End".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::F(number) => format!("F{number}"),
        KeyCode::Char(letter) if key.modifiers.contains(KeyModifiers::CONTROL) => letter.to_ascii_uppercase().to_string(),
        KeyCode::Char(letter) => letter.to_string(),
        _ => name.to_owned(),
    };
    let letter = matches!(key.code, KeyCode::Char(_));
    let ctrl = if !key.modifiers.contains(KeyModifiers::CONTROL) {
        ""
    } else if letter {
        "^"
    } else {
        "Ctrl-"
    };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "Alt-" } else { "" };
    format!("{ctrl}{alt}{plain}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_key_of_the_catalog_can_be_read_and_has_one_command() {
        let mut seen: HashMap<Key, &str> = HashMap::new();
        for entry in &CATALOG {
            for name in entry.keys {
                let key = parse(name).unwrap_or_else(|| panic!("{name} of {}", entry.id));
                assert_eq!(seen.insert(key, entry.id), None, "{name} of {}", entry.id);
            }
        }
    }

    #[test]
    fn letters_are_text() {
        assert_eq!(command(parse("?").unwrap()), None);
        assert_eq!(command(parse("q").unwrap()), None);
    }

    #[test]
    fn keys_are_shown_as_people_write_them() {
        let shown: Vec<_> = ["ctrl-o", "enter", "alt-home", "f1", "?", "ctrl-left"].iter().map(|name| label(name, false)).collect();
        assert_eq!(shown, ["^O", "⏎", "Alt-Home", "F1", "?", "Ctrl-←"]);
    }
}
