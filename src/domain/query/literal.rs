//! Literal matching of queries, for rules, `list` and use without a terminal.

use super::glob::glob_pieces;
use super::index::{SearchIndex, normalized_arn, scope_fields};
use super::parse::{MatchMode, Query, QueryWord, Scope};

impl SearchIndex {
    /// Returns the rows that match literally, in the order of the roster. A scoped word must equal
    /// the value of its field (`*` stands for any text), an unscoped word must occur in some field.
    /// `'`, `^` and `$` relax a scoped word to containing, starting or ending with it.
    pub fn match_literal(&self, query: &Query) -> Vec<u32> {
        let mut alive = vec![true; self.rows.len()];
        for term in &query.terms {
            let mut any = vec![false; self.rows.len()];
            for word in term {
                let found = self.rows_with_word(word);
                any.iter_mut().zip(found).for_each(|(any, found)| *any |= found != word.is_negated);
            }
            alive.iter_mut().zip(any).for_each(|(alive, any)| *alive &= any);
        }
        let mut rows: Vec<u32> =
            self.rows.iter().zip(alive).filter(|(_, alive)| *alive).map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows
    }

    /// Whether each row, in the order of names, contains a word, or both of its parts.
    fn rows_with_word(&self, word: &QueryWord) -> Vec<bool> {
        let mut found = self.rows_with_field(word);
        let Some(label) = &word.label else { return found };
        let of_part = |part: &Option<QueryWord>| {
            let all = || vec![true; self.rows.len()];
            part.as_ref().map_or_else(all, |part| self.rows_with_field(part))
        };
        let (accounts, roles) = (of_part(&label.account), of_part(&label.role));
        let both = accounts.into_iter().zip(roles).map(|(account, role)| account && role);
        found.iter_mut().zip(both).for_each(|(found, both)| *found |= both);
        found
    }

    /// Whether a field of each row, in the order of names, contains a word.
    fn rows_with_field(&self, word: &QueryWord) -> Vec<bool> {
        let mut found = vec![false; self.rows.len()];
        for column in scope_fields(&word.scope).iter().map(|field| self.column(*field)) {
            let of_value: Vec<bool> =
                column.values.iter().map(|value| matches(word, &value.text)).collect();
            mark_rows(&mut found, &column.value_ids, &of_value);
        }
        let of_pair: Vec<bool> = match &word.scope {
            Scope::Any => self
                .tags
                .pairs
                .iter()
                .map(|pair| matches(word, &pair.value.text) || matches(word, &pair.key_value.text))
                .collect(),
            Scope::Tag(key) => self
                .tags
                .pairs
                .iter()
                .map(|pair| pair.key == *key && matches(word, &pair.value.text))
                .collect(),
            Scope::Arn => {
                let arn = |row: &u32| {
                    normalized_arn(self.roster(), &self.roster().entries[*row as usize])
                };
                return self.rows.iter().map(|row| matches(word, &arn(row))).collect();
            }
            _ => return found,
        };
        let of_set: Vec<bool> = self
            .tags
            .sets
            .iter()
            .map(|set| set.iter().any(|pair| of_pair[*pair as usize]))
            .collect();
        mark_rows(&mut found, &self.tags.set_ids, &of_set);
        found
    }
}

/// Whether a word equals a value or occurs in it, depending on its scope and operators. Never true
/// for an empty value.
fn matches(word: &QueryWord, value: &str) -> bool {
    let (start, end) = match word.mode {
        MatchMode::Plain => (word.scope != Scope::Any, word.scope != Scope::Any),
        MatchMode::Exact => (false, false),
        MatchMode::Start => (true, false),
        MatchMode::End => (false, true),
        MatchMode::Whole => (true, true),
    };
    !value.is_empty() && glob_pieces(value, &word.normalized.text, start, end).is_some()
}

fn mark_rows(found: &mut [bool], of: &[u32], table: &[bool]) {
    found.iter_mut().zip(of).for_each(|(found, value)| *found |= table[*value as usize]);
}
