//! Columns: one field of all rows, as ids into a table of distinct values.

use std::collections::HashMap;

use super::normalized::NormalizedText;

/// A searchable field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SearchField {
    Account,
    /// The account name in the portal, if the configuration sets another one.
    Alias,
    Id,
    Role,
    Email,
    Sso,
    Profile,
    Region,
    Via,
    /// The value of a tag; stored in a separate table.
    Tag,
}

/// The number of recent values to compare with before the hash table is queried: about the number
/// of roles in an account.
const RECENT_VALUES: usize = 16;

/// One field of all rows.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// The distinct values.
    pub(super) values: Vec<NormalizedText>,
    /// The index of the value of each row; empty if all values are empty.
    pub(super) value_ids: Vec<u32>,
}

impl Column {
    /// Interns the values of all rows. Adjacent rows mostly belong to one account, so a value is
    /// compared with the last one first.
    pub(super) fn from_rows<'a>(rows: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let mut known: HashMap<&str, u32> = HashMap::new();
        let (mut values, mut of) = (Vec::new(), Vec::with_capacity(rows.len()));
        let mut recent: [(&str, u32); RECENT_VALUES] = [("", u32::MAX); RECENT_VALUES];
        let mut newest = 0;
        for text in rows {
            let value = match recent[newest] {
                // Compare addresses first: comparing the content of two empty strings takes 80 ns
                // on processors with masked loads.
                (same, value)
                    if value != u32::MAX
                        && (std::ptr::eq(same, text) || !text.is_empty() && same == text) =>
                {
                    value
                }
                // Rosters share equal strings, so recent values are mostly found by address alone.
                _ => match recent
                    .iter()
                    .find(|(same, value)| std::ptr::eq(*same, text) && *value != u32::MAX)
                {
                    Some((_, value)) => *value,
                    None => {
                        let value = *known.entry(text).or_insert_with(|| {
                            values.push(NormalizedText::new(text));
                            values.len() as u32 - 1
                        });
                        newest = (newest + 1) % RECENT_VALUES;
                        recent[newest] = (text, value);
                        value
                    }
                },
            };
            of.push(value);
        }
        if values.iter().all(|value| value.text.is_empty()) {
            of = Vec::new();
        }
        Self { values, value_ids: of }
    }

    /// Whether no row has a value.
    pub(super) fn is_blank(&self) -> bool {
        self.value_ids.is_empty()
    }

    /// Returns the rank of each value, ordered by normalized text. Equal texts share a rank.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<u32> = (0..self.values.len() as u32).collect();
        sorted.sort_unstable_by(|left, right| {
            self.values[*left as usize].text.cmp(&self.values[*right as usize].text)
        });
        let mut ranks = vec![0; sorted.len()];
        let is_same = |left: &u32, right: &u32| {
            self.values[*left as usize].text == self.values[*right as usize].text
        };
        for (rank, values) in (0..).zip(sorted.chunk_by(is_same)) {
            values.iter().for_each(|value| ranks[*value as usize] = rank);
        }
        ranks
    }

    /// Reorders the rows.
    pub(super) fn reorder(&mut self, rows: &[u32]) {
        if !self.is_blank() {
            self.value_ids = rows.iter().map(|row| self.value_ids[*row as usize]).collect();
        }
    }
}
