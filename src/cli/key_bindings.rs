//! The picker's key bindings from the configuration, and the place of wrong ones.

use std::collections::BTreeMap;

use crate::config::{self, Env, ListedSetting, LoadedConfig, Origin, Paths, Settings};
use crate::domain::{Error, ErrorKind, Result};
use crate::ops::roles::snapshot::PickSettings;
use crate::tui::{self, BindingError, KeyBindings};

/// Returns the key bindings of the settings.
///
/// # Errors
/// [`ErrorKind::Config`] with file and line if a command or key is unknown, or two commands share a
/// key.
pub(super) fn from_settings(
    settings: &PickSettings,
    env: &Env,
    paths: &Paths,
) -> Result<KeyBindings> {
    // The origin of a setting is looked up only if it is wrong.
    KeyBindings::new(settings.pick.keymap, &settings.keys).map_err(|wrong| {
        match config::load(env, paths) {
            Ok(loaded) => binding_error(&wrong, &loaded.origins),
            Err(_) => binding_error(&wrong, &BTreeMap::new()),
        }
    })
}

/// Checks the key bindings.
///
/// # Errors
/// As [`from_settings`].
pub(super) fn check(loaded: &LoadedConfig) -> Result<KeyBindings> {
    KeyBindings::new(loaded.settings.pick.keymap, &loaded.settings.keys)
        .map_err(|wrong| binding_error(&wrong, &loaded.origins))
}

/// Returns the default keys of the commands that are not configured, as settings.
pub(super) fn default_keys(settings: &Settings) -> Vec<ListedSetting> {
    let list =
        |names: Vec<&str>| toml::Value::Array(names.into_iter().map(toml::Value::from).collect());
    let shown = |name: &str, names| ListedSetting {
        key: format!("keys.{name}"),
        value: Some(list(names)),
        origin: None,
    };
    let rest = tui::default_bindings(settings.pick.keymap)
        .filter(|(name, ..)| !settings.keys.contains_key(*name));
    rest.map(|(name, _, names)| shown(name, names)).collect()
}

fn binding_error(wrong: &BindingError, origins: &BTreeMap<String, Origin>) -> Error {
    let key = format!("keys.{}", wrong.command);
    let place = match origins.get(&key) {
        Some(Origin::File { path, line }) => format!("{}:{line}: ", path.display()),
        _ => String::new(),
    };
    Error::new(ErrorKind::Config, format!("{place}{key}: {}", wrong.message)).hint(&wrong.hint)
}
