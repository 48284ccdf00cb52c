//! Key sequences and their notation in each shell.

use std::str::FromStr;

use crate::domain::{Error, ErrorKind, Result};
use crate::shell::Dialect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ChordKey {
    modifier: KeyModifier,
    letter: char,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyModifier {
    None,
    Ctrl,
    Alt,
}

/// A sequence of keys: `ctrl-x p`, `alt-r`. The first key has a modifier, since letters alone are
/// text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chord(Vec<ChordKey>);

impl FromStr for Chord {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || {
            Error::new(ErrorKind::Usage, format!("`{text}` is not a key that can be bound"))
                .hint("use --key 'ctrl-x p', --key ctrl-g or --key alt-r, for example")
        };
        let keys: Vec<ChordKey> = text
            .split_whitespace()
            .map(parse_chord_key)
            .collect::<Option<_>>()
            .ok_or_else(invalid)?;
        match keys.first() {
            Some(first) if first.modifier != KeyModifier::None => Ok(Self(keys)),
            _ => Err(invalid()),
        }
    }
}

fn parse_chord_key(text: &str) -> Option<ChordKey> {
    let lower = text.to_ascii_lowercase();
    let (modifier, rest) = match lower.split_once('-') {
        Some(("ctrl" | "c", rest)) => (KeyModifier::Ctrl, rest),
        Some(("alt" | "a" | "m", rest)) => (KeyModifier::Alt, rest),
        _ => (KeyModifier::None, &*lower),
    };
    let mut letters = rest.chars();
    let letter = letters.next().filter(char::is_ascii_alphanumeric)?;
    letters.next().is_none().then_some(ChordKey { modifier, letter })
}

impl Chord {
    /// Returns the modifier, if the shell writes it separately, and the keys in the notation of the
    /// shell.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for several keys in a shell that binds only single keys.
    pub(super) fn notation(&self, shell: Dialect) -> Result<(&'static str, String)> {
        let [first, rest @ ..] = &*self.0 else { return Err(Error::internal("an empty chord")) };
        if !rest.is_empty() && matches!(shell, Dialect::Nushell | Dialect::Elvish) {
            let message = format!("{shell} can bind a single key, not a sequence");
            return Err(Error::new(ErrorKind::Usage, message)
                .hint("use --key alt-r, for example, or --no-key"));
        }
        let join = |notation: fn(&ChordKey) -> String, separator: &str| {
            self.0.iter().map(notation).collect::<Vec<_>>().join(separator)
        };
        Ok(match shell {
            Dialect::Nushell => {
                let modifier = if first.modifier == KeyModifier::Ctrl { "control" } else { "alt" };
                (modifier, format!("char_{}", first.letter))
            }
            Dialect::Bash => ("", join(readline, "")),
            Dialect::Zsh => ("", join(zle, "")),
            Dialect::Fish => ("", join(fish, "")),
            Dialect::PowerShell => ("", join(powershell, ",")),
            Dialect::Xonsh => ("", join(prompt_toolkit, ", ")),
            _ => ("", elvish(first)),
        })
    }

    /// Returns the first key in the notation of readline if other keys follow it and its modifier
    /// is Ctrl. A key with Alt is an escape sequence, which arrives at once.
    pub(super) fn readline_prefix(&self) -> Option<String> {
        match &*self.0 {
            [first, _, ..] if first.modifier == KeyModifier::Ctrl => Some(readline(first)),
            _ => None,
        }
    }
}

fn readline(key: &ChordKey) -> String {
    match key.modifier {
        KeyModifier::Ctrl => format!("\\C-{}", key.letter),
        KeyModifier::Alt => format!("\\e{}", key.letter),
        KeyModifier::None => key.letter.to_string(),
    }
}

fn zle(key: &ChordKey) -> String {
    match key.modifier {
        KeyModifier::Ctrl => format!("^{}", key.letter.to_ascii_uppercase()),
        KeyModifier::Alt => format!("^[{}", key.letter),
        KeyModifier::None => key.letter.to_string(),
    }
}

fn fish(key: &ChordKey) -> String {
    match key.modifier {
        KeyModifier::Ctrl => format!("\\c{}", key.letter),
        KeyModifier::Alt => format!("\\e{}", key.letter),
        KeyModifier::None => key.letter.to_string(),
    }
}

fn powershell(key: &ChordKey) -> String {
    match key.modifier {
        KeyModifier::Ctrl => format!("Ctrl+{}", key.letter),
        KeyModifier::Alt => format!("Alt+{}", key.letter),
        KeyModifier::None => key.letter.to_string(),
    }
}

/// Returns the names of prompt_toolkit, each as a Python string.
fn prompt_toolkit(key: &ChordKey) -> String {
    match key.modifier {
        KeyModifier::Ctrl => format!("'c-{}'", key.letter),
        KeyModifier::Alt => format!("'escape', '{}'", key.letter),
        KeyModifier::None => format!("'{}'", key.letter),
    }
}

fn elvish(key: &ChordKey) -> String {
    match key.modifier {
        KeyModifier::Ctrl => format!("Ctrl-{}", key.letter.to_ascii_uppercase()),
        KeyModifier::Alt => format!("Alt-{}", key.letter),
        KeyModifier::None => key.letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_has_its_own_notation() {
        let chord: Chord = "Ctrl-X p".parse().unwrap();
        let cases = [
            (Dialect::Bash, "\\C-xp"),
            (Dialect::Zsh, "^Xp"),
            (Dialect::Fish, "\\cxp"),
            (Dialect::PowerShell, "Ctrl+x,p"),
            (Dialect::Xonsh, "'c-x', 'p'"),
        ];
        for (shell, want) in cases {
            assert_eq!(chord.notation(shell).unwrap().1, want, "{shell}");
        }
        let single: Chord = "alt-r".parse().unwrap();
        assert_eq!(single.notation(Dialect::Nushell).unwrap(), ("alt", "char_r".to_owned()));
        assert_eq!(single.notation(Dialect::Elvish).unwrap().1, "Alt-r");
        assert_eq!(chord.notation(Dialect::Elvish).unwrap_err().kind, ErrorKind::Usage);
    }

    #[test]
    fn letters_without_a_modifier_and_code_are_refused() {
        for bad in ["", "p", "p ctrl-x", "ctrl-", "ctrl-'", "ctrl-xx", "$(id)"] {
            assert_eq!(bad.parse::<Chord>().unwrap_err().kind, ErrorKind::Usage, "{bad}");
        }
    }
}
