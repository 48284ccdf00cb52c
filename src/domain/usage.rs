//! How a person has used roles: what "recent" and "favourite" mean.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{RoleId, Timestamp};

/// How often and when a role was used.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// The last time.
    pub last_used: Timestamp,
    /// How many times, in what the history still holds.
    pub count: u32,
    /// Frequency and recency in one number; higher is used more. See [`frecency`].
    pub score: f64,
}

/// Usage by role.
pub type Usages = HashMap<RoleId, Usage>;

/// Roles a person has marked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleFlags {
    /// Pinned on top.
    #[serde(rename = "favourites")]
    pub favorites: BTreeSet<RoleId>,
    /// Not shown unless asked for.
    pub hidden: BTreeSet<RoleId>,
}

/// Each use counts one when it happened now and half of that for every three days since: a role
/// used daily last month yields to one used twice this morning.
pub fn frecency(now: Timestamp, uses: impl IntoIterator<Item = Timestamp>) -> f64 {
    const HALF_LIFE: f64 = 3.0 * 86_400.0;
    uses.into_iter().map(|used| 0.5_f64.powf(now.since(used).max(0) as f64 / HALF_LIFE)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_today_beats_ten_times_last_month() {
        let day = 86_400;
        let now = Timestamp(100 * day);
        let today = frecency(now, [now, now.plus(-3_600)]);
        let month_ago = frecency(now, (0..10).map(|n| now.plus(-(30 + n) * day)));
        assert!(today > month_ago);
    }
}
