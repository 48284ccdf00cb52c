//! The time zone of the machine in the registry.

use winsafe::{
    FILETIME, FileTimeToSystemTime, SystemTimeToFileTime, SystemTimeToTzSpecificLocalTime,
};

use crate::domain::Timestamp;

/// The start of 1970 in seconds since the start of 1601, from which Windows counts.
const UNIX_EPOCH: i64 = 11_644_473_600;
/// Units of a `FILETIME`.
const TICKS_PER_SECOND: i64 = 10_000_000;

/// Returns the seconds that the machine's local time is ahead of UTC at a moment.
pub(super) fn machine_offset_seconds(moment: Timestamp) -> Option<i64> {
    let seconds = moment.0.checked_add(UNIX_EPOCH)?;
    let ticks = u64::try_from(seconds.checked_mul(TICKS_PER_SECOND)?).ok()?;
    let utc = FileTimeToSystemTime(&FILETIME::from(ticks)).ok()?;
    let local = SystemTimeToTzSpecificLocalTime(None, &utc).ok()?;
    let local = SystemTimeToFileTime(&local).ok()?;
    let ticks = u64::from(local.dwHighDateTime) << 32 | u64::from(local.dwLowDateTime);
    Some(i64::try_from(ticks).ok()? / TICKS_PER_SECOND - seconds)
}
