//! A selection among several items, with an optional filter. The selection stays on its item when
//! others come and go.

use super::paste::PasteResult;
use super::text_input::TextInput;
use crate::domain::normalize_text;
use crate::tui::commands::{KeyPress, Move, PickerCommand};

/// The longest filter, in characters; no name is longer.
const MAX_FILTER_CHARS: usize = 200;

/// Rows per page.
const PAGE: usize = 8;

/// The selected item and the filter.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct SelectList<K> {
    selected: Option<K>,
    /// The filter.
    pub(in crate::tui) filter: TextInput,
}

impl<K> Default for SelectList<K> {
    fn default() -> Self {
        Self { selected: None, filter: TextInput::with_max_chars(MAX_FILTER_CHARS) }
    }
}

impl<K: Clone + PartialEq> SelectList<K> {
    /// The index of the selected item; the first one if the selected item is gone.
    pub(in crate::tui) fn selected_index(&self, things: &[K]) -> usize {
        self.selected
            .as_ref()
            .and_then(|on| things.iter().position(|thing| thing == on))
            .unwrap_or(0)
    }

    /// The selected item.
    pub(in crate::tui) fn selected(&self, things: &[K]) -> Option<K> {
        things.get(self.selected_index(things)).cloned()
    }

    /// Selects an item.
    pub(in crate::tui) fn select(&mut self, thing: K) {
        self.selected = Some(thing);
    }

    /// Keeps the selection on the current item even if the order changes.
    pub(in crate::tui) fn pin(&mut self, things: &[K]) {
        self.selected = self.selected(things);
    }

    /// Moves the selection if the key is a movement, and returns whether it was. It wraps around at
    /// both ends.
    pub(in crate::tui) fn handle_move(&mut self, pressed: KeyPress, things: &[K]) -> bool {
        let Some(PickerCommand::Move(to)) = pressed.command else { return false };
        let (at, last) = (self.selected_index(things), things.len().saturating_sub(1));
        let to = match to {
            Move::Up => at.checked_sub(1).unwrap_or(last),
            Move::Down if at >= last => 0,
            Move::Down => at + 1,
            Move::PageUp | Move::HalfPageUp => at.saturating_sub(PAGE),
            Move::PageDown | Move::HalfPageDown => (at + PAGE).min(last),
            Move::First => 0,
            Move::Last => last,
        };
        self.selected = things.get(to).cloned();
        true
    }

    /// Edits the filter if the key is text or an edit, and returns whether it was. A changed filter
    /// selects the first match.
    pub(in crate::tui) fn handle_edit(&mut self, pressed: KeyPress) -> bool {
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => {
                self.filter.insert(letter.encode_utf8(&mut [0; 4]));
                self.selected = None;
            }
            (None, Some(PickerCommand::Edit(edit))) => {
                if self.filter.edit(edit) {
                    self.selected = None;
                }
            }
            _ => return false,
        }
        true
    }

    /// Pastes text into the filter.
    pub(in crate::tui) fn handle_paste(&mut self, text: &str) -> PasteResult {
        self.selected = None;
        PasteResult::insert_truncated(&mut self.filter, text)
    }

    /// How well these names match the filter, of which every word has to occur in one of them: 0 is
    /// best, `None` is no match.
    pub(in crate::tui) fn match_rank<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Option<usize> {
        let typed = normalize_text(self.filter.text());
        let names: Vec<String> = names.into_iter().map(normalize_text).collect();
        let occurs = |word: &str| names.iter().any(|name| name.contains(word));
        if !typed.split_whitespace().all(occurs) {
            return None;
        }
        let typed = typed.trim();
        if typed.is_empty() {
            return Some(0);
        }
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

    fn pressed(to: Move) -> KeyPress {
        KeyPress { letter: None, command: Some(PickerCommand::Move(to)) }
    }

    #[test]
    fn the_bar_goes_round_and_stays_on_its_thing() {
        let mut chooser = SelectList::default();
        assert!(chooser.handle_move(pressed(Move::Up), &[1, 2, 3]));
        assert_eq!(chooser.selected(&[1, 2, 3]), Some(3));
        assert_eq!(chooser.selected(&[3, 1]), Some(3));
        assert_eq!(chooser.selected(&[1, 2]), Some(1));
        assert_eq!(chooser.selected(&[]), None);
    }

    #[test]
    fn an_exact_name_fits_best() {
        let fits = |typed: &str| {
            let mut chooser = SelectList::<u8>::default();
            chooser.handle_paste(typed);
            ["s3", "ses", "cloudwatch logs"].map(|name| chooser.match_rank([name]))
        };
        assert_eq!(fits(""), [Some(0); 3], "and without a filter all are in their own order");
        assert_eq!(fits("s"), [Some(1), Some(1), Some(3)]);
        assert_eq!(fits("s3"), [Some(0), None, None]);
        assert_eq!(fits("LOG cloud"), [None, None, Some(3)]);
        assert_eq!(fits("logs"), [None, None, Some(2)]);
    }
}
