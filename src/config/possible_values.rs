//! The values of settings that take one of a few words, derived from the types that are
//! deserialized.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::edit::parse_key;
use super::settings::Settings;
use super::tables::{AccountTable, InstanceTable, PickTable, RoleTable};

/// Returns the possible values of a setting: the words of a list of words, or `true` and `false`.
/// Empty for an unknown key and for other types.
pub fn possible_values(key: &str) -> &'static [&'static str] {
    let parts = parse_key(key).unwrap_or_default();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts[..] {
        [field] => values_of::<Settings>(field),
        ["pick", field] => values_of::<PickTable>(field),
        ["instances", _, field] => values_of::<InstanceTable>(field),
        ["instances", _, "accounts", _, field] => values_of::<AccountTable>(field),
        ["instances", _, "accounts", _, "roles", _, field] => values_of::<RoleTable>(field),
        _ => &[],
    }
}

/// Returns the possible values of a struct's field.
fn values_of<'de, T: Deserialize<'de>>(field: &'de str) -> &'static [&'static str] {
    match T::deserialize(StructProbe(field)) {
        Err(PossibleValues(values)) => values,
        Ok(_) => &[],
    }
}

/// The captured values, returned as the error since there is no value.
#[derive(Debug)]
struct PossibleValues(&'static [&'static str]);

/// A deserializer of a struct that has one field with any value.
struct StructProbe<'de>(&'de str);

/// The map with this field; `None` after its name was read.
struct FieldProbe<'de>(Option<&'de str>);

/// A deserializer without data that captures which values are accepted.
struct ValueProbe;

impl<'de> Deserializer<'de> for StructProbe<'de> {
    type Error = PossibleValues;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PossibleValues> {
        visitor.visit_map(FieldProbe(Some(self.0)))
    }

    serde::forward_to_deserialize_any! {
        bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 char str string seq bytes byte_buf map unit newtype_struct option
        ignored_any unit_struct tuple_struct tuple identifier enum struct
    }
}

impl<'de> MapAccess<'de> for FieldProbe<'de> {
    type Error = PossibleValues;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, PossibleValues> {
        let name = self.0.take().map(StrDeserializer::new);
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, PossibleValues> {
        seed.deserialize(ValueProbe)
    }
}

impl<'de> Deserializer<'de> for ValueProbe {
    type Error = PossibleValues;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, PossibleValues> {
        Err(PossibleValues(variants))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, _: V) -> Result<V::Value, PossibleValues> {
        Err(PossibleValues(&["true", "false"]))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PossibleValues> {
        visitor.visit_some(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, PossibleValues> {
        Err(PossibleValues(&[]))
    }

    serde::forward_to_deserialize_any! {
        u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 char str string seq bytes byte_buf map unit newtype_struct
        ignored_any unit_struct tuple_struct tuple identifier struct
    }
}

impl de::Error for PossibleValues {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl fmt::Display for PossibleValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no data")
    }
}

impl std::error::Error for PossibleValues {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LoadedConfig;
    use crate::config::list_settings;

    #[test]
    fn words_and_flags_have_values_and_other_types_have_none() {
        let words = ["auto", "dark", "light", "high-contrast", "16", "none"];
        assert_eq!(possible_values("pick.theme"), words);
        assert_eq!(possible_values("pick.mouse"), ["true", "false"]);
        assert_eq!(possible_values("instances.corp.auth_flow"), ["auto", "pkce", "device-code"]);
        assert!(possible_values("url_action").contains(&"granted-containers"));
        for key in ["threads", "prefer_roles", "pick.height", "session_duration", "pick", "nosuch"]
        {
            assert_eq!(possible_values(key), [""; 0], "{key}");
        }
    }

    #[test]
    fn the_default_of_every_setting_with_values_is_one_of_them() {
        let all = list_settings(&LoadedConfig::default()).unwrap();
        let mut found = 0;
        for setting in all {
            let values = possible_values(&setting.key);
            let Some(default) = setting.value.filter(|_| !values.is_empty()) else { continue };
            let text = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
            assert!(values.contains(&text.as_str()), "{}: {text} of {values:?}", setting.key);
            found += 1;
        }
        assert!(found > 15, "{found}");
    }
}
