//! Every setting as it counts, by its dotted key, and where it came from.

use toml::Value;

use crate::domain::{Error, Result};

use super::load::LoadedConfig;
use super::origins::Origin;
use super::schema;

/// A setting with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedSetting {
    /// Its dotted key, `rules.0.match` for those in lists of tables.
    pub key: String,
    /// Its value; `None` when there is none.
    pub value: Option<Value>,
    /// Where it came from; `None` is built in.
    pub origin: Option<Origin>,
}

/// The settings in the order of the documentation, also those without a value. Empty tables inside
/// others are left out.
///
/// # Errors
/// Only for a bug: settings that are no TOML.
pub fn list_settings(loaded: &LoadedConfig) -> Result<Vec<ListedSetting>> {
    let all = Value::try_from(&loaded.settings)
        .map_err(|error| Error::internal(format!("showing the settings: {error}")))?;
    let mut out = Vec::new();
    for key in schema::keys(&[]).unwrap_or_default() {
        match all.get(*key) {
            Some(value @ Value::Table(table)) if table.is_empty() => {
                out.push(ListedSetting {
                    key: (*key).to_owned(),
                    value: Some(value.clone()),
                    origin: find_origin(key, loaded),
                });
            }
            Some(Value::Table(table)) if let Some(inside) = schema::keys(&[key]) => {
                inside.iter().for_each(|name| {
                    push_setting(format!("{key}.{name}"), table.get(*name), loaded, &mut out)
                });
            }
            value => push_setting((*key).to_owned(), value, loaded, &mut out),
        }
    }
    Ok(out)
}

fn push_setting(
    key: String,
    value: Option<&Value>,
    loaded: &LoadedConfig,
    out: &mut Vec<ListedSetting>,
) {
    match value {
        Some(value) => flatten(key, value, loaded, out),
        None => out.push(ListedSetting { key, value: None, origin: None }),
    }
}

fn flatten(key: String, value: &Value, loaded: &LoadedConfig, out: &mut Vec<ListedSetting>) {
    match value {
        Value::Table(table) => table.iter().for_each(|(name, value)| {
            flatten(format!("{key}.{}", quote_key(name)), value, loaded, out)
        }),
        Value::Array(items) if items.iter().any(Value::is_table) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, value)| flatten(format!("{key}.{at}"), value, loaded, out));
        }
        value => out.push(ListedSetting {
            origin: find_origin(&key, loaded),
            key,
            value: Some(value.clone()),
        }),
    }
}

/// Where the key, or the list that it stands in, was set.
fn find_origin(key: &str, loaded: &LoadedConfig) -> Option<Origin> {
    let mut key = key;
    loop {
        if let Some(origin) = loaded.origins.get(key) {
            return Some(origin.clone());
        }
        // Tables are made of keys with origins of their own; a list of tables has only one.
        let (above, last) = key.rsplit_once('.')?;
        if !above.starts_with("rules") && last.parse::<usize>().is_err() {
            return None;
        }
        key = above;
    }
}

/// A part of a dotted key as TOML wants it.
pub(super) fn quote_key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if bare { name.to_owned() } else { Value::String(name.to_owned()).to_string() }
}
