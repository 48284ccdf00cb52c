//! One of several things under a bar, perhaps with a line that filters them. The bar stays on its
//! thing, whatever comes and goes.

use super::super::catalog::{Command, Move};
use super::super::state::line::Line;
use super::{Pasted, Pressed};
use crate::domain::normalize_text;

/// Characters of what is looked for: far more than any name has.
const LONGEST: usize = 200;

/// Rows that a page moves.
const PAGE: usize = 8;

/// What is under the bar, and what is typed.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Chooser<K> {
    on: Option<K>,
    /// What is typed.
    pub(in crate::tui) typed: Line,
}

impl<K> Default for Chooser<K> {
    fn default() -> Self {
        Self { on: None, typed: Line::limited(LONGEST) }
    }
}

impl<K: Clone + PartialEq> Chooser<K> {
    /// Where the bar stands among these; on the first when its own thing is gone.
    pub(in crate::tui) fn at(&self, things: &[K]) -> usize {
        self.on.as_ref().and_then(|on| things.iter().position(|thing| thing == on)).unwrap_or(0)
    }

    /// What the bar stands on.
    pub(in crate::tui) fn chosen(&self, things: &[K]) -> Option<K> {
        things.get(self.at(things)).cloned()
    }

    /// Keeps the bar on what it stands on, should these come in another order.
    pub(in crate::tui) fn hold(&mut self, things: &[K]) {
        self.on = self.chosen(things);
    }

    /// Moves the bar if that is what was pressed; from the last thing it goes to the first.
    pub(in crate::tui) fn moves(&mut self, pressed: Pressed, things: &[K]) -> bool {
        let Some(Command::Move(to)) = pressed.command else { return false };
        let (at, last) = (self.at(things), things.len().saturating_sub(1));
        let to = match to {
            Move::Up => at.checked_sub(1).unwrap_or(last),
            Move::Down if at >= last => 0,
            Move::Down => at + 1,
            Move::PageUp | Move::HalfUp => at.saturating_sub(PAGE),
            Move::PageDown | Move::HalfDown => (at + PAGE).min(last),
            Move::First => 0,
            Move::Last => last,
        };
        self.on = things.get(to).cloned();
        true
    }

    /// Types, or edits what is typed, if that is what was pressed; the bar goes to the first thing
    /// that fits.
    pub(in crate::tui) fn types(&mut self, pressed: Pressed) -> bool {
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => {
                self.typed.insert(letter.encode_utf8(&mut [0; 4]));
                self.on = None;
            }
            (None, Some(Command::Edit(edit))) => {
                if self.typed.edit(edit) {
                    self.on = None;
                }
            }
            _ => return false,
        }
        true
    }

    /// Takes a pasted text.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Pasted {
        self.on = None;
        Pasted::cut(&mut self.typed, text)
    }

    /// How well these names fit what is typed: every word has to occur in one of them; 0 is best,
    /// `None` not at all.
    pub(in crate::tui) fn fits<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Option<usize> {
        let typed = normalize_text(self.typed.text());
        let names: Vec<String> = names.into_iter().map(normalize_text).collect();
        let occurs = |word: &str| names.iter().any(|name| name.contains(word));
        if !typed.split_whitespace().all(occurs) {
            return None;
        }
        let typed = typed.trim();
        let rank = |name: &String| match name {
            name if name == typed => 0,
            name if name.starts_with(typed) => 1,
            name if name.split([' ', '-']).any(|word| word.starts_with(typed)) => 2,
            _ => 3,
        };
        names.iter().map(rank).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(to: Move) -> Pressed {
        Pressed { letter: None, command: Some(Command::Move(to)) }
    }

    #[test]
    fn the_bar_goes_round_and_stays_on_its_thing() {
        let mut chooser = Chooser::default();
        assert!(chooser.moves(pressed(Move::Up), &[1, 2, 3]));
        assert_eq!(chooser.chosen(&[1, 2, 3]), Some(3));
        assert_eq!(chooser.chosen(&[3, 1]), Some(3));
        assert_eq!(chooser.chosen(&[1, 2]), Some(1));
        assert_eq!(chooser.chosen(&[]), None);
    }

    #[test]
    fn an_exact_name_fits_best() {
        let fits = |typed: &str| {
            let mut chooser = Chooser::<u8>::default();
            chooser.paste(typed);
            ["s3", "ses", "cloudwatch logs"].map(|name| chooser.fits([name]))
        };
        assert_eq!(fits("s"), [Some(1), Some(1), Some(3)]);
        assert_eq!(fits("s3"), [Some(0), None, None]);
        assert_eq!(fits("LOG cloud"), [None, None, Some(3)]);
        assert_eq!(fits("logs"), [None, None, Some(2)]);
    }
}
