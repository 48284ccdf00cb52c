//! What a person has to do before a role is used.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// What a person has to do before a role is used, weakest first: `confirm = false`, `true` or
/// `"type"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Confirm {
    /// Nothing.
    #[default]
    No,
    /// Say yes.
    Ask,
    /// Type the account's name.
    Type,
}

impl Serialize for Confirm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Confirm::No => serializer.serialize_bool(false),
            Confirm::Ask => serializer.serialize_bool(true),
            Confirm::Type => serializer.serialize_str("type"),
        }
    }
}

impl<'de> Deserialize<'de> for Confirm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Confirm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or \"type\"")
            }

            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Confirm, E> {
                Ok(if yes { Confirm::Ask } else { Confirm::No })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Confirm, E> {
                if text == "type" {
                    Ok(Confirm::Type)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }
        }
        deserializer.deserialize_any(Words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for (confirm, text) in
            [(Confirm::No, "false"), (Confirm::Ask, "true"), (Confirm::Type, "\"type\"")]
        {
            assert_eq!(serde_json::to_string(&confirm).unwrap(), text);
            assert_eq!(serde_json::from_str::<Confirm>(text).unwrap(), confirm);
        }
        assert!(
            serde_json::from_str::<Confirm>("\"maybe\"")
                .unwrap_err()
                .to_string()
                .contains("true, false or \"type\"")
        );
    }

    #[test]
    fn typing_a_name_is_more_than_saying_yes() {
        assert!(Confirm::Type > Confirm::Ask && Confirm::Ask > Confirm::No);
    }
}
