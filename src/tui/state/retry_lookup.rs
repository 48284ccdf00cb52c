//! A query that nothing matches is looked up at AWS once more: a grant may be minutes old.

use super::State;
use crate::domain::{InstanceName, Timestamp};

/// Seconds without a key before AWS is asked: not for each letter on the way.
const RETRY_DELAY_SECONDS: i64 = 1;
/// A list that was read so lately has nothing new in it.
const FRESH_SECONDS: i64 = 60;

/// Which query waits to be looked up, and which ones were.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::tui) struct RetryLookup {
    /// The query that matches nothing, and when AWS is asked.
    due: Option<(String, Timestamp)>,
    /// Queries for which AWS was asked. One that begins like them finds no more.
    checked_queries: Vec<String>,
    /// The instances that are being read for the last of them.
    refreshing: Vec<InstanceName>,
}

impl RetryLookup {
    /// Whether something is to be asked when a moment has passed.
    pub(in crate::tui) fn is_scheduled(&self) -> bool {
        self.due.is_some()
    }

    /// An instance was read, or could not be.
    pub(in crate::tui) fn on_refreshed(&mut self, instance: &InstanceName) {
        self.refreshing.retain(|other| other != instance);
    }
}

/// What the screen says of a query that matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum RetryStatus {
    /// AWS is about to be asked, or is being asked.
    Checking,
    /// It was asked, and knows no more.
    Checked,
    /// It is not asked: nobody is signed in, or the list is new.
    NotChecked,
}

impl State {
    /// The rows of a search have come: one without any is looked up again in a moment.
    pub(in crate::tui) fn schedule_retry(&mut self) {
        self.retry.due = None;
        let text = self.query.text().trim();
        let nothing =
            self.list.loaded && self.list.len() == 0 && self.list.query == self.query.text();
        let known = self.retry.checked_queries.iter().any(|asked| text.starts_with(asked.as_str()));
        if nothing
            && !text.is_empty()
            && !known
            && !self.is_preview
            && self.refresh_totals().is_none()
            && !self.retryable_instances().is_empty()
        {
            self.retry.due = Some((text.to_owned(), self.now.plus(RETRY_DELAY_SECONDS)));
        }
    }

    /// The instances to read now, if the moment has come.
    pub(in crate::tui) fn take_due_retry(&mut self) -> Vec<InstanceName> {
        let Some((text, _)) = self.retry.due.take_if(|(_, at)| self.now.since(*at) >= 0) else {
            return Vec::new();
        };
        self.retry.checked_queries.push(text);
        self.retry.refreshing = self.retryable_instances();
        self.retry.refreshing.clone()
    }

    /// How it stands with what is typed.
    pub(in crate::tui) fn retry_status(&self) -> RetryStatus {
        let text = self.query.text().trim();
        if self.retry.due.is_some() || !self.retry.refreshing.is_empty() {
            RetryStatus::Checking
        } else if self.retry.checked_queries.iter().any(|asked| text.starts_with(asked.as_str())) {
            RetryStatus::Checked
        } else {
            RetryStatus::NotChecked
        }
    }

    /// Instances that somebody is signed in to and whose list is not quite new.
    fn retryable_instances(&self) -> Vec<InstanceName> {
        let open = self.sessions.instances.iter().filter(|session| session.signed_in);
        let old = open.filter(|session| {
            session.fetched_at.is_none_or(|at| self.now.since(at) > FRESH_SECONDS)
        });
        old.map(|session| session.instance.clone()).collect()
    }
}
