//! Serde adapters for values with bounds or units.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::Serializer;

use crate::domain::parse_duration;

/// Deserializes a whole number from `MIN` to `MAX`.
pub(super) fn ranged<'de, const MIN: i64, const MAX: i64, T, D>(
    deserializer: D,
) -> Result<T, D::Error>
where
    T: TryFrom<i64>,
    D: Deserializer<'de>,
{
    struct RangeVisitor<const MIN: i64, const MAX: i64>;
    impl<const MIN: i64, const MAX: i64> Visitor<'_> for RangeVisitor<MIN, MAX> {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a whole number from {MIN} to {MAX}")
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
            if (MIN..=MAX).contains(&number) {
                Ok(number)
            } else {
                Err(E::invalid_value(de::Unexpected::Signed(number), &self))
            }
        }
    }
    let number = deserializer.deserialize_i64(RangeVisitor::<MIN, MAX>)?;
    T::try_from(number).map_err(|_| {
        de::Error::invalid_value(de::Unexpected::Signed(number), &RangeVisitor::<MIN, MAX>)
    })
}

/// As [`ranged`], for a value that may be absent.
pub(super) fn optional_ranged<'de, const MIN: i64, const MAX: i64, T, D>(
    deserializer: D,
) -> Result<Option<T>, D::Error>
where
    T: TryFrom<i64>,
    D: Deserializer<'de>,
{
    ranged::<MIN, MAX, T, D>(deserializer).map(Some)
}

/// Deserializes a whole number of seconds from `MIN` to `MAX`.
pub(super) fn ranged_seconds<'de, const MIN: i64, const MAX: i64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    ranged::<MIN, MAX, u64, D>(deserializer).map(Duration::from_secs)
}

/// Serializes whole seconds.
pub(super) fn serialize_seconds<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

/// Deserializes a duration above zero: whole seconds, or text such as `"8h"` or `"1h30m"`.
pub(super) fn duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    struct DurationVisitor;
    impl Visitor<'_> for DurationVisitor {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a duration such as \"8h\", \"45m\", or seconds above 0")
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Duration, E> {
            u64::try_from(seconds)
                .ok()
                .filter(|seconds| *seconds > 0)
                .map(Duration::from_secs)
                .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(seconds), &self))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
            parse_duration(text)
                .filter(|duration| !duration.is_zero())
                .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(DurationVisitor).map(Some)
}

/// As [`duration`], in seconds.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let duration = duration(deserializer)?;
    Ok(duration.and_then(|duration| i64::try_from(duration.as_secs()).ok()))
}

/// Serializes whole seconds, if there is a duration.
pub(super) fn serialize_optional_seconds<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => serializer.serialize_some(&duration.as_secs()),
        None => serializer.serialize_none(),
    }
}

/// Deserializes a number above zero, with or without a fraction.
pub(super) fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number > 0.0 && number.is_finite() {
        Ok(Some(number))
    } else {
        Err(de::Error::custom("expected a number above 0"))
    }
}

/// Deserializes a number that is not negative, with or without a fraction.
pub(super) fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number >= 0.0 && number.is_finite() {
        Ok(number)
    } else {
        Err(de::Error::custom("expected a number, 0 or more"))
    }
}
