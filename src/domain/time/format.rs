//! Human-readable formats, one per meaning.
//!
//! - Time left, in columns, headers, panels and messages: [`format_duration`] (`47m left`).
//! - How long ago: [`format_age`] (`2 h ago`).
//! - How long something takes, how old something is: [`format_duration_spaced`] (`after 20 min`).
//! - The prompt: [`format_duration_padded`] (`00h47m`).
//! - Text for screen readers: [`format_duration_in_words`] (`47 minutes`).
//! - How long a sign-in still waits, second by second: [`format_countdown`] (`9:41`).
//! - Clocks that differ: [`format_clock_offset`].
//!
//! Arguments are seconds, as [`Timestamp::seconds_since`] returns them. Negative lengths are formatted as
//! zero.

use crate::domain::{Timestamp, plural};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Formats time left in at most six cells: `11h`, `6h 41m`, `47m`, `9s`.
pub fn format_duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / DAY, seconds / HOUR % 24, seconds / MINUTE % 60) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, m) => format!("{m}m"),
        (0, h @ ..10, m) => format!("{h}h {m:02}m"),
        (0, h, _) => format!("{h}h"),
        (d, h, _) => format!("{d}d {h}h"),
    }
}

/// Formats the largest unit, for sentences about the past or a wait: `12 s`, `47 min`, `2 h`, `3 days`.
pub fn format_duration_spaced(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..MINUTE => format!("{s} s"),
        s @ MINUTE..HOUR => format!("{} min", s / MINUTE),
        s if s < 2 * DAY => format!("{} h", s / HOUR),
        s => format!("{} days", s / DAY),
    }
}

/// Formats in full words, for screen readers: `47 minutes`, `2 hours and 5 minutes`.
pub fn format_duration_in_words(seconds: i64) -> String {
    let count = |number: i64, unit: &str| format!("{number} {}", plural(number, unit));
    match (seconds / HOUR, seconds % HOUR / MINUTE) {
        (..=0, ..=0) => "less than a minute".to_owned(),
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} and {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

/// Formats as `00h47m`. The width is constant below 100 hours, so that a shell prompt does not
/// jump.
pub fn format_duration_padded(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{:02}h{:02}m", seconds / HOUR, seconds / MINUTE % 60)
}

/// Formats how long ago `then` was: `just now`, `2 h ago`.
pub fn format_age(then: Timestamp, now: Timestamp) -> String {
    match now.seconds_since(then) {
        ..MINUTE => "just now".to_owned(),
        seconds => format!("{} ago", format_duration_spaced(seconds)),
    }
}

/// Formats minutes and seconds: `9:41`.
pub fn format_countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / MINUTE, seconds % MINUTE)
}

/// Formats how far two clocks are apart, in minutes up to two hours: `90 min`, `5 h`, `3 days`. The
/// sign is ignored.
pub fn format_clock_offset(seconds: i64) -> String {
    match seconds.unsigned_abs() / 60 {
        minutes @ 0..120 => format!("{minutes} min"),
        minutes @ 120..2_880 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_at_most_two_units() {
        let shown = [-5, 9, 61, 2_820, 24_060, 43_199, 200_000].map(format_duration);
        assert_eq!(shown, ["0s", "9s", "1m", "47m", "6h 41m", "11h", "2d 7h"]);
    }

    #[test]
    fn spaced_lengths_have_one_unit() {
        let seconds = [-5, 12, 2_820, 7_200, 172_799, 172_800];
        assert_eq!(
            seconds.map(format_duration_spaced),
            ["0 s", "12 s", "47 min", "2 h", "47 h", "2 days"]
        );
    }

    #[test]
    fn lengths_in_words_are_whole_minutes() {
        assert_eq!(
            [30, 60, 2_820, 3_600, 7_500].map(format_duration_in_words),
            ["less than a minute", "1 minute", "47 minutes", "1 hour", "2 hours and 5 minutes"]
        );
    }

    #[test]
    fn padded_lengths_are_equally_wide() {
        assert_eq!(
            [0, 59, 2_820, 43_200].map(format_duration_padded),
            ["00h00m", "00h00m", "00h47m", "12h00m"]
        );
    }

    #[test]
    fn ages_below_a_minute_are_just_now() {
        assert_eq!(format_age(Timestamp(0), Timestamp(30)), "just now");
        assert_eq!(format_age(Timestamp(0), Timestamp(7_200)), "2 h ago");
    }

    #[test]
    fn countdowns_are_minutes_and_seconds() {
        assert_eq!([581, 3_723].map(format_countdown), ["9:41", "62:03"]);
    }

    #[test]
    fn clock_offsets_are_minutes_hours_or_days() {
        assert_eq!(
            [-300, 7_199, 7_200, 172_800].map(format_clock_offset),
            ["5 min", "119 min", "2 h", "2 days"]
        );
    }
}
