//! The clock of the machine, or a fixed time for tests.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// The source of the current time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// Always the same time.
    Fixed(Timestamp),
}

impl Clock {
    /// Returns the current time in whole seconds.
    pub fn now(self) -> Timestamp {
        match self {
            Clock::Fixed(moment) => moment,
            Clock::System => {
                let seconds =
                    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
                Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
            }
        }
    }
}
