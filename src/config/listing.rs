//! All settings with their effective values and origins, for `settings show`.

use toml::Value;

use crate::domain::{ErrorKind, Result, ResultExt};

use super::load::LoadedConfig;
use super::origins::Origin;
use super::schema::{self, quote_key};

/// A setting with its effective value.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedSetting {
    /// Its dotted key; `rules.0.match` in lists of tables.
    pub key: String,
    /// Its value, if it has one.
    pub value: Option<Value>,
    /// Where it was set; `None` for defaults.
    pub origin: Option<Origin>,
}

/// Lists all settings in the order of the documentation, including those without a value, but
/// without empty nested tables.
///
/// # Errors
/// Returns [`ErrorKind::Internal`] if the settings can't be represented as TOML, which is a bug.
pub fn list_settings(loaded: &LoadedConfig) -> Result<Vec<ListedSetting>> {
    let all =
        Value::try_from(&loaded.settings).context(ErrorKind::Internal, "showing the settings")?;
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

/// Returns where the key, or the list that contains it, was set.
fn find_origin(key: &str, loaded: &LoadedConfig) -> Option<Origin> {
    let mut key = key;
    loop {
        if let Some(origin) = loaded.origins.get(key) {
            return Some(origin.clone());
        }
        // Keys of tables have their own origins; a list of tables has only one.
        let (above, last) = key.rsplit_once('.')?;
        if !above.starts_with("rules") && last.parse::<usize>().is_err() {
            return None;
        }
        key = above;
    }
}
