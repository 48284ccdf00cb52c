//! A text as it is compared: folded, with its words' beginnings and the way back to the original's
//! characters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded text. Offsets are bytes of [`Folded::text`]; only highlights go back to the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NormalizedText {
    /// Lower case, without accents.
    pub(super) text: String,
    /// Where its words begin: after a separator, at a camel-case hump, between letters and digits.
    pub(super) word_starts: Vec<u32>,
    /// Which letters it has: a word with another one can't occur in it.
    pub(super) letter_mask: u64,
    /// For each byte of `text` the character of the original that it came from; empty when that is
    /// the byte's own offset.
    original_chars: Vec<u32>,
}

impl NormalizedText {
    /// Folds a text.
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

    /// The characters of the original behind a range of bytes, with the marks that sit on them.
    pub(super) fn extend_original_chars(&self, from: usize, to: usize, out: &mut Vec<usize>) {
        if self.original_chars.is_empty() {
            out.extend(from..to);
            return;
        }
        for byte in from..to.min(self.original_chars.len()) {
            let first = self.original_chars[byte] as usize;
            // Characters that folded to nothing are accents of the one before them: they light up
            // together.
            let next = self.original_chars[byte..]
                .iter()
                .find(|o| **o as usize != first)
                .map_or(first + 1, |o| *o as usize);
            out.extend(first..next);
        }
    }
}

/// Which letters a folded text has, one bit each; what is neither letter nor digit shares the
/// remaining bits.
pub(super) fn letter_mask(text: &str) -> u64 {
    text.bytes().fold(0, |mask, byte| mask | LETTER_BITS[usize::from(byte)])
}

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

/// [`begins`] for every byte of an ASCII text, in one pass: an index folds thousands of names
/// before the first answer.
fn ascii_word_starts(text: &[u8]) -> Vec<u32> {
    let mut starts = Vec::with_capacity(8);
    let mut previous = b'-';
    for (position, byte) in text.iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            let hump = byte.is_ascii_uppercase()
                && (previous.is_ascii_lowercase()
                    || text.get(position + 1).is_some_and(u8::is_ascii_lowercase));
            if !previous.is_ascii_alphanumeric()
                || hump
                || previous.is_ascii_digit() != byte.is_ascii_digit()
            {
                starts.push(position as u32);
            }
        }
        previous = *byte;
    }
    starts
}

/// Whether a word begins at this letter: `AWSReadOnly-eu2` has `AWS`, `Read`, `Only`, `eu`, `2`.
fn is_word_start(previous: Option<char>, letter: char, next: Option<char>) -> bool {
    let Some(previous) = previous else { return letter.is_alphanumeric() };
    if !letter.is_alphanumeric() {
        return false;
    }
    let hump =
        letter.is_uppercase() && (previous.is_lowercase() || next.is_some_and(char::is_lowercase));
    !previous.is_alphanumeric() && !is_combining_mark(previous)
        || hump
        || previous.is_numeric() != letter.is_numeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_after_separators_at_humps_and_at_digits() {
        let words = |text: &str| {
            let folded = NormalizedText::new(text);
            folded
                .word_starts
                .iter()
                .map(|at| folded.text[*at as usize..].chars().next().unwrap())
                .collect::<String>()
        };
        assert_eq!(words("AWSReadOnlyAccess"), "aroa");
        assert_eq!(words("payments-prod_eu 2"), "ppe2");
        assert_eq!(words("Zürich ÄnalytiK"), "zak");
    }

    #[test]
    fn marks_lead_back_to_the_original_characters() {
        let marked = |text: &str, word: &str| {
            let folded = NormalizedText::new(text);
            let from = folded.text.find(word).unwrap();
            let mut out = Vec::new();
            folded.extend_original_chars(from, from + word.len(), &mut out);
            out.dedup();
            out
        };
        assert_eq!(marked("Zürich", "ur"), [1, 2]);
        // `u` with a separate diaeresis: both characters are lit.
        assert_eq!(marked("Zu\u{308}rich", "ur"), [1, 2, 3]);
        // A ligature folds to two letters and is one character.
        assert_eq!(marked("o\u{fb01}x", "fi"), [1]);
    }
}
