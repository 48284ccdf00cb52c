//! A query that nothing matches is looked up at AWS once more: a grant may be minutes old.

use super::State;
use crate::domain::{InstanceName, Timestamp};

/// Seconds without a key before AWS is asked: not for each letter on the way.
const PATIENCE: i64 = 1;
/// A list that was read so lately has nothing new in it.
const FRESH: i64 = 60;

/// Which query waits to be looked up, and which ones were.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::tui) struct LookAgain {
    /// The query that matches nothing, and when AWS is asked.
    due: Option<(String, Timestamp)>,
    /// Queries for which AWS was asked. One that begins like them finds no more.
    asked: Vec<String>,
    /// The instances that are being read for the last of them.
    under_way: Vec<InstanceName>,
}

impl LookAgain {
    /// Whether something is to be asked when a moment has passed.
    pub(in crate::tui) fn is_due_later(&self) -> bool {
        self.due.is_some()
    }

    /// An instance was read, or could not be.
    pub(in crate::tui) fn heard(&mut self, instance: &InstanceName) {
        self.under_way.retain(|other| other != instance);
    }
}

/// What the screen says of a query that matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Again {
    /// AWS is about to be asked, or is being asked.
    Checking,
    /// It was asked, and knows no more.
    Checked,
    /// It is not asked: nobody is signed in, or the list is new.
    Not,
}

impl State {
    /// The rows of a search have come: one without any is looked up again in a moment.
    pub(in crate::tui) fn consider_again(&mut self) {
        self.again.due = None;
        let text = self.query.text().trim();
        let nothing =
            self.list.loaded && self.list.len() == 0 && self.list.text == self.query.text();
        let known = self.again.asked.iter().any(|asked| text.starts_with(asked.as_str()));
        if nothing
            && !text.is_empty()
            && !known
            && !self.sketch
            && self.gauge().is_none()
            && !self.worth_reading().is_empty()
        {
            self.again.due = Some((text.to_owned(), self.now.plus(PATIENCE)));
        }
    }

    /// The instances to read now, if the moment has come.
    pub(in crate::tui) fn due_again(&mut self) -> Vec<InstanceName> {
        let Some((text, _)) = self.again.due.take_if(|(_, at)| self.now.since(*at) >= 0) else {
            return Vec::new();
        };
        self.again.asked.push(text);
        self.again.under_way = self.worth_reading();
        self.again.under_way.clone()
    }

    /// How it stands with what is typed.
    pub(in crate::tui) fn again(&self) -> Again {
        let text = self.query.text().trim();
        if self.again.due.is_some() || !self.again.under_way.is_empty() {
            Again::Checking
        } else if self.again.asked.iter().any(|asked| text.starts_with(asked.as_str())) {
            Again::Checked
        } else {
            Again::Not
        }
    }

    /// Instances that somebody is signed in to and whose list is not quite new.
    fn worth_reading(&self) -> Vec<InstanceName> {
        let open = self.sessions.instances.iter().filter(|session| session.signed_in);
        let old =
            open.filter(|session| session.fetched_at.is_none_or(|at| self.now.since(at) > FRESH));
        old.map(|session| session.instance.clone()).collect()
    }
}
