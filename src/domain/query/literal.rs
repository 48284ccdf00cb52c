//! The query language without its fuzziness, for rules, lists and queries without a terminal.

use super::class::glob_pieces;
use super::index::{Index, fields, folded_arn};
use super::parse::{How, Query, Scope, Word};

impl Index {
    /// The rows that match to the letter, in the roster's order: a scoped word is its field's value
    /// (`*` stands for any text), an unscoped one occurs in some field; `'`, `^` and `$` loosen
    /// a scoped word to what they say.
    pub fn literal(&self, query: &Query) -> Vec<u32> {
        let mut alive = vec![true; self.rows.len()];
        for term in &query.terms {
            let mut any = vec![false; self.rows.len()];
            for word in term {
                let found = self.found(word);
                any.iter_mut().zip(found).for_each(|(any, found)| *any |= found != word.negated);
            }
            alive.iter_mut().zip(any).for_each(|(alive, any)| *alive &= any);
        }
        let mut rows: Vec<u32> =
            self.rows.iter().zip(alive).filter(|(_, alive)| *alive).map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows
    }

    /// In which rows a word is, by the order of names.
    fn found(&self, word: &Word) -> Vec<bool> {
        let mut found = vec![false; self.rows.len()];
        for column in fields(&word.scope).iter().map(|field| self.column(*field)) {
            let of_value: Vec<bool> =
                column.values.iter().map(|value| fits(word, &value.text)).collect();
            mark(&mut found, &column.of, &of_value);
        }
        let of_pair: Vec<bool> = match &word.scope {
            Scope::Any => self
                .tags
                .pairs
                .iter()
                .map(|pair| fits(word, &pair.value.text) || fits(word, &pair.both.text))
                .collect(),
            Scope::Tag(key) => self
                .tags
                .pairs
                .iter()
                .map(|pair| pair.key == *key && fits(word, &pair.value.text))
                .collect(),
            Scope::Arn => {
                let arn =
                    |row: &u32| folded_arn(self.roster(), &self.roster().entries[*row as usize]);
                return self.rows.iter().map(|row| fits(word, &arn(row))).collect();
            }
            _ => return found,
        };
        let of_set: Vec<bool> = self
            .tags
            .sets
            .iter()
            .map(|set| set.iter().any(|pair| of_pair[*pair as usize]))
            .collect();
        mark(&mut found, &self.tags.of, &of_set);
        found
    }
}

/// Whether a word is this value, or occurs in it, as its scope and operators say. No word is an
/// empty value.
fn fits(word: &Word, value: &str) -> bool {
    let (start, end) = match word.how {
        How::Plain => (word.scope != Scope::Any, word.scope != Scope::Any),
        How::Exact => (false, false),
        How::Start => (true, false),
        How::End => (false, true),
        How::Whole => (true, true),
    };
    !value.is_empty() && glob_pieces(value, &word.folded.text, start, end).is_some()
}

fn mark(found: &mut [bool], of: &[u32], table: &[bool]) {
    found.iter_mut().zip(of).for_each(|(found, value)| *found |= table[*value as usize]);
}
