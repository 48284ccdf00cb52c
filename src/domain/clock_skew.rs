//! Messages about a clock that differs from AWS's.

use super::format_clock_offset;

/// A clock that is this many seconds off is wrong: AWS does not accept older signatures.
const MAX_SKEW_SECONDS: i64 = 300;

/// Describes a clock that AWS's is this many seconds ahead of; `None` if it is right.
pub fn clock_warning(seconds_ahead: i64) -> Option<String> {
    let difference = format_clock_offset(seconds_ahead);
    let side = if seconds_ahead > 0 { "behind" } else { "ahead of" };
    (seconds_ahead.abs() >= MAX_SKEW_SECONDS)
        .then(|| format!("this machine's clock is {difference} {side} AWS's"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_five_minutes_off_is_wrong() {
        assert_eq!(clock_warning(299), None);
        assert_eq!(clock_warning(-299), None);
        assert_eq!(clock_warning(0), None);
        let behind = clock_warning(300).unwrap();
        assert!(behind.ends_with(" behind AWS's"), "{behind}");
        let ahead = clock_warning(-300).unwrap();
        assert!(ahead.ends_with(" ahead of AWS's"), "{ahead}");
    }
}
