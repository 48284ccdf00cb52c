//! How reading the lists goes: how far, since when it fails, since when AWS says nothing.

use super::{Refresh, State};
use crate::domain::{InstanceName, Timestamp};

impl Refresh {
    /// Since when it has failed.
    pub(in crate::tui) fn failing(&self) -> Option<Timestamp> {
        match self {
            Refresh::Running { failing, .. } => *failing,
            Refresh::Failed { since, .. } => Some(*since),
        }
    }
}

impl State {
    /// Takes in how a refresh goes.
    pub(in crate::tui) fn progress(
        &mut self,
        instance: InstanceName,
        done: usize,
        total: usize,
        throttled: bool,
    ) {
        let (failing, began) = match self.refreshes.get(&instance) {
            Some(Refresh::Running { failing, began, .. }) => (*failing, *began),
            Some(Refresh::Failed { since, .. }) => (Some(*since), self.now),
            None => (None, self.now),
        };
        self.refreshes
            .insert(instance, Refresh::Running { done, total, throttled, failing, began });
        let slow = self.gauge().is_some_and(|(.., slow)| slow);
        self.throttled = slow.then(|| self.throttled.unwrap_or(self.now));
    }

    /// Since when AWS has been asked for a list and has said nothing; the longest of them.
    pub(in crate::tui) fn unanswered(&self) -> Option<Timestamp> {
        let waits = self.refreshes.values().filter_map(|refresh| match refresh {
            Refresh::Running { total: 0, began, .. } => Some(*began),
            _ => None,
        });
        waits.min()
    }
}
