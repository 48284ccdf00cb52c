//! Progress of refreshes: accounts read, since when they fail, since when AWS has not answered.

use super::{RefreshStatus, State};
use crate::domain::{Error, InstanceName, Timestamp};

/// How long AWS may take to answer before the screen mentions it. Most lists start to arrive
/// sooner.
pub(in crate::tui) const SLOW_ANSWER_SECONDS: i64 = 5;

impl RefreshStatus {
    /// When the refresh first failed, if it failed the last time.
    pub(in crate::tui) fn failing_since(&self) -> Option<Timestamp> {
        match self {
            RefreshStatus::Running { failing_since: failing, .. } => *failing,
            RefreshStatus::Failed { since, .. } => Some(*since),
        }
    }
}

impl State {
    /// Updates the progress of a refresh.
    pub(in crate::tui) fn set_refresh_progress(
        &mut self,
        instance: InstanceName,
        done: usize,
        total: usize,
        throttled: bool,
        failure: Option<Error>,
    ) {
        let (failing, began) = match self.refresh.by_instance.get(&instance) {
            Some(RefreshStatus::Running { failing_since: failing, started_at: began, .. }) => {
                (*failing, *began)
            }
            Some(RefreshStatus::Failed { since, .. }) => (Some(*since), self.now),
            None => (None, self.now),
        };
        self.refresh.by_instance.insert(
            instance,
            RefreshStatus::Running {
                done,
                total,
                throttled,
                failure,
                failing_since: failing,
                started_at: began,
            },
        );
        let slow = self.refresh_totals().is_some_and(|(.., slow)| slow);
        self.refresh.throttled_since =
            slow.then(|| self.refresh.throttled_since.unwrap_or(self.now));
    }

    /// Why requests of a running refresh have no answer.
    pub(in crate::tui) fn retried_failure(&self) -> Option<&Error> {
        self.refresh.by_instance.values().find_map(|refresh| match refresh {
            RefreshStatus::Running { failure, .. } => failure.as_ref(),
            RefreshStatus::Failed { .. } => None,
        })
    }

    /// The start of the longest refresh that AWS has not answered at all.
    pub(in crate::tui) fn unanswered_since(&self) -> Option<Timestamp> {
        let waits = self.refresh.by_instance.values().filter_map(|refresh| match refresh {
            RefreshStatus::Running { total: 0, started_at: began, .. } => Some(*began),
            _ => None,
        });
        waits.min()
    }
}
