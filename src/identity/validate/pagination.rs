//! Paginated lists: drops repeated entries and stops lists that do not end.

use std::collections::HashSet;
use std::hash::Hash;

use crate::domain::{Error, ErrorKind, Result};

/// The most pages of one list. A portal that ignores the page size sends 20 entries per page.
const MAX_PAGES: usize = 10_000;
/// The most entries of one list.
const MAX_ENTRIES: usize = 200_000;
/// The most pages in a row without a new entry.
const MAX_IDLE_PAGES: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// The entries, in the portal's order.
    pub items: Vec<T>,
    /// The token of the next page; `None` on the last page.
    pub next_token: Option<String>,
}

/// Tracks the pages of one list, to drop repeated entries and to stop a list that repeats itself.
#[derive(Debug, Clone)]
pub struct PageTracker<K> {
    entries: HashSet<K>,
    tokens: HashSet<String>,
    pages: usize,
    idle_pages: usize,
}

impl<K> Default for PageTracker<K> {
    fn default() -> Self {
        Self { entries: HashSet::new(), tokens: HashSet::new(), pages: 0, idle_pages: 0 }
    }
}

impl<K: Hash + Eq> PageTracker<K> {
    /// Adds the next page and returns it without the entries of earlier pages. `key` identifies an
    /// entry.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`] if the token of the next page occurred before, or the list does
    /// not end.
    pub fn add<T>(&mut self, mut page: ListPage<T>, key: impl Fn(&T) -> K) -> Result<ListPage<T>> {
        let endless = |reason: &str| {
            Err(Error::new(
                ErrorKind::Unreachable,
                format!("the list from AWS has no end: {reason}"),
            ))
        };
        page.items.retain(|item| self.entries.insert(key(item)));
        self.pages += 1;
        self.idle_pages = if page.items.is_empty() { self.idle_pages + 1 } else { 0 };
        let Some(next) = &page.next_token else { return Ok(page) };
        if !self.tokens.insert(next.clone()) {
            endless("a page token was repeated")
        } else if self.idle_pages >= MAX_IDLE_PAGES {
            endless("its pages contain nothing new")
        } else if self.pages >= MAX_PAGES || self.entries.len() > MAX_ENTRIES {
            endless("it is too long")
        } else {
            Ok(page)
        }
    }

    /// Whether the last page contained nothing new. Entries that are missing compared to an earlier
    /// fetch may then come back.
    pub fn is_last_page_empty(&self) -> bool {
        self.idle_pages > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(items: &[u32], next: &str) -> ListPage<u32> {
        ListPage {
            items: items.to_vec(),
            next_token: Some(next.to_owned()).filter(|next| !next.is_empty()),
        }
    }

    #[test]
    fn an_entry_counts_once() {
        let mut pages = PageTracker::default();
        assert_eq!(pages.add(page(&[1, 2, 1], "a"), |n| *n).unwrap().items, [1, 2]);
        assert_eq!(pages.add(page(&[2, 3], ""), |n| *n).unwrap().items, [3]);
        assert!(!pages.is_last_page_empty());
    }

    #[test]
    fn a_repeated_page_token_ends_the_list() {
        for tokens in [&["a", "a"][..], &["a", "b", "a"], &["a", "b", "c", "b"]] {
            let mut pages = PageTracker::default();
            let results: Vec<_> =
                (0..).zip(tokens).map(|(n, token)| pages.add(page(&[n], token), |n| *n)).collect();
            let (last, before) = results.split_last().unwrap();
            assert!(before.iter().all(Result::is_ok), "{tokens:?}");
            assert_eq!(last.as_ref().unwrap_err().kind, ErrorKind::Unreachable, "{tokens:?}");
        }
    }

    #[test]
    fn pages_without_anything_new_end() {
        let mut pages = PageTracker::default();
        let read = (0..1_000)
            .take_while(|n| pages.add(page(&[1], &n.to_string()), |n| *n).is_ok())
            .count();
        assert_eq!(read, MAX_IDLE_PAGES);
        let mut pages = PageTracker::default();
        let read = (0..100_000)
            .take_while(|n| pages.add(page(&[*n], &n.to_string()), |n| *n).is_ok())
            .count();
        assert_eq!(read, MAX_PAGES - 1);
    }

    #[test]
    fn a_list_may_have_so_many_entries_and_no_more() {
        for (count, is_accepted) in
            [(MAX_ENTRIES, true), (MAX_ENTRIES + 1, false), (MAX_ENTRIES + 2, false)]
        {
            let items: Vec<u32> = (0..u32::try_from(count).unwrap()).collect();
            let added = PageTracker::default().add(page(&items, "next"), |n| *n);
            assert_eq!(added.is_ok(), is_accepted, "{count}");
        }
    }

    #[test]
    fn an_empty_last_page_is_noticed() {
        let mut pages = PageTracker::default();
        pages.add(page(&[1], "a"), |n| *n).unwrap();
        pages.add(page(&[], ""), |n| *n).unwrap();
        assert!(pages.is_last_page_empty());
    }
}
