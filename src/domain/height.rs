//! The height of the picker.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// The part of the terminal that the picker uses: the whole screen, or rows below the prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Height {
    /// The whole screen, restored afterwards.
    #[default]
    Full,
    /// A number of rows.
    Rows(u16),
    /// A percentage of the screen, below 100.
    Percent(u16),
}

impl Height {
    /// The query, two roles and the key hints.
    const MIN_ROWS: u16 = 4;

    /// Returns the rows to use of a screen with `all` rows, or `None` for the whole screen.
    pub fn rows(self, all: u16) -> Option<u16> {
        let wanted = match self {
            Self::Full => return None,
            Self::Rows(rows) => rows,
            Self::Percent(share) => {
                u16::try_from(u32::from(all) * u32::from(share) / 100).unwrap_or(all)
            }
        };
        Some(wanted.max(Self::MIN_ROWS).min(all.max(1)))
    }
}

/// The accepted formats, for error messages.
const EXPECTED: &str = "rows, such as 15, or a share of the screen, such as 40%";

impl FromStr for Height {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.trim().parse::<u16>().ok().filter(|number| *number > 0);
        let read = match text.trim().strip_suffix('%') {
            Some(share) => number(share)
                .filter(|share| *share <= 100)
                .map(|share| if share == 100 { Self::Full } else { Self::Percent(share) }),
            None => number(text).map(Self::Rows),
        };
        read.ok_or_else(|| format!("expected {EXPECTED}"))
    }
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("100%"),
            Self::Rows(rows) => write!(f, "{rows}"),
            Self::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl Serialize for Height {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Height {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeightVisitor;
        impl Visitor<'_> for HeightVisitor {
            type Value = Height;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Height, E> {
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_i64<E: de::Error>(self, rows: i64) -> Result<Height, E> {
                let fits = u16::try_from(rows).ok().filter(|rows| *rows > 0);
                fits.map(Height::Rows)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(rows), &self))
            }
        }
        // The snapshot between two starts is written in postcard, which is not self-describing.
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(HeightVisitor)
        } else {
            deserializer.deserialize_str(HeightVisitor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_height_is_rows_or_a_share() {
        let read = |text: &str| text.parse::<Height>().ok();
        assert_eq!(
            [read("15"), read("40%"), read("100%")],
            [Some(Height::Rows(15)), Some(Height::Percent(40)), Some(Height::Full)]
        );
        assert_eq!([read("0"), read("101%"), read("-3"), read("tall")], [None; 4]);
    }

    #[test]
    fn rows_fit_the_screen_and_are_never_too_few() {
        assert_eq!((Height::Percent(40).rows(50), Height::Rows(15).rows(10)), (Some(20), Some(10)));
        assert_eq!(
            (Height::Rows(1).rows(24), Height::Percent(1).rows(3), Height::Full.rows(24)),
            (Some(4), Some(3), None)
        );
    }

    #[test]
    fn a_number_in_the_configuration_is_rows() {
        use serde::de::{IntoDeserializer, value::Error};
        let read = |rows: i64| {
            Height::deserialize(IntoDeserializer::<Error>::into_deserializer(rows)).ok()
        };
        assert_eq!([read(1), read(15)], [Some(Height::Rows(1)), Some(Height::Rows(15))]);
        assert_eq!([read(0), read(-1), read(70_000)], [None; 3]);
    }
}
