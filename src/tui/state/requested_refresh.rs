//! Refreshes that the user requested: if none of them finds anything, the user is told that the list
//! is up to date.

use std::collections::BTreeSet;

use super::State;
use crate::domain::{InstanceName, clock_warning};

/// The requested refreshes since the last time that none was running.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::tui) struct RequestedRefresh {
    running: BTreeSet<InstanceName>,
    /// The instances whose list is the same.
    unchanged: BTreeSet<InstanceName>,
    /// Whether one of them had something to report.
    has_reported: bool,
}

/// The result of a refresh for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum RefreshReport {
    /// There were changes or problems.
    Reported,
    /// The list is the same.
    Unchanged,
    /// The user is not signed in, which the screen shows anyway.
    SignedOut,
}

impl RequestedRefresh {
    /// Adds a refresh.
    pub(in crate::tui) fn add(&mut self, instance: InstanceName) {
        if self.running.is_empty() {
            *self = Self::default();
        }
        self.running.insert(instance);
    }
}

impl State {
    /// Records the end of a refresh. After the last requested one, reports that the list is up to
    /// date, unless there was something else to report.
    pub(in crate::tui) fn on_refresh_ended(
        &mut self,
        instance: &InstanceName,
        report: RefreshReport,
    ) {
        let requested = &mut self.refresh.requested;
        if !requested.running.remove(instance) {
            return;
        }
        match report {
            RefreshReport::Reported => requested.has_reported = true,
            RefreshReport::Unchanged => drop(requested.unchanged.insert(instance.clone())),
            RefreshReport::SignedOut => {}
        }
        if !requested.running.is_empty() {
            return;
        }
        // The clock is what the user has to fix first, and its panel offers to ask again.
        if let Some(warning) = clock_warning(self.clock.skew_seconds) {
            self.notify(format!("asked AWS again: {warning}"));
            return;
        }
        if requested.has_reported {
            return;
        }
        let names: Vec<&str> = requested.unchanged.iter().map(InstanceName::as_str).collect();
        let note = match names.len() {
            0 => return,
            count if count == self.roster.sso_instances().len() => {
                "the list is up to date".to_owned()
            }
            1 => format!("the list of {} is up to date", names[0]),
            _ => format!("the lists of {} are up to date", names.join(", ")),
        };
        self.notify(note);
    }
}
