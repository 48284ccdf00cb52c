//! One line of text with a cursor, edited as in a shell.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// The default length limit, in characters. No search needs more.
pub(in crate::tui) const DEFAULT_MAX_CHARS: usize = 1_000;

/// A line of text and its cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct TextInput {
    text: String,
    /// In bytes, always on a grapheme boundary.
    cursor: usize,
    /// The length limit, in characters.
    max_chars: usize,
}

impl Default for TextInput {
    fn default() -> Self {
        Self::with_max_chars(DEFAULT_MAX_CHARS)
    }
}

/// An edit of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::tui) enum TextEdit {
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

impl TextInput {
    /// A line with this text, which may exceed the limit; the cursor is at its end.
    pub(in crate::tui) fn new(text: &str) -> Self {
        let mut line = Self::with_max_chars(usize::MAX);
        line.insert(text);
        line.max_chars = DEFAULT_MAX_CHARS;
        line
    }

    /// An empty line with this length limit, in characters.
    pub(in crate::tui) fn with_max_chars(longest: usize) -> Self {
        Self { text: String::new(), cursor: 0, max_chars: longest }
    }

    /// Sets the length limit, in characters. Existing text is not cut.
    pub(in crate::tui) fn set_max_chars(&mut self, longest: usize) {
        self.max_chars = longest;
    }

    /// The length limit, in characters.
    pub(in crate::tui) fn max_chars(&self) -> usize {
        self.max_chars
    }

    pub(in crate::tui) fn text(&self) -> &str {
        &self.text
    }

    /// The text before the cursor.
    pub(in crate::tui) fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    pub(in crate::tui) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the cursor is after the last character.
    pub(in crate::tui) fn is_at_end(&self) -> bool {
        self.cursor == self.text.len()
    }

    /// Inserts as much of the text as fits at the cursor, and returns whether all of it did.
    /// Control characters, such as a pasted line break, become spaces.
    pub(in crate::tui) fn insert(&mut self, text: &str) -> bool {
        let text = text.trim_end_matches(['\r', '\n']);
        let fits = self.fitting_len(text);
        let clean: String =
            text[..fits].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
        // A combining mark may have joined the character before it.
        self.cursor = self.grapheme_boundary(self.cursor);
        fits == text.len()
    }

    /// Inserts text at the cursor if all of it fits, and returns whether it did. Half an address or
    /// half a command would mean something else.
    pub(in crate::tui) fn insert_whole(&mut self, text: &str) -> bool {
        let text = text.trim_end_matches(['\r', '\n']);
        self.fitting_len(text) == text.len() && self.insert(text)
    }

    /// The number of bytes of `text` that fit.
    fn fitting_len(&self, text: &str) -> usize {
        // There are at least as many bytes as characters, and they are cheaper to count.
        if self.text.len() + text.len() <= self.max_chars {
            return text.len();
        }
        let room = self.max_chars.saturating_sub(self.text.chars().count());
        text.char_indices().nth(room).map_or(text.len(), |(at, _)| at)
    }

    /// Applies an edit and returns whether the text changed.
    pub(in crate::tui) fn edit(&mut self, edit: TextEdit) -> bool {
        let (cursor, end) = (self.cursor, self.text.len());
        match edit {
            TextEdit::Start => self.cursor = 0,
            TextEdit::End => self.cursor = end,
            TextEdit::Left => self.cursor = self.left(),
            TextEdit::Right => self.cursor = self.right(),
            TextEdit::WordLeft => self.cursor = self.word_left(),
            TextEdit::WordRight => self.cursor = self.word_right(),
            TextEdit::Backspace => return self.delete_range(self.left(), cursor),
            TextEdit::Delete => return self.delete_range(cursor, self.right()),
            TextEdit::CutWord => return self.delete_range(self.word_left(), cursor),
            TextEdit::CutToStart => return self.delete_range(0, cursor),
            TextEdit::CutToEnd => return self.delete_range(cursor, end),
        }
        false
    }

    fn delete_range(&mut self, from: usize, to: usize) -> bool {
        self.text.replace_range(from..to, "");
        self.cursor = self.grapheme_boundary(from);
        from != to
    }

    fn grapheme_boundary(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        match cursor.is_boundary(&self.text, 0) {
            Ok(true) => at,
            _ => cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len()),
        }
    }

    fn left(&self) -> usize {
        self.before_cursor().grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.text[self.cursor..]
            .graphemes(true)
            .next()
            .map_or(self.cursor, |next| self.cursor + next.len())
    }

    fn word_left(&self) -> usize {
        let trimmed = self.before_cursor().trim_end();
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

    fn after(text: &str, edits: &[TextEdit]) -> (String, usize) {
        let mut line = TextInput::new(text);
        for edit in edits {
            line.edit(*edit);
        }
        (line.text.clone(), line.cursor)
    }

    #[test]
    fn words_are_cut_as_in_a_shell() {
        assert_eq!(after("prod adm  ", &[TextEdit::CutWord]), ("prod ".into(), 5));
        assert_eq!(
            after("prod adm", &[TextEdit::WordLeft, TextEdit::CutToStart]),
            ("adm".into(), 0)
        );
        assert_eq!(
            after("prod adm", &[TextEdit::Start, TextEdit::WordRight, TextEdit::CutToEnd]),
            ("prod".into(), 4)
        );
    }

    #[test]
    fn a_letter_goes_with_its_accent() {
        assert_eq!(after("zu\u{308}", &[TextEdit::Backspace]), ("z".into(), 1));
        assert_eq!(after("日本", &[TextEdit::Left, TextEdit::Backspace]), ("本".into(), 0));
    }

    #[test]
    fn a_pasted_line_break_is_a_blank() {
        assert_eq!(TextInput::new("a\nb\r\n").text(), "a b");
    }

    #[test]
    fn a_line_holds_so_many_characters_and_no_more() {
        let mut line = TextInput::with_max_chars(4);
        assert!(line.insert("äb"));
        assert!(!line.insert_whole("cde"), "{line:?}");
        assert!(!line.insert("cde"), "{line:?}");
        assert_eq!(line.text(), "äbcd");
        assert!(!line.insert("f") && line.insert("") && line.insert("\n"), "{line:?}");
        line.edit(TextEdit::Backspace);
        assert!(line.insert_whole("f\r\n"));
        assert_eq!((line.text(), line.before_cursor()), ("äbcf", "äbcf"));
    }

    #[test]
    fn text_of_the_programs_own_is_never_cut() {
        assert_eq!(
            TextInput::new(&"x".repeat(DEFAULT_MAX_CHARS + 1)).text().len(),
            DEFAULT_MAX_CHARS + 1
        );
    }

    proptest! {
        #[test]
        fn the_cursor_stays_between_characters(text in "\\PC{0,12}", more in "\\PC{0,3}", edits in prop::collection::vec(0..11_usize, 0..20)) {
            const ALL: [TextEdit; 11] = [TextEdit::Start, TextEdit::End, TextEdit::Left, TextEdit::Right, TextEdit::WordLeft, TextEdit::WordRight,
                TextEdit::Backspace, TextEdit::Delete, TextEdit::CutWord, TextEdit::CutToStart, TextEdit::CutToEnd];
            let mut line = TextInput::new(&text);
            for edit in edits {
                line.edit(ALL[edit]);
                line.insert(&more);
                prop_assert!(line.text.is_char_boundary(line.cursor));
            }
        }
    }
}
