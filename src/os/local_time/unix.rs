//! The time zone of the machine in a file.

use std::path::Path;

use crate::domain::Timestamp;

use super::{load_zone, offset_in_file};

/// The time zone of the machine.
const MACHINE_ZONE: &str = "/etc/localtime";

/// Returns the seconds that the machine's local time is ahead of UTC at a moment.
pub(super) fn machine_offset_seconds(moment: Timestamp) -> Option<i64> {
    offset_in_file(&load_zone(Path::new(MACHINE_ZONE))?, moment.0)
}
