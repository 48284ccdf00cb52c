//! Usage of roles: recency, frequency, favourites and hidden roles.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{RoleId, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// Time of the last use.
    pub last_used: Timestamp,
    /// Number of uses in the history.
    pub count: u32,
    /// Frequency and recency as one number, see [`frecency`]; higher means used more.
    pub score: f64,
}

pub type Usages = HashMap<RoleId, Usage>;

/// Roles that the user marked as favourite or hidden.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleFlags {
    /// Listed first.
    #[serde(rename = "favourites")]
    pub favorites: BTreeSet<RoleId>,
    /// Listed only on request.
    pub hidden: BTreeSet<RoleId>,
}

/// Scores uses by frequency and recency. A use now counts 1, and half as much for every three days
/// that have passed: two uses this morning outweigh daily uses last month.
pub fn frecency(now: Timestamp, uses: impl IntoIterator<Item = Timestamp>) -> f64 {
    const HALF_LIFE: f64 = 3.0 * 86_400.0;
    uses.into_iter()
        .map(|used| 0.5_f64.powf(now.seconds_since(used).max(0) as f64 / HALF_LIFE))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_today_beats_ten_times_last_month() {
        let day = 86_400;
        let now = Timestamp(100 * day);
        let today = frecency(now, [now, now.plus_seconds(-3_600)]);
        let month_ago = frecency(now, (0..10).map(|n| now.plus_seconds(-(30 + n) * day)));
        assert!(today > month_ago);
    }
}
