//! Scores a word against a value, and converts matches to costs.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use super::column::SearchField;
use super::joined;
use super::normalized::{ALPHANUMERIC_BITS, NormalizedText};
use super::parse::{MatchMode, QueryWord, Scope};
use super::word_prefix::{self, FieldSplit};

/// The cost if a word does not match.
pub(super) const NO_MATCH: u64 = u64::MAX;

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

/// Returns the start of the first word that the text abbreviates: both have the same first and last
/// letter, the letters between are in order, and at most one letter more is omitted than typed.
/// Users who type `prd` mean prod, not pricing-dev.
fn find_abbreviation(value: &NormalizedText, text: &str) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    let ends =
        value.word_starts.iter().skip(1).map(|start| *start as usize).chain([value.text.len()]);
    let mut words = value.word_starts.iter().map(|start| *start as usize).zip(ends);
    let found = words.find(|(start, end)| {
        let word = value.text[*start..*end]
            .trim_end_matches(|letter: char| letter.is_ascii_punctuation() || letter == ' ')
            .as_bytes();
        let typed = text.as_bytes();
        word.len() > typed.len()
            && word.len() <= typed.len() * 2 + 1
            && word[0] == typed[0]
            && word.last() == typed.last()
            && abbreviation_offsets(word, typed).is_some()
    });
    found.map(|(start, _)| start)
}

/// Returns the offsets of the letters of an abbreviation in a word: the first at its start, the
/// last at its end, the others as early as possible.
fn abbreviation_offsets(word: &[u8], typed: &[u8]) -> Option<Vec<usize>> {
    let (last, inner) = (word.len().checked_sub(1)?, typed.get(1..typed.len().checked_sub(1)?)?);
    let (mut at, mut out) = (1, vec![0]);
    for letter in inner {
        let place = at + word.get(at..last)?.iter().position(|other| other == letter)?;
        out.push(place);
        at = place + 1;
    }
    out.push(last);
    Some(out)
}

/// Returns the byte ranges of the letters of an abbreviation in the word that starts at `at`.
pub(super) fn abbreviation_ranges(
    value: &NormalizedText,
    text: &str,
    at: usize,
) -> Vec<(usize, usize)> {
    let end = value
        .word_starts
        .iter()
        .map(|start| *start as usize)
        .find(|start| *start > at)
        .unwrap_or(value.text.len());
    let word = value.text[at..end]
        .trim_end_matches(|letter: char| letter.is_ascii_punctuation() || letter == ' ');
    let places = abbreviation_offsets(word.as_bytes(), text.as_bytes()).unwrap_or_default();
    let on_letters = |place: &usize| value.text.is_char_boundary(at + place);
    places.into_iter().filter(on_letters).map(|place| (at + place, at + place + 1)).collect()
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

/// Matches the pieces of a pattern between its `*`s and returns their byte ranges, anchored at the
/// start or the end of the text on request. A pattern without `*` is one piece.
pub(super) fn glob_pieces(
    text: &str,
    pattern: &str,
    start: bool,
    end: bool,
) -> Option<Vec<(usize, usize)>> {
    let (mut at, mut out) = (0, Vec::new());
    let pieces: Vec<&str> = pattern.split('*').collect();
    for (index, piece) in pieces.iter().enumerate() {
        let (first, last) = (index == 0 && start, index + 1 == pieces.len() && end);
        let found = match (first, last) {
            (true, true) => (text == *piece).then_some(0),
            (true, false) => text.starts_with(piece).then_some(0),
            (false, true) => text
                .len()
                .checked_sub(piece.len())
                .filter(|from| *from >= at && text.ends_with(piece)),
            (false, false) => text[at..].find(piece).map(|offset| at + offset),
        }?;
        at = found + piece.len();
        if !piece.is_empty() {
            out.push((found, at));
        }
    }
    Some(out)
}

/// Computes the cost of a match; lower is better. It consists of match kind, fuzzy score, a gap for
/// the row's frecency, and tie breakers.
///
/// Secondary fields (tags, e-mail, instance, profile) rank behind names, unless the word is scoped
/// to them: most e-mail addresses start like their account, and hundreds of rows have the tag
/// `env=prod`.
pub(super) fn cost(hit: WordMatch, field: SearchField, word: &QueryWord) -> u64 {
    let name = matches!(
        field,
        SearchField::Account | SearchField::Alias | SearchField::Role | SearchField::Id
    );
    let main = name
        || word.scope != Scope::Any
        || matches!(
            (field, hit.kind),
            (SearchField::Profile | SearchField::Email, MatchKind::Exact)
        );
    let short_id =
        field == SearchField::Id && word.scope == Scope::Any && word.normalized.text.len() < 4;
    let rank = match hit.kind {
        MatchKind::Fuzzy => {
            return pack_cost(
                rank::FUZZY,
                1_000 - hit.score.clamp(0, 1_000) as u64,
                tie_breaker(field, hit.ends_word),
            );
        }
        _ if short_id => rank::SECONDARY_SUBSTRING,
        // The whole name of an instance selects its rows, unless an account has the same name.
        MatchKind::Exact if field == SearchField::Sso && !main => rank::PREFIX,
        MatchKind::Substring if main => rank::SUBSTRING,
        MatchKind::Substring => rank::SECONDARY_SUBSTRING,
        _ if !main => rank::SECONDARY,
        MatchKind::Exact => rank::EXACT,
        MatchKind::Prefix => rank::PREFIX,
        MatchKind::WordStart => rank::WORD_START,
        MatchKind::Abbreviation | MatchKind::AllWordPrefixes | MatchKind::WordPrefixes => {
            rank::WORD_PREFIXES
        }
    };
    let score = match hit.kind {
        MatchKind::Abbreviation if main => prefix_score::ABBREVIATION + u64::from(hit.offset > 0),
        MatchKind::AllWordPrefixes if main => prefix_score::WHOLE_FIELD,
        MatchKind::WordPrefixes if main => prefix_score::PART_OF_FIELD,
        // Literal letters come before letters that separators interrupt.
        _ => u64::from(hit.joined_end.is_some()),
    };
    pack_cost(rank, score, tie_breaker(field, hit.ends_word))
}

/// Computes the cost of a word of this length that matches account and role together: the more
/// letters match the account, the better. The word ranks like prefixes of words in one field, but
/// lower if it has only two letters.
pub(super) fn cross_field_cost(length: usize, split: FieldSplit) -> u64 {
    let rank = if length > 2 { rank::WORD_PREFIXES } else { rank::SHORT_CROSS_FIELD };
    let for_role = (length - split.position) as u64 - 1;
    let score = if split.is_whole {
        prefix_score::WHOLE_ACCOUNT + for_role
    } else {
        prefix_score::ACROSS_FIELDS + for_role * 2 + u64::from(!split.starts_role)
    };
    pack_cost(rank, score, 0)
}

/// Scores within [`rank::WORD_PREFIXES`]; the more of a name is covered, the better. The gaps leave
/// room for the number of letters.
mod prefix_score {
    /// An abbreviation of one word is more specific than prefixes of several, above all of the
    /// first.
    pub(super) const ABBREVIATION: u64 = 0;
    /// Prefixes of all words of a field.
    pub(super) const WHOLE_FIELD: u64 = 2;
    /// Prefixes of all words of the account, then of the role from its start.
    pub(super) const WHOLE_ACCOUNT: u64 = 3;
    /// Prefixes of some words of a field.
    pub(super) const PART_OF_FIELD: u64 = 100;
    /// Prefixes of some words of the account, then of the role.
    pub(super) const ACROSS_FIELDS: u64 = 101;
}

/// Ranks of matches, summed over the words of a query. One fuzzy match outweighs all others.
mod rank {
    pub(super) const EXACT: u64 = 0;
    pub(super) const PREFIX: u64 = 1;
    pub(super) const WORD_START: u64 = 2;
    pub(super) const WORD_PREFIXES: u64 = 3;
    pub(super) const SECONDARY: u64 = 4;
    pub(super) const SUBSTRING: u64 = 5;
    pub(super) const SECONDARY_SUBSTRING: u64 = 6;
    pub(super) const SHORT_CROSS_FIELD: u64 = 8;
    pub(super) const FUZZY: u64 = 20;
}

/// Packs a cost: 16 bits each for rank, score, frecency (added later) and detail. Sums of 32 words
/// do not overflow.
fn pack_cost(rank: u64, score: u64, detail: u64) -> u64 {
    rank << 48 | score << 32 | detail
}

/// Returns a cost without frecency and tie breakers.
pub(super) fn coarse_cost(cost: u64) -> u64 {
    cost >> 32
}

/// Returns a tie breaker in favour of names with fewer words: `pay dev` selects `payments-dev`
/// rather than `payments-apac-dev`.
pub(super) fn word_count_penalty(field: SearchField, value: &NormalizedText) -> u64 {
    match field {
        SearchField::Account | SearchField::Alias => value.word_starts.len().min(7) as u64,
        _ => 0,
    }
}

fn tie_breaker(field: SearchField, whole: bool) -> u64 {
    let place = match field {
        SearchField::Account => 0,
        SearchField::Alias => 1,
        SearchField::Role => 2,
        _ => 3,
    };
    // The lower bits hold the word count penalties of up to 32 words.
    (place * 2 + u64::from(!whole)) << 8
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
