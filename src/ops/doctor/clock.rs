//! Whether this machine's clock agrees with AWS's.

use crate::domain::format_clock_offset;
use crate::os::platform::SET_CLOCK_COMMAND;

use super::{Facts, Finding};

pub(super) const NAME: &str = "clock";

/// AWS refuses signatures that are five minutes off; a clock that is two minutes off drifts
/// further.
const TOLERANCE_SECONDS: i64 = 120;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let clocks = facts.probes.iter().filter_map(|answer| answer.clocks);
    let Some((there, here)) = clocks.max_by_key(|(there, here)| there.seconds_since(*here).abs())
    else {
        return Vec::new();
    };
    let behind = there.seconds_since(here);
    if behind.abs() <= TOLERANCE_SECONDS {
        return Vec::new();
    }
    let direction = if behind > 0 { "behind" } else { "ahead" };
    let finding = Finding::problem(
        NAME,
        format!("the clock of this machine is {} {direction}", format_clock_offset(behind)),
    );
    vec![
        finding
            .with_evidence(format!(
                "AWS says {}, this machine {}",
                there.to_rfc3339(),
                here.to_rfc3339()
            ))
            .with_step(SET_CLOCK_COMMAND),
    ]
}
