//! Matches a word with a value.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::abbreviation::find_abbreviation;
use super::column::SearchField;
use super::glob::glob_pieces;
use super::joined;
use super::normalized::{ALPHANUMERIC_BITS, NormalizedText};
use super::parse::{MatchMode, QueryWord, Scope};
use super::word_prefix;

/// How a word matches a value, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MatchKind {
    /// It equals the value.
    Exact,
    /// The value starts with it, or, for an account id, ends with it.
    Prefix,
    /// A word of the value starts with it.
    WordStart,
    /// It is a word of the value without some inner letters: `prd` for prod, `stg` for staging.
    Abbreviation,
    /// It consists of prefixes of all words of the value: `ro` in ReadOnly.
    AllWordPrefixes,
    /// It consists of prefixes of some words of the value: `ro` in ReadOnlyAccess.
    WordPrefixes,
    /// The value contains it.
    Substring,
    /// The value contains its letters in order and close together.
    Fuzzy,
}

/// A match of a word in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordMatch {
    pub(super) kind: MatchKind,
    /// The byte offset of a literal match in the normalized value, else 0.
    pub(super) offset: usize,
    /// The byte after a literal match that spans separators of the value, or was typed with others.
    pub(super) joined_end: Option<usize>,
    /// Whether it ends at the end of a word of the value.
    pub(super) ends_word: bool,
    /// The fuzzy matcher's score, else 0.
    pub(super) score: i64,
}

impl WordMatch {
    fn literal(kind: MatchKind, value: &NormalizedText, at: usize, length: usize) -> Self {
        let end = at + length;
        let letter = value.text.as_bytes().get(end).copied();
        let whole = letter.is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
            || value.word_starts.contains(&(end as u32));
        Self { kind, offset: at, joined_end: None, ends_word: whole, score: 0 }
    }

    /// A match that separators interrupt; see [`joined`].
    fn joined(value: &NormalizedText, text: &str) -> Option<Self> {
        let (start, end) = joined::find(value, text)?;
        let kind = match start {
            0 if end == value.text.len() => MatchKind::Exact,
            0 => MatchKind::Prefix,
            start if value.word_starts.contains(&(start as u32)) => MatchKind::WordStart,
            _ => MatchKind::Substring,
        };
        Some(Self { joined_end: Some(end), ..Self::literal(kind, value, start, end - start) })
    }

    /// A match without letters at one place.
    fn loose(kind: MatchKind, ends_word: bool) -> Self {
        Self { kind, offset: 0, joined_end: None, ends_word, score: 0 }
    }
}

/// Matches words. Contains the scratch space of the fuzzy matcher, so each search has its own.
pub(super) struct WordMatcher(SkimMatcherV2);

impl WordMatcher {
    pub(super) fn new() -> Self {
        Self(SkimMatcherV2::default().ignore_case())
    }

    /// Returns the best match of a word in a value of this field.
    pub(super) fn match_word(
        &self,
        word: &QueryWord,
        field: SearchField,
        value: &NormalizedText,
    ) -> Option<WordMatch> {
        let text = word.normalized.text.as_str();
        if value.text.is_empty() {
            return None;
        }
        if word.is_glob {
            return match_glob(word, value);
        }
        let missing = word.normalized.letter_mask & !value.letter_mask;
        let is_literal = word.mode != MatchMode::Plain || field == SearchField::Id;
        if missing & ALPHANUMERIC_BITS != 0 || missing != 0 && is_literal {
            return None;
        }
        if word.mode != MatchMode::Plain {
            return match_anchored(word, value);
        }
        if field == SearchField::Id {
            return match_id(word, value);
        }
        if missing == 0
            && let Some(at) = value.text.find(text)
        {
            let start = value
                .word_starts
                .iter()
                .map(|s| *s as usize)
                .find(|s| value.text[*s..].starts_with(text));
            let (kind, at) = match start {
                Some(0) if value.text.len() == text.len() => (MatchKind::Exact, 0),
                _ if at == 0 => (MatchKind::Prefix, 0),
                Some(start) => (MatchKind::WordStart, start),
                None => (MatchKind::Substring, at),
            };
            return Some(WordMatch::literal(
                if value.text.len() == text.len() { MatchKind::Exact } else { kind },
                value,
                at,
                text.len(),
            ));
        }
        if word.is_negated || text.len() < 2 {
            return None;
        }
        match field {
            SearchField::Account | SearchField::Alias | SearchField::Role => {
                let joined = WordMatch::joined(value, text);
                // Separators that the value does not contain count in no other kind of match.
                joined.or_else(|| self.match_loosely(text, value).filter(|_| missing == 0))
            }
            SearchField::Profile => WordMatch::joined(value, text),
            _ => None,
        }
    }

    /// Tries an abbreviation, then prefixes of words, then a fuzzy match.
    fn match_loosely(&self, text: &str, value: &NormalizedText) -> Option<WordMatch> {
        if text.len() > word_prefix::MAX_WORD_BYTES {
            return None;
        }
        if let Some(at) = find_abbreviation(value, text) {
            let found = WordMatch::loose(MatchKind::Abbreviation, true);
            return Some(WordMatch { offset: at, ..found });
        }
        let (starts, end) = (word_prefix::matched_from_start(value, text), 1 << text.len());
        if starts.whole & end != 0 {
            return Some(WordMatch::loose(MatchKind::AllWordPrefixes, true));
        }
        if starts.any & end != 0 {
            let from_first_word = word_prefix::matched_to_end(value, text).head & 1 != 0;
            return Some(WordMatch::loose(MatchKind::WordPrefixes, from_first_word));
        }
        let score = is_fuzzy_candidate(value, text)
            .then(|| self.0.fuzzy_match(&value.text, text))
            .flatten()?;
        Some(WordMatch { score, ..WordMatch::loose(MatchKind::Fuzzy, false) })
    }

    /// Returns the characters of the normalized value that a fuzzy match consists of.
    pub(super) fn fuzzy_positions(&self, text: &str, value: &NormalizedText) -> Vec<usize> {
        self.0.fuzzy_indices(&value.text, text).map_or_else(Vec::new, |(_, characters)| characters)
    }
}

/// The minimum quality of fuzzy matches: the first letter starts a word, and all letters lie within
/// twice their number plus two. Without it, `prod` would match 40 % of all names.
fn is_fuzzy_candidate(value: &NormalizedText, text: &str) -> bool {
    let (value_bytes, word) = (value.text.as_bytes(), text.as_bytes());
    // Two letters are specific enough if the second is a consonant, as in `db`, but not a vowel.
    if word.len() < 2 || word.len() == 2 && b"aeiou".contains(&word[1]) {
        return false;
    }
    let window = word.len() * 2 + 2;
    value
        .word_starts
        .iter()
        .map(|start| &value_bytes[*start as usize..])
        .filter(|rest| rest[0] == word[0])
        .any(|rest| {
            let mut wanted = word.iter().peekable();
            for letter in rest.iter().take(window) {
                wanted.next_if_eq(&letter);
            }
            wanted.peek().is_none()
        })
}

fn match_anchored(word: &QueryWord, value: &NormalizedText) -> Option<WordMatch> {
    let (text, length) = (&word.normalized.text, word.normalized.text.len());
    let at = match word.mode {
        MatchMode::Start | MatchMode::Whole => value.text.starts_with(text).then_some(0),
        MatchMode::End => value.text.ends_with(text).then(|| value.text.len() - length),
        MatchMode::Exact | MatchMode::Plain => {
            let start = value
                .word_starts
                .iter()
                .map(|s| *s as usize)
                .find(|s| value.text[*s..].starts_with(text));
            let first = value.text.find(text);
            first.filter(|at| *at == 0).or(start).or(first)
        }
    }?;
    let kind = match at {
        0 if value.text.len() == length => MatchKind::Exact,
        _ if word.mode == MatchMode::Whole => return None,
        0 => MatchKind::Prefix,
        at if value.word_starts.contains(&(at as u32)) => MatchKind::WordStart,
        _ => MatchKind::Substring,
    };
    Some(WordMatch::literal(kind, value, at, length))
}

/// Matches an account id. Users remember its first and last digits; fewer than four digits are not
/// specific and rank behind names.
fn match_id(word: &QueryWord, value: &NormalizedText) -> Option<WordMatch> {
    let text = &word.normalized.text;
    let long = text.len() >= 4 || word.scope != Scope::Any;
    let (kind, at) = match value.text.find(text)? {
        0 if text.len() == value.text.len() => (MatchKind::Exact, 0),
        _ if value.text.ends_with(text) => (
            if long { MatchKind::Prefix } else { MatchKind::Substring },
            value.text.len() - text.len(),
        ),
        0 => (if long { MatchKind::Prefix } else { MatchKind::Substring }, 0),
        at => (MatchKind::Substring, at),
    };
    let ends_word = at > 0 || kind == MatchKind::Exact;
    Some(WordMatch { offset: at, ..WordMatch::loose(kind, ends_word) })
}

fn match_glob(word: &QueryWord, value: &NormalizedText) -> Option<WordMatch> {
    let text = &word.normalized.text;
    let (start, end) = match word.mode {
        MatchMode::Plain | MatchMode::Exact => (false, false),
        MatchMode::Start => (true, false),
        MatchMode::End => (false, true),
        MatchMode::Whole => (true, true),
    };
    let pieces = glob_pieces(&value.text, text, start, end)?;
    let kind = match pieces.first() {
        _ if glob_pieces(&value.text, text, true, true).is_some() => MatchKind::Exact,
        Some((0, _)) => MatchKind::Prefix,
        _ => MatchKind::Substring,
    };
    let offset = pieces.first().map_or(0, |piece| piece.0);
    Some(WordMatch { offset, ..WordMatch::loose(kind, true) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::parse::Query;

    fn match_kind(text: &str, field: SearchField, value: &str) -> Option<MatchKind> {
        let query = Query::parse(text, &|_| false);
        WordMatcher::new()
            .match_word(&query.terms[0][0], field, &NormalizedText::new(value))
            .map(|hit| hit.kind)
    }

    #[test]
    fn names_match_as_users_expect() {
        for (text, value, want) in [
            ("prod", "prod", Some(MatchKind::Exact)),
            ("prod", "product-catalog", Some(MatchKind::Prefix)),
            ("prod", "payments-prod", Some(MatchKind::WordStart)),
            ("acc", "AdministratorAccess", Some(MatchKind::WordStart)),
            ("ro", "ReadOnly", Some(MatchKind::AllWordPrefixes)),
            ("ro", "ReadOnlyAccess", Some(MatchKind::WordPrefixes)),
            ("payprod", "payments-prod", Some(MatchKind::AllWordPrefixes)),
            ("paymentsprod", "payments-prod", Some(MatchKind::Exact)),
            ("payments_prod", "payments-prod", Some(MatchKind::Exact)),
            ("edgeprod", "edge-prod-eu", Some(MatchKind::Prefix)),
            ("prodeu", "edge-prod-eu", Some(MatchKind::WordStart)),
            ("mentsprod", "payments-prod", Some(MatchKind::Substring)),
            ("read-only", "AWSReadOnlyAccess", Some(MatchKind::WordStart)),
            ("pay_prod", "paymentsprod", None),
            ("!paymentsprod", "payments-prod", None),
            ("ment", "payments-prod", Some(MatchKind::Substring)),
            ("sndbx", "sandbox", Some(MatchKind::Abbreviation)),
            ("prd", "payments-prod", Some(MatchKind::Abbreviation)),
            ("stg", "edge-staging-eu", Some(MatchKind::Abbreviation)),
            ("prd", "prefabricated", None),
            ("prrd", "pried", None),
            ("prd", "pricing-dev", Some(MatchKind::AllWordPrefixes)),
            ("pymnt", "payments", Some(MatchKind::Fuzzy)),
            ("prod", "platform-road", None),
            ("'sndbx", "sandbox", None),
            ("^prod", "payments-prod", None),
            ("prod$", "payments-prod", Some(MatchKind::WordStart)),
            ("^prod$", "prod", Some(MatchKind::Exact)),
            ("pay*prod", "payments-prod-eu", Some(MatchKind::Prefix)),
        ] {
            assert_eq!(match_kind(text, SearchField::Account, value), want, "{text} in {value}");
        }
    }

    #[test]
    fn ids_match_at_their_start_and_end() {
        for (text, want) in [
            ("8901", MatchKind::Prefix),
            ("0123", MatchKind::Prefix),
            ("4567", MatchKind::Substring),
            ("01", MatchKind::Substring),
        ] {
            assert_eq!(match_kind(text, SearchField::Id, "012345678901"), Some(want), "{text}");
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (text, pattern, start, end, want) in [
            ("payments-prod", "*-prod*", true, true, true),
            ("payments-prod", "pay*", true, true, true),
            ("payments-prod", "prod", true, true, false),
            ("payments-prod", "p*p*d", true, true, true),
            ("aba", "ab*ba", true, true, false),
            ("payments-prod", "ment*ro", false, false, true),
        ] {
            assert_eq!(
                glob_pieces(text, pattern, start, end).is_some(),
                want,
                "{pattern} in {text}"
            );
        }
    }
}
