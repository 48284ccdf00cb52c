//! The picker's keys from the configuration, and where in it they are wrong.

use std::collections::BTreeMap;

use crate::config::{self, Keymap, Loaded, Origin, Settings};
use crate::domain::{Error, Kind, Result};
use crate::ops::ctx::Ctx;
use crate::tui::{Keys, Misbound, Style};

/// The keys as the settings have them.
///
/// # Errors
/// [`Kind::Config`] with file and line when a command or a key is not known, or two commands want the same one.
pub(super) fn of(ctx: &Ctx) -> Result<Keys> {
    // Where a setting came from is looked up only when it is wrong.
    read(&ctx.settings).map_err(|wrong| match config::load(&ctx.env, &ctx.paths) {
        Ok(loaded) => said(&wrong, &loaded.origins),
        Err(_) => said(&wrong, &BTreeMap::new()),
    })
}

/// Whether the keys are right.
///
/// # Errors
/// As [`of`].
pub(super) fn check(loaded: &Loaded) -> Result<Keys> {
    read(&loaded.settings).map_err(|wrong| said(&wrong, &loaded.origins))
}

fn read(settings: &Settings) -> std::result::Result<Keys, Misbound> {
    let style = match settings.pick.keymap {
        Keymap::Emacs => Style::Emacs,
        Keymap::Vi => Style::Vi,
    };
    Keys::new(style, &settings.keys)
}

fn said(wrong: &Misbound, origins: &BTreeMap<String, Origin>) -> Error {
    let key = format!("keys.{}", wrong.command);
    let place = match origins.get(&key) {
        Some(Origin::File { path, line }) => format!("{}:{line}: ", path.display()),
        _ => String::new(),
    };
    Error::new(Kind::Config, format!("{place}{key}: {}", wrong.message)).hint(&wrong.hint)
}
