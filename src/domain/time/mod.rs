//! Moments and lengths of time: arithmetic, parsing, and every human-readable format.

mod format;
mod parse;

use std::fmt;
use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use format::{
    format_age, format_clock_offset, format_countdown, format_duration, format_duration_in_words,
    format_duration_padded, format_duration_spaced,
};
pub use parse::parse_duration;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the seconds from `earlier` to `self`; negative if `self` is the earlier one.
    pub fn seconds_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns this moment moved by `seconds`, which may be negative.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds))
    }

    /// Formats as `2026-11-21T17:56:50Z`: whole seconds and `Z`, which every AWS SDK can read.
    pub fn to_rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
    }

    /// Parses the formats of the AWS tools: RFC 3339 with `Z`, an offset or a fraction, and the
    /// `…UTC` suffix of old AWS CLI versions.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let text = text.trim();
        let text =
            text.strip_suffix("UTC").map_or_else(|| text.to_owned(), |bare| format!("{bare}Z"));
        OffsetDateTime::parse(&text, &Rfc3339).ok().map(|moment| Timestamp(moment.unix_timestamp()))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    /// Drops fractions of a second.
    fn add(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add_unsigned(duration.as_secs()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_the_aws_tools_is_read() {
        let want = Some(Timestamp(1_795_310_617));
        for text in [
            "2026-11-22T01:23:37Z",
            "2026-11-22T01:23:37UTC",
            "2026-11-22T01:23:37.328958Z",
            "2026-11-22T02:23:37+01:00",
        ] {
            assert_eq!(Timestamp::parse(text), want, "{text}");
        }
        assert_eq!(Timestamp::parse("soon"), None);
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(Timestamp(1_795_310_617).to_rfc3339(), "2026-11-22T01:23:37Z");
    }

    #[test]
    fn adding_a_duration_never_overflows() {
        assert_eq!(Timestamp(5) + Duration::from_millis(2_900), Timestamp(7));
        assert_eq!(Timestamp(5) + Duration::MAX, Timestamp(i64::MAX));
    }
}
