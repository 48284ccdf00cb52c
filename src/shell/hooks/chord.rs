//! Keys pressed one after another, and how each shell writes them.

use std::str::FromStr;

use crate::domain::{Error, ErrorKind, Result};
use crate::shell::Dialect;

/// One key with what is held down.
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

/// Keys pressed one after another: `ctrl-x p`, `alt-r`. The first one is held with Ctrl or Alt;
/// letters alone are text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chord(Vec<ChordKey>);

impl FromStr for Chord {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unreadable = || {
            Error::new(ErrorKind::Usage, format!("`{text}` is no key that can be bound"))
                .hint("such as --key 'ctrl-x p', 'ctrl-g' or 'alt-r'")
        };
        let presses: Vec<ChordKey> = text
            .split_whitespace()
            .map(parse_chord_key)
            .collect::<Option<_>>()
            .ok_or_else(unreadable)?;
        match presses.first() {
            Some(first) if first.modifier != KeyModifier::None => Ok(Self(presses)),
            _ => Err(unreadable()),
        }
    }
}

fn parse_chord_key(text: &str) -> Option<ChordKey> {
    let lower = text.to_ascii_lowercase();
    let (held, rest) = match lower.split_once('-') {
        Some(("ctrl" | "c", rest)) => (KeyModifier::Ctrl, rest),
        Some(("alt" | "a" | "m", rest)) => (KeyModifier::Alt, rest),
        _ => (KeyModifier::None, &*lower),
    };
    let mut letters = rest.chars();
    let letter = letters.next().filter(char::is_ascii_alphanumeric)?;
    letters.next().is_none().then_some(ChordKey { modifier: held, letter })
}

impl Chord {
    /// The key in a shell's own notation, and the modifier where the shell writes it apart.
    ///
    /// # Errors
    /// [`Kind::Usage`] for a run of keys in a shell that binds single keys only.
    pub(super) fn notation(&self, shell: Dialect) -> Result<(&'static str, String)> {
        let [first, rest @ ..] = &*self.0 else { return Err(Error::internal("a key of nothing")) };
        if !rest.is_empty() && matches!(shell, Dialect::Nushell | Dialect::Elvish) {
            let message = format!("{shell} binds single keys, not one after another");
            return Err(
                Error::new(ErrorKind::Usage, message).hint("such as --key alt-r, or --no-key")
            );
        }
        let each = |write: fn(&ChordKey) -> String, between: &str| {
            self.0.iter().map(write).collect::<Vec<_>>().join(between)
        };
        Ok(match shell {
            Dialect::Nushell => {
                let modifier = if first.modifier == KeyModifier::Ctrl { "control" } else { "alt" };
                (modifier, format!("char_{}", first.letter))
            }
            Dialect::Bash => ("", each(readline, "")),
            Dialect::Zsh => ("", each(zle, "")),
            Dialect::Fish => ("", each(fish, "")),
            Dialect::PowerShell => ("", each(powershell, ",")),
            Dialect::Xonsh => ("", each(prompt_toolkit, ", ")),
            _ => ("", elvish(first)),
        })
    }

    /// The first key in readline's notation, if others follow and it is held with Ctrl. Alt needs
    /// no care: its escape sequence comes at once.
    pub(super) fn readline_prefix(&self) -> Option<String> {
        match &*self.0 {
            [first, _, ..] if first.modifier == KeyModifier::Ctrl => Some(readline(first)),
            _ => None,
        }
    }
}

fn readline(press: &ChordKey) -> String {
    match press.modifier {
        KeyModifier::Ctrl => format!("\\C-{}", press.letter),
        KeyModifier::Alt => format!("\\e{}", press.letter),
        KeyModifier::None => press.letter.to_string(),
    }
}

fn zle(press: &ChordKey) -> String {
    match press.modifier {
        KeyModifier::Ctrl => format!("^{}", press.letter.to_ascii_uppercase()),
        KeyModifier::Alt => format!("^[{}", press.letter),
        KeyModifier::None => press.letter.to_string(),
    }
}

fn fish(press: &ChordKey) -> String {
    match press.modifier {
        KeyModifier::Ctrl => format!("\\c{}", press.letter),
        KeyModifier::Alt => format!("\\e{}", press.letter),
        KeyModifier::None => press.letter.to_string(),
    }
}

fn powershell(press: &ChordKey) -> String {
    match press.modifier {
        KeyModifier::Ctrl => format!("Ctrl+{}", press.letter),
        KeyModifier::Alt => format!("Alt+{}", press.letter),
        KeyModifier::None => press.letter.to_string(),
    }
}

/// prompt_toolkit's names, each a Python string.
fn prompt_toolkit(press: &ChordKey) -> String {
    match press.modifier {
        KeyModifier::Ctrl => format!("'c-{}'", press.letter),
        KeyModifier::Alt => format!("'escape', '{}'", press.letter),
        KeyModifier::None => format!("'{}'", press.letter),
    }
}

fn elvish(press: &ChordKey) -> String {
    match press.modifier {
        KeyModifier::Ctrl => format!("Ctrl-{}", press.letter.to_ascii_uppercase()),
        KeyModifier::Alt => format!("Alt-{}", press.letter),
        KeyModifier::None => press.letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_reads_the_key_in_its_own_notation() {
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
    fn a_letter_alone_and_anything_that_is_code_is_refused() {
        for bad in ["", "p", "p ctrl-x", "ctrl-", "ctrl-'", "ctrl-xx", "$(id)"] {
            assert_eq!(bad.parse::<Chord>().unwrap_err().kind, ErrorKind::Usage, "{bad}");
        }
    }
}
