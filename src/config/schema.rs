//! The keys of the configuration file, derived from the types that are deserialized.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use toml::de::{DeTable, DeValue};

use super::settings::Settings;
use super::tables::{AccountTable, InstanceTable, PickTable, RoleTable, Rule};

/// Returns the known keys of the table at a path, or `None` if it may contain any key.
pub fn keys(path: &[&str]) -> Option<&'static [&'static str]> {
    match path {
        [] => Some(field_names::<Settings>()),
        ["pick"] => Some(field_names::<PickTable>()),
        ["rules"] => Some(field_names::<Rule>()),
        ["instances", _] => Some(field_names::<InstanceTable>()),
        ["instances", _, "accounts", _] => Some(field_names::<AccountTable>()),
        ["instances", _, "accounts", _, "roles", _] => Some(field_names::<RoleTable>()),
        _ => None,
    }
}

/// Calls `found` with the dotted path and offset of every unknown key, and with the known keys of
/// its table.
pub(super) fn for_each_unknown_key(
    table: &DeTable<'_>,
    found: &mut impl FnMut(String, usize, &'static [&'static str]),
) {
    walk(table, &mut Vec::new(), found);
}

fn walk<'t>(
    table: &'t DeTable<'_>,
    path: &mut Vec<&'t str>,
    found: &mut impl FnMut(String, usize, &'static [&'static str]),
) {
    let known = keys(path);
    for (key, value) in table {
        let name: &str = key.get_ref();
        if let Some(known) = known
            && !known.contains(&name)
        {
            found(dotted_key(path, name), key.span().start, known);
            continue;
        }
        path.push(name);
        match value.get_ref() {
            DeValue::Table(inner) => walk(inner, path, found),
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| item.get_ref().as_table())
                .for_each(|inner| walk(inner, path, found)),
            _ => {}
        }
        path.pop();
    }
}

/// Returns the dotted path of the innermost key whose name or value spans an offset.
pub(super) fn key_at(table: &DeTable<'_>, offset: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inside = match value.get_ref() {
            DeValue::Table(inner) => key_at(inner, offset),
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| item.get_ref().as_table())
                .find_map(|inner| key_at(inner, offset)),
            _ => None,
        };
        match inside {
            Some(rest) => Some(format!("{}.{rest}", key.get_ref())),
            None => (value.span().contains(&offset) || key.span().contains(&offset))
                .then(|| key.get_ref().to_string()),
        }
    })
}

/// Quotes a part of a dotted key, if TOML requires it.
pub(super) fn quote_key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if bare { name.to_owned() } else { toml::Value::String(name.to_owned()).to_string() }
}

fn dotted_key(path: &[&str], name: &str) -> String {
    path.iter().chain([&name]).copied().collect::<Vec<_>>().join(".")
}

/// Returns the names under which serde deserializes the fields of a struct.
fn field_names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    match T::deserialize(FieldNameProbe) {
        Err(FieldNames(fields)) => fields,
        Ok(_) => &[],
    }
}

/// A deserializer without data that captures the requested field names.
struct FieldNameProbe;

/// The captured field names, returned as the error since there is no value.
#[derive(Debug)]
struct FieldNames(&'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNameProbe {
    type Error = FieldNames;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, FieldNames> {
        Err(FieldNames(fields))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, FieldNames> {
        Err(FieldNames(&[]))
    }

    serde::forward_to_deserialize_any! {
        bool u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 char str string seq bytes byte_buf map unit newtype_struct option
        ignored_any unit_struct tuple_struct tuple identifier enum
    }
}

impl de::Error for FieldNames {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl fmt::Display for FieldNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no data")
    }
}

impl std::error::Error for FieldNames {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_derived_from_the_types() {
        assert!(keys(&[]).unwrap().contains(&"console_duration"));
        assert!(!keys(&[]).unwrap().contains(&"instance_order"));
        assert!(keys(&["rules"]).unwrap().contains(&"match"));
        assert!(
            keys(&["instances", "corp", "accounts", "012345678901", "roles", "Admin"])
                .unwrap()
                .contains(&"via")
        );
        assert_eq!(keys(&["instances", "corp", "accounts", "012345678901", "tags"]), None);
        assert_eq!(keys(&["keys"]), None);
    }
}
