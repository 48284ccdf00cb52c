//! The pages of one list: every entry once, and an end.

use std::collections::HashSet;
use std::hash::Hash;

use crate::domain::{Error, ErrorKind, Result};

/// The most pages of one list. A portal that ignores the page size sends 20 entries a page.
const MAX_PAGES: usize = 10_000;
/// The most entries of one list.
const MAX_ENTRIES: usize = 200_000;
/// The most pages in a row without a new entry.
const MAX_IDLE_PAGES: usize = 20;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<T> {
    /// What is on it, in the portal's order.
    pub items: Vec<T>,
    /// What to ask for the next page with; `None` on the last.
    pub next_token: Option<String>,
}

/// What has been read of one list. It drops repeated entries and ends a list that repeats itself.
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
    /// Takes the next page and leaves only the entries on it that no page had before. `key`
    /// identifies an entry.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the token of the next page was sent before, or the list has no end.
    pub fn add<T>(&mut self, mut page: ListPage<T>, key: impl Fn(&T) -> K) -> Result<ListPage<T>> {
        let endless = |why: &str| {
            Err(Error::new(ErrorKind::Unreachable, format!("the list from AWS has no end: {why}")))
        };
        page.items.retain(|item| self.entries.insert(key(item)));
        self.pages += 1;
        self.idle_pages = if page.items.is_empty() { self.idle_pages + 1 } else { 0 };
        let Some(next) = &page.next_token else { return Ok(page) };
        if !self.tokens.insert(next.clone()) {
            endless("a page came twice")
        } else if self.idle_pages >= MAX_IDLE_PAGES {
            endless("its pages bring nothing new")
        } else if self.pages >= MAX_PAGES || self.entries.len() > MAX_ENTRIES {
            endless("it is too long")
        } else {
            Ok(page)
        }
    }

    /// Whether the last page brought nothing new. If entries of an earlier reading are missing,
    /// they may come back.
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
        let mut listing = PageTracker::default();
        assert_eq!(listing.add(page(&[1, 2, 1], "a"), |n| *n).unwrap().items, [1, 2]);
        assert_eq!(listing.add(page(&[2, 3], ""), |n| *n).unwrap().items, [3]);
        assert!(!listing.is_last_page_empty());
    }

    #[test]
    fn a_repeated_page_token_ends_the_list() {
        for tokens in [&["a", "a"][..], &["a", "b", "a"], &["a", "b", "c", "b"]] {
            let mut listing = PageTracker::default();
            let results: Vec<_> = (0..)
                .zip(tokens)
                .map(|(n, token)| listing.add(page(&[n], token), |n| *n))
                .collect();
            let (last, before) = results.split_last().unwrap();
            assert!(before.iter().all(Result::is_ok), "{tokens:?}");
            assert_eq!(last.as_ref().unwrap_err().kind, ErrorKind::Unreachable, "{tokens:?}");
        }
    }

    #[test]
    fn pages_without_anything_new_end() {
        let mut listing = PageTracker::default();
        let read = (0..1_000)
            .take_while(|n| listing.add(page(&[1], &n.to_string()), |n| *n).is_ok())
            .count();
        assert_eq!(read, MAX_IDLE_PAGES);
        let mut listing = PageTracker::default();
        let read = (0..100_000)
            .take_while(|n| listing.add(page(&[*n], &n.to_string()), |n| *n).is_ok())
            .count();
        assert_eq!(read, MAX_PAGES - 1);
    }

    #[test]
    fn an_empty_last_page_is_noticed() {
        let mut listing = PageTracker::default();
        listing.add(page(&[1], "a"), |n| *n).unwrap();
        listing.add(page(&[], ""), |n| *n).unwrap();
        assert!(listing.is_last_page_empty());
    }
}
