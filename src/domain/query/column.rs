//! Fields of rows as ids into tables of distinct values.

use std::collections::HashMap;

use super::normalized::NormalizedText;

/// A field with one value a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SearchField {
    Account,
    /// The portal's own name, where the configuration gave another.
    Alias,
    Id,
    Role,
    Email,
    Sso,
    Profile,
    Region,
    Via,
    /// A tag's value; these have a table of their own.
    Tag,
}

/// How many values met last are looked at before the table is asked: about as many as an account
/// has roles.
const RECENT_VALUES: usize = 16;

/// One field of all rows.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// The distinct values.
    pub(super) values: Vec<NormalizedText>,
    /// Which one each row has; empty when all values are empty.
    pub(super) value_ids: Vec<u32>,
}

impl Column {
    /// Interns the values of all rows. Neighbours are mostly of one account, so a value is compared
    /// with the last one first.
    pub(super) fn from_rows<'a>(rows: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let mut known: HashMap<&str, u32> = HashMap::new();
        let (mut values, mut of) = (Vec::new(), Vec::with_capacity(rows.len()));
        let mut recent: [(&str, u32); RECENT_VALUES] = [("", u32::MAX); RECENT_VALUES];
        let mut newest = 0;
        for text in rows {
            let value = match recent[newest] {
                // By address first: comparing two empty texts by content costs 80 ns on processors
                // with masked loads.
                (same, value)
                    if value != u32::MAX
                        && (std::ptr::eq(same, text) || !text.is_empty() && same == text) =>
                {
                    value
                }
                // Rosters share equal names, so most of what was met a moment ago is known by its
                // address alone.
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

    /// The place of each value among all, by its folded text.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<u32> = (0..self.values.len() as u32).collect();
        sorted.sort_unstable_by(|left, right| {
            self.values[*left as usize].text.cmp(&self.values[*right as usize].text)
        });
        let mut places = vec![0; sorted.len()];
        for (place, value) in sorted.into_iter().enumerate() {
            places[value as usize] = place as u32;
        }
        places
    }

    /// Puts the rows into another order.
    pub(super) fn reorder(&mut self, rows: &[u32]) {
        if !self.is_blank() {
            self.value_ids = rows.iter().map(|row| self.value_ids[*row as usize]).collect();
        }
    }
}
