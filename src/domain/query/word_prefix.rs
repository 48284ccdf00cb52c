//! Matching a typed word as prefixes of words: `ro` for ReadOnly, `payprod` for payments-prod,
//! `ppa` across the names of an account and a role.
//!
//! The typed word is split into chunks, each of which must be a prefix of a word of the value.
//! Words of the value may be skipped. Sets of positions in the typed word are bit sets, so matching
//! across two fields is one `and` per row.

use super::normalized::NormalizedText;

/// The maximum length of a typed word in bytes, so that its positions fit into a bit set.
pub(super) const MAX_WORD_BYTES: usize = 63;

/// Which prefixes of a typed word a value matches: bit `k` is set if it matches `word[..k]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StartMatches {
    /// All of them.
    pub(super) any: u64,
    /// Those that have a chunk for every word of the value.
    pub(super) whole: u64,
}

/// Which suffixes of a typed word a value matches: bit `k` is set if it matches `word[k..]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndMatches {
    /// All of them.
    pub(super) any: u64,
    /// Those that include the first word of the value.
    pub(super) head: u64,
}

/// Returns which prefixes of `word` the value matches.
pub(super) fn matched_from_start(value: &NormalizedText, word: &str) -> StartMatches {
    let (mut any, mut whole) = (1_u64, 1_u64);
    for start in &value.word_starts {
        let mut sources = any & !(1 << word.len());
        let previous = std::mem::take(&mut whole);
        while sources != 0 {
            let from = sources.trailing_zeros() as usize;
            sources &= sources - 1;
            let ends = low_bits(common_prefix_len(value, *start, word, from)) << (from + 1);
            any |= ends;
            if previous >> from & 1 != 0 {
                whole |= ends;
            }
        }
    }
    StartMatches { any: any & !1, whole: whole & !1 }
}

/// Returns which suffixes of `word` the value matches.
pub(super) fn matched_to_end(value: &NormalizedText, word: &str) -> EndMatches {
    let tables = suffix_tables(value, word);
    let head = match (value.word_starts.first(), tables.get(1)) {
        (Some(0), Some(after)) => match_starts(value, 0, word, *after),
        _ => 0,
    };
    EndMatches { any: tables[0] & !(1 << word.len()), head }
}

/// How a typed word is split between account and role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FieldSplit {
    /// The number of bytes for the account.
    pub(super) position: usize,
    /// Whether they cover all words of the account, and the rest begins with the role's first word.
    pub(super) is_whole: bool,
    /// Whether the rest begins with the role's first word.
    pub(super) starts_role: bool,
}

impl FieldSplit {
    /// The best split: one that covers the whole account, else the last.
    pub(super) fn new(account: StartMatches, role: EndMatches) -> Option<Self> {
        let last = |set: u64| (set != 0).then(|| 63 - set.leading_zeros() as usize);
        let any = account.any & role.any;
        if any == 0 {
            return None;
        }
        match last(account.whole & role.head) {
            Some(position) => Some(Self { position, is_whole: true, starts_role: true }),
            None => last(any).map(|position| {
                let starts_role = role.head >> position & 1 != 0;
                Self { position, is_whole: false, starts_role }
            }),
        }
    }
}

/// Returns the byte ranges of the value that match `word[from..to]`, preferring long chunks, or
/// `None` if it does not match.
pub(super) fn match_ranges(
    value: &NormalizedText,
    word: &str,
    from: usize,
    to: usize,
) -> Option<Vec<(usize, usize)>> {
    let word = word.get(..to)?;
    let tables = suffix_tables(value, word);
    if tables[0] & 1 << from == 0 {
        return None;
    }
    let (mut at, mut out) = (from, Vec::new());
    for (index, start) in value.word_starts.iter().enumerate() {
        let longest = common_prefix_len(value, *start, word, at);
        if let Some(length) =
            (1..=longest).rev().find(|length| tables[index + 1] & 1 << (at + length) != 0)
        {
            out.push((*start as usize, *start as usize + length));
            at += length;
        }
    }
    (at == to).then_some(out)
}

/// Returns, for each word of the value and for its end, the positions of `word` whose suffix that
/// word and later ones match.
fn suffix_tables(value: &NormalizedText, word: &str) -> Vec<u64> {
    let mut tables = vec![1_u64 << word.len(); value.word_starts.len() + 1];
    for index in (0..value.word_starts.len()).rev() {
        let after = tables[index + 1];
        tables[index] = after | match_starts(value, value.word_starts[index], word, after);
    }
    tables
}

/// Returns the positions of `word` from which a prefix of the value's word at `start` reaches one
/// of the positions `after`.
fn match_starts(value: &NormalizedText, start: u32, word: &str, after: u64) -> u64 {
    let fits = |from: &usize| {
        low_bits(common_prefix_len(value, start, word, *from)) << (from + 1) & after != 0
    };
    (0..word.len()).filter(fits).fold(0, |set, from| set | 1 << from)
}

/// Returns the length of the common prefix of `word[from..]` and the value at `start`, in bytes.
fn common_prefix_len(value: &NormalizedText, start: u32, word: &str, from: usize) -> usize {
    let (value, word) = (&value.text.as_bytes()[start as usize..], &word.as_bytes()[from..]);
    value.iter().zip(word).take_while(|(left, right)| left == right).count()
}

/// Returns a number whose lowest `length` bits are set.
fn low_bits(length: usize) -> u64 {
    (1_u64 << length) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_over_two_fields_has_a_position_in_common() {
        let (account, role) =
            (NormalizedText::new("payments-prod"), NormalizedText::new("AdministratorAccess"));
        assert_eq!(matched_from_start(&account, "ppa"), StartMatches { any: 0b110, whole: 0b100 });
        assert_eq!(matched_to_end(&role, "ppa"), EndMatches { any: 0b100, head: 0b100 });
        assert_eq!(match_ranges(&account, "ppa", 0, 2), Some(vec![(0, 1), (9, 10)]));
        assert_eq!(match_ranges(&role, "ppa", 2, 3), Some(vec![(0, 1)]));
    }

    #[test]
    fn words_of_the_value_may_be_skipped_and_the_first_is_reported() {
        let role = NormalizedText::new("AWSReadOnlyAccess");
        assert_eq!(matched_to_end(&role, "ro"), EndMatches { any: 0b11, head: 0 });
        let end = EndMatches { any: 0b11001, head: 0b00001 };
        assert_eq!(matched_to_end(&role, "awsro"), end);
    }

    #[test]
    fn a_value_is_whole_if_each_of_its_words_has_a_chunk() {
        let whole = |value: &str, word: &str| {
            matched_from_start(&NormalizedText::new(value), word).whole >> word.len() & 1 != 0
        };
        assert_eq!(
            ["abc", "albeco", "ab", "ac", "abcd"].map(|word| whole("alpha-beta-core", word)),
            [true, true, false, false, false]
        );
        assert!(!whole("alpha-beta-core-eu", "abc"));
    }

    #[test]
    fn letters_inside_words_do_not_match() {
        assert_eq!(matched_from_start(&NormalizedText::new("payments-prod"), "rod").any, 0);
        assert_eq!(match_ranges(&NormalizedText::new("payments-prod"), "rod", 0, 3), None);
    }
}
