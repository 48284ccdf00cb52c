//! What happens to text that is pasted or typed into a field of limited length.

use super::text_input::TextInput;
use crate::tui::format::group_digits;

/// The result of a paste.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum PasteResult {
    /// There is no field for it; the text goes to the query.
    Ignored,
    /// The text was taken, or dropped on purpose.
    Done,
    /// The text was cut to this many characters, the length of the field.
    Truncated(usize),
    /// Nothing was taken, because the field holds only this many characters.
    Refused(usize),
}

impl PasteResult {
    /// Inserts text into a line that searches, where its beginning is still useful.
    pub(in crate::tui) fn insert_truncated(line: &mut TextInput, text: &str) -> Self {
        if line.insert(text) { PasteResult::Done } else { PasteResult::Truncated(line.max_chars()) }
    }

    /// Inserts text into a line where a part of it would mean something else, such as half an
    /// address.
    pub(in crate::tui) fn insert_whole(line: &mut TextInput, text: &str) -> Self {
        if line.insert_whole(text) {
            PasteResult::Done
        } else {
            PasteResult::Refused(line.max_chars())
        }
    }

    /// The note for the user, if not all of the text was taken.
    pub(in crate::tui) fn note(self) -> Option<String> {
        match self {
            PasteResult::Ignored | PasteResult::Done => None,
            PasteResult::Truncated(longest) => Some(format!(
                "too long: only the first {} characters are used",
                group_digits(longest)
            )),
            PasteResult::Refused(longest) => Some(format!(
                "too long, nothing pasted: {} characters at most",
                group_digits(longest)
            )),
        }
    }
}
