//! The running search.

use crate::tui::event::Key;
use crate::tui::search::SortOrder;

/// The search and what depends on its results.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::tui) struct SearchState {
    /// The search whose results are awaited.
    pub(in crate::tui) active: Option<ActiveSearch>,
    /// Keys that apply to rows that are still being searched for.
    pub(in crate::tui) queued_keys: Vec<Key>,
    /// Whether the awaited search is for a suggested name.
    pub(in crate::tui) is_from_suggestion: bool,
    /// The sort order of the list.
    pub(in crate::tui) sort_order: SortOrder,
}

/// A running search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct ActiveSearch {
    /// The number of the job.
    pub(in crate::tui) number: u64,
    /// What started it.
    pub(in crate::tui) origin: SearchOrigin,
}

/// What started a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum SearchOrigin {
    /// The user. The results replace the rows.
    User,
    /// Roles that arrived. Visible rows stay where they are.
    Background,
    /// The user has changed what the order depends on. The rows move, and the selected row stays
    /// selected.
    Reorder,
}
