//! Text normalized for comparison, with the starts of its words and a mapping back to the original
//! characters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A normalized text. Offsets are bytes of [`NormalizedText::text`]; only highlights refer to the
/// original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NormalizedText {
    /// Lower case, without accents.
    pub(super) text: String,
    /// The starts of its words: after a separator, at an upper-case letter in camel case, and
    /// between letters and digits.
    pub(super) word_starts: Vec<u32>,
    /// The set of its letters: a word with another letter can't occur in it.
    pub(super) letter_mask: u64,
    /// The index of the original character for each byte of `text`; empty if both are equal.
    original_chars: Vec<u32>,
}

impl NormalizedText {
    /// Normalizes a text.
    pub(super) fn new(original: &str) -> Self {
        if original.is_ascii() {
            let text = original.to_ascii_lowercase();
            let letters = letter_mask(&text);
            return Self {
                word_starts: ascii_word_starts(original.as_bytes()),
                text,
                letter_mask: letters,
                original_chars: Vec::new(),
            };
        }
        let (mut text, mut origin, mut starts) =
            (String::with_capacity(original.len()), Vec::new(), Vec::new());
        let characters: Vec<char> = original.chars().collect();
        for (position, letter) in characters.iter().enumerate() {
            let before = text.len();
            text.extend(normalize_char(*letter));
            origin.resize(text.len(), position as u32);
            let previous = position.checked_sub(1).map(|p| characters[p]);
            if text.len() > before
                && is_word_start(previous, *letter, characters.get(position + 1).copied())
            {
                starts.push(before as u32);
            }
        }
        Self { letter_mask: letter_mask(&text), text, word_starts: starts, original_chars: origin }
    }

    /// Appends the original characters for a range of bytes, including combining marks.
    pub(super) fn extend_original_chars(&self, from: usize, to: usize, out: &mut Vec<usize>) {
        if self.original_chars.is_empty() {
            out.extend(from..to);
            return;
        }
        for byte in from..to.min(self.original_chars.len()) {
            let first = self.original_chars[byte] as usize;
            // Characters that were removed are combining marks of the one before: highlight both.
            let next = self.original_chars[byte..]
                .iter()
                .find(|o| **o as usize != first)
                .map_or(first + 1, |o| *o as usize);
            out.extend(first..next);
        }
    }
}

/// Returns the set of letters in a normalized text. Letters and digits have a bit each, all other
/// bytes share the remaining bits.
pub(super) fn letter_mask(text: &str) -> u64 {
    text.bytes().fold(0, |mask, byte| mask | LETTER_BITS[usize::from(byte)])
}

/// The bits of ASCII letters and digits in a [`letter_mask`].
pub(super) const ALPHANUMERIC_BITS: u64 = (1 << 36) - 1;

const LETTER_BITS: [u64; 256] = {
    let (mut bits, mut byte) = ([0; 256], 0_usize);
    while byte < 256 {
        let bit = match byte as u8 {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'0'..=b'9' => 26 + digit - b'0',
            other => 36 + other % 28,
        };
        bits[byte] = 1 << bit;
        byte += 1;
    }
    bits
};

fn normalize_char(letter: char) -> impl Iterator<Item = char> {
    std::iter::once(letter)
        .nfkd()
        .filter(|part| !is_combining_mark(*part))
        .flat_map(char::to_lowercase)
}

/// Applies [`is_word_start`] to an ASCII text in one pass, since an index normalizes thousands of
/// names before the first search.
fn ascii_word_starts(text: &[u8]) -> Vec<u32> {
    let mut starts = Vec::with_capacity(8);
    let mut previous = b'-';
    for (position, byte) in text.iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            let is_capital = byte.is_ascii_uppercase()
                && (previous.is_ascii_lowercase()
                    || text.get(position + 1).is_some_and(u8::is_ascii_lowercase));
            if !previous.is_ascii_alphanumeric()
                || is_capital
                || previous.is_ascii_digit() != byte.is_ascii_digit()
            {
                starts.push(position as u32);
            }
        }
        previous = *byte;
    }
    starts
}

/// Whether a word starts at a letter: `AWSReadOnly-eu2` has `AWS`, `Read`, `Only`, `eu`, `2`.
fn is_word_start(previous: Option<char>, letter: char, next: Option<char>) -> bool {
    let Some(previous) = previous else { return letter.is_alphanumeric() };
    if !letter.is_alphanumeric() {
        return false;
    }
    let is_capital =
        letter.is_uppercase() && (previous.is_lowercase() || next.is_some_and(char::is_lowercase));
    !previous.is_alphanumeric() && !is_combining_mark(previous)
        || is_capital
        || previous.is_numeric() != letter.is_numeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_start_after_separators_at_capitals_and_at_digits() {
        let words = |text: &str| {
            let normalized = NormalizedText::new(text);
            normalized
                .word_starts
                .iter()
                .map(|at| normalized.text[*at as usize..].chars().next().unwrap())
                .collect::<String>()
        };
        assert_eq!(words("AWSReadOnlyAccess"), "aroa");
        assert_eq!(words("payments-prod_eu 2"), "ppe2");
        assert_eq!(words("Zürich ÄnalytiK"), "zak");
        assert_eq!(words("ÄWSRead"), "ar");
    }

    #[test]
    fn offsets_map_back_to_the_original_characters() {
        let marked = |text: &str, word: &str| {
            let normalized = NormalizedText::new(text);
            let from = normalized.text.find(word).unwrap();
            let mut out = Vec::new();
            normalized.extend_original_chars(from, from + word.len(), &mut out);
            out.dedup();
            out
        };
        assert_eq!(marked("Zürich", "ur"), [1, 2]);
        assert_eq!(marked("Zürich", "ch"), [4, 5]);
        // `u` with a separate diaeresis: both characters are highlighted.
        assert_eq!(marked("Zu\u{308}rich", "ur"), [1, 2, 3]);
        // A ligature is normalized to two letters but is one character.
        assert_eq!(marked("o\u{fb01}x", "fi"), [1]);
    }
}
