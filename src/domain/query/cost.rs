//! Converts matches to costs, by which rows are sorted.

use super::column::SearchField;
use super::normalized::NormalizedText;
use super::parse::{QueryWord, Scope};
use super::score::{MatchKind, WordMatch};
use super::word_prefix::FieldSplit;

/// The cost if a word does not match.
pub(super) const NO_MATCH: u64 = u64::MAX;

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
        MatchKind::Abbreviation => prefix_score::ABBREVIATION + u64::from(hit.offset > 0),
        MatchKind::AllWordPrefixes => prefix_score::WHOLE_FIELD,
        MatchKind::WordPrefixes => prefix_score::PART_OF_FIELD,
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
