//! What time it is, said by the machine or by a test.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// The clock that everything asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's.
    System,
    /// Always this moment.
    Fixed(Timestamp),
}

impl Clock {
    /// Now, in whole seconds.
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
