//! Highlighting: the letters of a row that a query matches.

use super::abbreviation::abbreviation_ranges;
use super::column::SearchField;
use super::cost::{coarse_cost, cost, cross_field_cost};
use super::glob::glob_pieces;
use super::index::{SearchIndex, field_text, scope_fields};
use super::normalized::NormalizedText;
use super::parse::{MatchMode, Query, QueryWord, Scope};
use super::score::{MatchKind, WordMatch, WordMatcher};
use super::word_prefix::{self, FieldSplit};
use super::{joined, search};

/// The letters to highlight in a row: indexes of `char`s in the original text of each field,
/// ascending. Combining marks are highlighted with their letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Highlights {
    /// In the account name.
    pub account: Vec<usize>,
    /// In the account name of the portal, if it differs.
    pub alias: Vec<usize>,
    /// In the account id.
    pub id: Vec<usize>,
    /// In the role name.
    pub role: Vec<usize>,
    /// In the e-mail address.
    pub email: Vec<usize>,
    /// In the instance name.
    pub sso: Vec<usize>,
    /// In the profile name.
    pub profile: Vec<usize>,
    /// In tag values, by tag key.
    pub tags: Vec<(String, Vec<usize>)>,
}

/// A match of a word in a field.
struct FieldMatch {
    cost: u64,
    field: SearchField,
    /// The tag key, for [`SearchField::Tag`].
    tag_key: Option<String>,
    positions: Vec<usize>,
}

impl SearchIndex {
    /// Returns the letters that a query matches in a row (an index into the roster's entries), with
    /// each word in the field that it matches best. For visible rows only, since it is slow.
    pub fn highlights(&self, query: &Query, row: u32) -> Highlights {
        let mut out = Highlights::default();
        let matcher = WordMatcher::new();
        for word in query.positive_words() {
            let matches = self.word_matches(word, row, &matcher);
            let best = matches.iter().map(|found| coarse_cost(found.cost)).min();
            for found in matches.into_iter().filter(|found| Some(coarse_cost(found.cost)) == best) {
                out.add(found);
            }
        }
        out.sort_and_dedup();
        out
    }

    /// Returns the matches of a word, or of its parts if only they match.
    fn word_matches(&self, word: &QueryWord, row: u32, matcher: &WordMatcher) -> Vec<FieldMatch> {
        let whole = self.field_matches(word, row, matcher);
        let Some(label) = word.label.as_ref().filter(|_| whole.is_empty()) else { return whole };
        let parts = [&label.account, &label.role].into_iter().flatten();
        let best = parts.filter_map(|part| {
            let mut found = self.field_matches(part, row, matcher);
            found.sort_by_key(|found| found.cost);
            found.into_iter().next()
        });
        // Equal costs: both parts are highlighted.
        best.map(|found| FieldMatch { cost: 0, ..found }).collect()
    }

    fn field_matches(&self, word: &QueryWord, row: u32, matcher: &WordMatcher) -> Vec<FieldMatch> {
        let Some(entry) = self.roster().entries.get(row as usize) else { return Vec::new() };
        let match_value = |field, key, value: &str| {
            let value = NormalizedText::new(value);
            let hit = matcher.match_word(word, field, &value)?;
            Some(FieldMatch {
                cost: cost(hit, field, word),
                field,
                tag_key: key,
                positions: match_positions(word, &value, hit, matcher),
            })
        };
        let in_field = |field: &SearchField| {
            match_value(*field, None, field_text(self.roster(), entry, *field))
        };
        let mut matches: Vec<FieldMatch> =
            scope_fields(&word.scope).iter().filter_map(in_field).collect();
        let wanted_tag = |key: &str| match &word.scope {
            Scope::Any => true,
            Scope::Tag(wanted) => crate::domain::normalize_text(key) == *wanted,
            _ => false,
        };
        let tags = entry.tags.iter().filter(|(key, _)| wanted_tag(key));
        matches.extend(
            tags.filter_map(|(key, value)| match_value(SearchField::Tag, Some(key.clone()), value)),
        );
        matches.extend(cross_field_matches(word, &entry.account_name, &entry.role));
        matches
    }
}

/// Returns the two parts of a word that matches across account and role.
fn cross_field_matches(word: &QueryWord, account: &str, role: &str) -> Vec<FieldMatch> {
    if !search::may_cross_fields(word) {
        return Vec::new();
    }
    let (account, role, text) =
        (NormalizedText::new(account), NormalizedText::new(role), word.normalized.text.as_str());
    let split = FieldSplit::new(
        word_prefix::matched_from_start(&account, text),
        word_prefix::matched_to_end(&role, text),
    );
    let Some(split) = split else { return Vec::new() };
    let (cost, position) = (cross_field_cost(text.len(), split), split.position);
    let half = |field, value: &NormalizedText, from, to| {
        let mut positions = Vec::new();
        for (from, to) in word_prefix::match_ranges(value, text, from, to).unwrap_or_default() {
            value.extend_original_chars(from, to, &mut positions);
        }
        FieldMatch { cost, field, tag_key: None, positions }
    };
    vec![
        half(SearchField::Account, &account, 0, position),
        half(SearchField::Role, &role, position, text.len()),
    ]
}

/// Returns the original characters that a match consists of.
fn match_positions(
    word: &QueryWord,
    value: &NormalizedText,
    hit: WordMatch,
    matcher: &WordMatcher,
) -> Vec<usize> {
    let text = word.normalized.text.as_str();
    let ranges: Vec<(usize, usize)> = if word.is_glob {
        let (start, end) = (
            matches!(word.mode, MatchMode::Start | MatchMode::Whole),
            matches!(word.mode, MatchMode::End | MatchMode::Whole),
        );
        glob_pieces(&value.text, text, start, end).unwrap_or_default()
    } else {
        match hit.kind {
            MatchKind::AllWordPrefixes | MatchKind::WordPrefixes => {
                word_prefix::match_ranges(value, text, 0, text.len()).unwrap_or_default()
            }
            MatchKind::Abbreviation => abbreviation_ranges(value, text, hit.offset),
            MatchKind::Fuzzy => {
                let bytes: Vec<(usize, char)> = value.text.char_indices().collect();
                let character = |position: usize| {
                    bytes.get(position).map(|(at, letter)| (*at, at + letter.len_utf8()))
                };
                matcher.fuzzy_positions(text, value).into_iter().filter_map(character).collect()
            }
            _ => match hit.joined_end {
                Some(end) => joined::ranges(value, (hit.offset, end)),
                None => vec![(hit.offset, hit.offset + text.len())],
            },
        }
    };
    let mut out = Vec::new();
    ranges.into_iter().for_each(|(from, to)| value.extend_original_chars(from, to, &mut out));
    out
}

impl Highlights {
    fn add(&mut self, found: FieldMatch) {
        let field = match found.field {
            SearchField::Account => &mut self.account,
            SearchField::Alias => &mut self.alias,
            SearchField::Id => &mut self.id,
            SearchField::Role => &mut self.role,
            SearchField::Email => &mut self.email,
            SearchField::Sso => &mut self.sso,
            SearchField::Profile => &mut self.profile,
            SearchField::Region | SearchField::Via => return,
            SearchField::Tag => match found.tag_key {
                Some(key) => return self.add_tag(key, found.positions),
                None => return,
            },
        };
        field.extend(found.positions);
    }

    fn add_tag(&mut self, key: String, positions: Vec<usize>) {
        match self.tags.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.extend(positions),
            None => self.tags.push((key, positions)),
        }
    }

    fn sort_and_dedup(&mut self) {
        let fields = [
            &mut self.account,
            &mut self.alias,
            &mut self.id,
            &mut self.role,
            &mut self.email,
            &mut self.sso,
            &mut self.profile,
        ];
        for positions in
            fields.into_iter().chain(self.tags.iter_mut().map(|(_, positions)| positions))
        {
            positions.sort_unstable();
            positions.dedup();
        }
    }
}
