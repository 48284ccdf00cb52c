//! How reading the lists goes: how far, since when it fails, since when AWS says nothing.

use super::{RefreshStatus, State};
use crate::domain::{InstanceName, Timestamp};

impl RefreshStatus {
    /// Since when it has failed.
    pub(in crate::tui) fn failing_since(&self) -> Option<Timestamp> {
        match self {
            RefreshStatus::Running { failing_since: failing, .. } => *failing,
            RefreshStatus::Failed { since, .. } => Some(*since),
        }
    }
}

impl State {
    /// Takes in how a refresh goes.
    pub(in crate::tui) fn set_refresh_progress(
        &mut self,
        instance: InstanceName,
        done: usize,
        total: usize,
        throttled: bool,
    ) {
        let (failing, began) = match self.refreshes.get(&instance) {
            Some(RefreshStatus::Running { failing_since: failing, started_at: began, .. }) => {
                (*failing, *began)
            }
            Some(RefreshStatus::Failed { since, .. }) => (Some(*since), self.now),
            None => (None, self.now),
        };
        self.refreshes.insert(
            instance,
            RefreshStatus::Running {
                done,
                total,
                throttled,
                failing_since: failing,
                started_at: began,
            },
        );
        let slow = self.refresh_totals().is_some_and(|(.., slow)| slow);
        self.throttled_since = slow.then(|| self.throttled_since.unwrap_or(self.now));
    }

    /// Since when AWS has been asked for a list and has said nothing; the longest of them.
    pub(in crate::tui) fn unanswered_since(&self) -> Option<Timestamp> {
        let waits = self.refreshes.values().filter_map(|refresh| match refresh {
            RefreshStatus::Running { total: 0, started_at: began, .. } => Some(*began),
            _ => None,
        });
        waits.min()
    }
}
