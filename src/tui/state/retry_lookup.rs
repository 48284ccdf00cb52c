//! Refreshes the lists once for a query without matches: the role may have been granted minutes
//! ago.

use super::State;
use crate::domain::query::recognize_url;
use crate::domain::{InstanceName, Timestamp};

/// The delay after the last key, so that not every letter causes a request.
const RETRY_DELAY_SECONDS: i64 = 1;
/// A list younger than this is not read again.
const FRESH_SECONDS: i64 = 60;

/// The query that waits for a refresh, and the queries that had one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::tui) struct RetryLookup {
    /// The query without matches, and when the refresh is due.
    due: Option<(String, Timestamp)>,
    /// Queries that had a refresh. A longer query that starts with one of them can't match more.
    checked_queries: Vec<String>,
    /// The instances being refreshed for the last query.
    refreshing: Vec<InstanceName>,
}

impl RetryLookup {
    /// Whether a refresh is due soon.
    pub(in crate::tui) fn is_scheduled(&self) -> bool {
        self.due.is_some()
    }

    /// Removes an instance whose refresh has ended.
    pub(in crate::tui) fn on_refreshed(&mut self, instance: &InstanceName) {
        self.refreshing.retain(|other| other != instance);
    }
}

/// What the screen shows for a query without matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum RetryStatus {
    /// A refresh is due or running.
    Checking,
    /// The refresh found nothing new.
    Checked,
    /// No refresh, because the user is not signed in or the list is new.
    NotChecked,
}

impl State {
    /// Schedules a refresh if the finished search has no rows.
    pub(in crate::tui) fn schedule_retry(&mut self) {
        self.refresh.retry.due = None;
        let text = self.query.text().trim();
        let nothing =
            self.list.loaded && self.list.len() == 0 && self.list.query == self.query.text();
        let is_foreign = recognize_url(text).is_some_and(|page| !page.is_aws);
        let known =
            self.refresh.retry.checked_queries.iter().any(|asked| text.starts_with(asked.as_str()));
        if nothing
            && !text.is_empty()
            && !known
            && !is_foreign
            && !self.is_preview
            && self.refresh_totals().is_none()
            && !self.retryable_instances().is_empty()
        {
            self.refresh.retry.due =
                Some((text.to_owned(), self.now.plus_seconds(RETRY_DELAY_SECONDS)));
        }
    }

    /// Returns the instances to refresh now, if a refresh is due.
    pub(in crate::tui) fn take_due_retry(&mut self) -> Vec<InstanceName> {
        let Some((text, _)) =
            self.refresh.retry.due.take_if(|(_, at)| self.now.seconds_since(*at) >= 0)
        else {
            return Vec::new();
        };
        self.refresh.retry.checked_queries.push(text);
        self.refresh.retry.refreshing = self.retryable_instances();
        self.refresh.retry.refreshing.clone()
    }

    /// The status for the current query.
    pub(in crate::tui) fn retry_status(&self) -> RetryStatus {
        let text = self.query.text().trim();
        if self.refresh.retry.due.is_some() || !self.refresh.retry.refreshing.is_empty() {
            RetryStatus::Checking
        } else if self
            .refresh
            .retry
            .checked_queries
            .iter()
            .any(|asked| text.starts_with(asked.as_str()))
        {
            RetryStatus::Checked
        } else {
            RetryStatus::NotChecked
        }
    }

    /// Signed-in instances whose list is older than [`FRESH_SECONDS`].
    fn retryable_instances(&self) -> Vec<InstanceName> {
        let open = self.sessions.instances.iter().filter(|session| session.signed_in);
        let old = open.filter(|session| {
            session.fetched_at.is_none_or(|at| self.now.seconds_since(at) > FRESH_SECONDS)
        });
        old.map(|session| session.instance.clone()).collect()
    }
}
