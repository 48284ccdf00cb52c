//! Confirmation that the user gives before a protected role is used.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Confirmation that a role requires, weakest first: `confirm = false`, `true` or `"type"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ConfirmLevel {
    /// No confirmation.
    #[default]
    None,
    /// Answer yes.
    Ask,
    /// Type the account name.
    TypeName,
}

impl Serialize for ConfirmLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            ConfirmLevel::None => serializer.serialize_bool(false),
            ConfirmLevel::Ask => serializer.serialize_bool(true),
            ConfirmLevel::TypeName => serializer.serialize_str("type"),
        }
    }
}

impl<'de> Deserialize<'de> for ConfirmLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ConfirmVisitor;
        impl Visitor<'_> for ConfirmVisitor {
            type Value = ConfirmLevel;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or \"type\"")
            }

            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<ConfirmLevel, E> {
                Ok(if yes { ConfirmLevel::Ask } else { ConfirmLevel::None })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ConfirmLevel, E> {
                if text == "type" {
                    Ok(ConfirmLevel::TypeName)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(text), &self))
                }
            }
        }
        deserializer.deserialize_any(ConfirmVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        for (confirm, text) in [
            (ConfirmLevel::None, "false"),
            (ConfirmLevel::Ask, "true"),
            (ConfirmLevel::TypeName, "\"type\""),
        ] {
            assert_eq!(serde_json::to_string(&confirm).unwrap(), text);
            assert_eq!(serde_json::from_str::<ConfirmLevel>(text).unwrap(), confirm);
        }
        assert!(
            serde_json::from_str::<ConfirmLevel>("\"maybe\"")
                .unwrap_err()
                .to_string()
                .contains("true, false or \"type\"")
        );
    }

    #[test]
    fn typing_a_name_is_more_than_saying_yes() {
        assert!(
            ConfirmLevel::TypeName > ConfirmLevel::Ask && ConfirmLevel::Ask > ConfirmLevel::None
        );
    }
}
