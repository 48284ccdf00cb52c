//! One line of text under a cursor, edited the way shells do it.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// The characters that a line holds unless it is made for more: what is typed to search is never
/// longer.
pub(in crate::tui) const LONGEST: usize = 1_000;

/// A line and where the cursor stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Line {
    text: String,
    /// In bytes, always between two characters as a person counts them.
    cursor: usize,
    /// The most characters that can be typed or pasted into it.
    longest: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self::limited(LONGEST)
    }
}

/// What can be done to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::tui) enum Edit {
    /// Cursor to the start.
    Start,
    /// Cursor to the end.
    End,
    /// One character left.
    Left,
    /// One character right.
    Right,
    /// One word left.
    WordLeft,
    /// One word right.
    WordRight,
    /// Delete the character before the cursor.
    Backspace,
    /// Delete the character under the cursor.
    Delete,
    /// Delete back to the start of the word.
    CutWord,
    /// Delete back to the start of the line.
    CutToStart,
    /// Delete to the end of the line.
    CutToEnd,
}

impl Line {
    /// This text with the cursor at its end, whatever its length.
    pub(in crate::tui) fn new(text: &str) -> Self {
        let mut line = Self::limited(usize::MAX);
        line.insert(text);
        line.longest = LONGEST;
        line
    }

    /// An empty line for at most this many characters.
    pub(in crate::tui) fn limited(longest: usize) -> Self {
        Self { text: String::new(), cursor: 0, longest }
    }

    /// Sets the most characters that can be typed or pasted into it; those already there stay.
    pub(in crate::tui) fn set_longest(&mut self, longest: usize) {
        self.longest = longest;
    }

    /// The most characters that can be typed or pasted into it.
    pub(in crate::tui) fn longest(&self) -> usize {
        self.longest
    }

    /// The text.
    pub(in crate::tui) fn text(&self) -> &str {
        &self.text
    }

    /// The text before the cursor.
    pub(in crate::tui) fn before(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Whether nothing is typed.
    pub(in crate::tui) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the cursor stands behind the last character.
    pub(in crate::tui) fn at_end(&self) -> bool {
        self.cursor == self.text.len()
    }

    /// Inserts text at the cursor, as much of it as fits, and returns whether all did. Control
    /// characters, as in a pasted line break, become blanks.
    pub(in crate::tui) fn insert(&mut self, text: &str) -> bool {
        let text = text.trim_end_matches(['\r', '\n']);
        let fits = self.fitting(text);
        let clean: String =
            text[..fits].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
        // A combining mark may have joined its neighbour.
        self.cursor = self.boundary(self.cursor);
        fits == text.len()
    }

    /// Inserts text at the cursor if all of it fits, and returns whether it did: half an address or
    /// half a command would be another one.
    pub(in crate::tui) fn insert_whole(&mut self, text: &str) -> bool {
        let text = text.trim_end_matches(['\r', '\n']);
        self.fitting(text) == text.len() && self.insert(text)
    }

    /// The bytes of `text` that there is room for.
    fn fitting(&self, text: &str) -> usize {
        // Bytes are at least as many as characters, and cheaper to count.
        if self.text.len() + text.len() <= self.longest {
            return text.len();
        }
        let room = self.longest.saturating_sub(self.text.chars().count());
        text.char_indices().nth(room).map_or(text.len(), |(at, _)| at)
    }

    /// Does an edit; says whether the text changed.
    pub(in crate::tui) fn edit(&mut self, edit: Edit) -> bool {
        let (cursor, end) = (self.cursor, self.text.len());
        match edit {
            Edit::Start => self.cursor = 0,
            Edit::End => self.cursor = end,
            Edit::Left => self.cursor = self.left(),
            Edit::Right => self.cursor = self.right(),
            Edit::WordLeft => self.cursor = self.word_left(),
            Edit::WordRight => self.cursor = self.word_right(),
            Edit::Backspace => return self.cut(self.left(), cursor),
            Edit::Delete => return self.cut(cursor, self.right()),
            Edit::CutWord => return self.cut(self.word_left(), cursor),
            Edit::CutToStart => return self.cut(0, cursor),
            Edit::CutToEnd => return self.cut(cursor, end),
        }
        false
    }

    fn cut(&mut self, from: usize, to: usize) -> bool {
        self.text.replace_range(from..to, "");
        self.cursor = self.boundary(from);
        from != to
    }

    fn boundary(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        match cursor.is_boundary(&self.text, 0) {
            Ok(true) => at,
            _ => cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len()),
        }
    }

    fn left(&self) -> usize {
        self.before().grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.text[self.cursor..]
            .graphemes(true)
            .next()
            .map_or(self.cursor, |next| self.cursor + next.len())
    }

    fn word_left(&self) -> usize {
        let trimmed = self.before().trim_end();
        trimmed
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + trimmed[at..].chars().next().map_or(1, char::len_utf8))
    }

    fn word_right(&self) -> usize {
        let rest = &self.text[self.cursor..];
        let blank = rest.len() - rest.trim_start().len();
        rest[blank..]
            .find(char::is_whitespace)
            .map_or(self.text.len(), |at| self.cursor + blank + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(text: &str, edits: &[Edit]) -> (String, usize) {
        let mut line = Line::new(text);
        for edit in edits {
            line.edit(*edit);
        }
        (line.text.clone(), line.cursor)
    }

    #[test]
    fn words_are_cut_as_in_a_shell() {
        assert_eq!(after("prod adm  ", &[Edit::CutWord]), ("prod ".into(), 5));
        assert_eq!(after("prod adm", &[Edit::WordLeft, Edit::CutToStart]), ("adm".into(), 0));
        assert_eq!(
            after("prod adm", &[Edit::Start, Edit::WordRight, Edit::CutToEnd]),
            ("prod".into(), 4)
        );
    }

    #[test]
    fn a_letter_goes_with_its_accent() {
        assert_eq!(after("zu\u{308}", &[Edit::Backspace]), ("z".into(), 1));
        assert_eq!(after("日本", &[Edit::Left, Edit::Backspace]), ("本".into(), 0));
    }

    #[test]
    fn a_pasted_line_break_is_a_blank() {
        assert_eq!(Line::new("a\nb\r\n").text(), "a b");
    }

    #[test]
    fn a_line_holds_so_many_characters_and_no_more() {
        let mut line = Line::limited(4);
        assert!(line.insert("äb"));
        assert!(!line.insert_whole("cde"), "{line:?}");
        assert!(!line.insert("cde"), "{line:?}");
        assert_eq!(line.text(), "äbcd");
        assert!(!line.insert("f") && line.insert("") && line.insert("\n"), "{line:?}");
        line.edit(Edit::Backspace);
        assert!(line.insert_whole("f\r\n"));
        assert_eq!((line.text(), line.before()), ("äbcf", "äbcf"));
    }

    #[test]
    fn text_of_the_programs_own_is_never_cut() {
        assert_eq!(Line::new(&"x".repeat(LONGEST + 1)).text().len(), LONGEST + 1);
    }

    proptest! {
        #[test]
        fn the_cursor_stays_between_characters(text in "\\PC{0,12}", more in "\\PC{0,3}", edits in prop::collection::vec(0..11_usize, 0..20)) {
            const ALL: [Edit; 11] = [Edit::Start, Edit::End, Edit::Left, Edit::Right, Edit::WordLeft, Edit::WordRight,
                Edit::Backspace, Edit::Delete, Edit::CutWord, Edit::CutToStart, Edit::CutToEnd];
            let mut line = Line::new(&text);
            for edit in edits {
                line.edit(ALL[edit]);
                line.insert(&more);
                prop_assert!(line.text.is_char_boundary(line.cursor));
            }
        }
    }
}
