//! The files of the configuration, least important first, and how they are laid over each other.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::{Error, ErrorKind, Result};
use crate::os::atomic_file;

use super::paths::Paths;

/// One file, read.
#[derive(Debug)]
pub(super) struct ConfigLayer {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) text: String,
    /// Whether it is the person's own: others may not name programs nor weaken `confirm`.
    pub(super) is_user_file: bool,
    /// Where its lines end, once somebody asked.
    line_ends: OnceCell<Vec<usize>>,
}

impl ConfigLayer {
    /// What a file says.
    pub(super) fn new(path: PathBuf, text: String, own: bool) -> Self {
        Self { path, text, is_user_file: own, line_ends: OnceCell::new() }
    }
}

/// A key that a file of somebody else's may not set.
pub(super) struct ForbiddenKey {
    /// Its dotted path.
    pub(super) key: String,
    /// Where in the text it stands.
    pub(super) offset: usize,
}

/// Keys that only the person may set: they name programs to run, or more files.
const USER_ONLY_KEYS: &[&str] =
    &["browser", "auth_browser", "url_exec_command", "config_profiles_binary", "include"];

/// Reads the machine's file, what the files include, and the person's, in the order in which they
/// are laid over each other. The second value has every path that was looked at, missing ones too.
pub(super) fn load(paths: &Paths) -> Result<(Vec<ConfigLayer>, Vec<PathBuf>)> {
    let (mut layers, mut looked_at) = (Vec::new(), Vec::new());
    if let Some(system) = &paths.system_config {
        looked_at.push(system.clone());
        layers.extend(load_layer(system, false)?);
    }
    looked_at.push(paths.config_file.clone());
    let Some(own) = load_layer(&paths.config_file, true)? else {
        return paths.missing_config_error().map_or(Ok((layers, looked_at)), Err);
    };
    for included in included_paths(&own, paths)? {
        let in_file = |error: Error| error.context(format_args!("{}: include", own.path.display()));
        let layer = load_layer(&included, false).map_err(in_file)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Config,
                format!("{}: include: {} does not exist", own.path.display(), included.display()),
            )
            .hint(format!("create it, or take it out of `include` in {}", own.path.display()))
        })?;
        looked_at.push(included);
        layers.push(layer);
    }
    layers.push(own);
    Ok((layers, looked_at))
}

fn load_layer(path: &Path, own: bool) -> Result<Option<ConfigLayer>> {
    let Some(bytes) = atomic_file::load(path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::new(ErrorKind::Config, format!("{}:{line}: not UTF-8", path.display()))
    })?;
    // A byte order mark becomes a blank, so that offsets stay what they are in the file.
    let text =
        if text.starts_with('\u{feff}') { text.replacen('\u{feff}', "   ", 1) } else { text };
    Ok(Some(ConfigLayer::new(path.to_owned(), text, own)))
}

/// The files that a file includes: relative to its directory, `~/` is the home directory.
fn included_paths(layer: &ConfigLayer, paths: &Paths) -> Result<Vec<PathBuf>> {
    // A long file is read once, unless it may have to be read before others.
    if !layer.text.contains("include") && !layer.text.contains('\\') {
        return Ok(Vec::new());
    }
    let table = layer.parse()?;
    let Some(list) = table.get("include").and_then(|value| value.get_ref().as_array()) else {
        return Ok(Vec::new());
    };
    let directory = layer.path.parent().unwrap_or(Path::new(""));
    let place = |text: &str| match (text.strip_prefix("~/"), &paths.home) {
        (Some(rest), Some(home)) => Ok(home.join(rest)),
        (Some(_), None) => Err(Error::new(
            ErrorKind::Config,
            format!("{}: include: `{text}`: this user has no home directory", layer.path.display()),
        )
        .hint("set HOME, or write the whole path")),
        (None, _) => Ok(directory.join(text)),
    };
    list.iter().filter_map(|item| item.get_ref().as_str()).map(place).collect()
}

impl ConfigLayer {
    /// The file as a table whose parts know where they stand.
    pub(super) fn parse(&self) -> Result<DeTable<'_>> {
        match DeTable::parse(&self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(error) => {
                let line = error.span().map_or(1, |span| self.line_at(span.start));
                Err(Error::new(
                    ErrorKind::Config,
                    format!(
                        "{}:{line}: {}",
                        self.path.display(),
                        error.message().replace('\n', ", ")
                    ),
                ))
            }
        }
    }

    /// The line, from 1, of an offset. Every key of the file asks, so the line ends are counted
    /// once.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let ends = self.line_ends.get_or_init(|| {
            self.text
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at)
                .collect()
        });
        ends.partition_point(|end| *end < offset) + 1
    }
}

/// Takes out what a file that is not the person's own may not say.
pub(super) fn remove_forbidden_keys(table: &mut DeTable<'_>, refused: &mut Vec<ForbiddenKey>) {
    remove_keys(table, "", refused);
    for (name, instance) in subtables(table, "instances") {
        remove_keys(instance, &format!("instances.{name}."), refused);
    }
    let Some(DeValue::Array(rules)) = table.get_mut("rules").map(Spanned::get_mut) else { return };
    for rule in rules.iter_mut() {
        let DeValue::Table(rule) = rule.get_mut() else { continue };
        remove_keys(rule, "rules.", refused);
        let weakens =
            rule.get("confirm").is_some_and(|confirm| confirm.get_ref().as_bool() == Some(false));
        if weakens && let Some((key, _)) = rule.remove_entry("confirm") {
            refused.push(ForbiddenKey {
                key: "rules.confirm = false".to_owned(),
                offset: key.span().start,
            });
        }
    }
}

fn remove_keys(table: &mut DeTable<'_>, prefix: &str, refused: &mut Vec<ForbiddenKey>) {
    for forbidden in USER_ONLY_KEYS {
        if let Some((key, _)) = table.remove_entry(*forbidden) {
            refused.push(ForbiddenKey {
                key: format!("{prefix}{forbidden}"),
                offset: key.span().start,
            });
        }
    }
}

fn subtables<'t, 'i>(
    table: &'t mut DeTable<'i>,
    key: &str,
) -> impl Iterator<Item = (String, &'t mut DeTable<'i>)> {
    let inner = match table.get_mut(key).map(Spanned::get_mut) {
        Some(DeValue::Table(inner)) => Some(inner),
        _ => None,
    };
    inner.into_iter().flat_map(|inner| inner.iter_mut()).filter_map(|(name, value)| {
        match value.get_mut() {
            DeValue::Table(table) => Some((name.get_ref().to_string(), table)),
            _ => None,
        }
    })
}

/// Lays a table over another: tables join, the lists of `rules` follow each other, all else is
/// replaced.
pub(super) fn merge<'i>(below: &mut DeTable<'i>, above: DeTable<'i>) {
    for (key, value) in above {
        let rules = key.get_ref() == "rules";
        match (below.get_mut(&key).map(Spanned::get_mut), value) {
            (Some(DeValue::Table(old)), value) if value.get_ref().is_table() => {
                if let DeValue::Table(new) = value.into_inner() {
                    merge(old, new);
                }
            }
            (Some(DeValue::Array(old)), value) if rules && value.get_ref().is_array() => {
                if let DeValue::Array(new) = value.into_inner() {
                    new.into_iter().for_each(|rule| old.push(rule));
                }
            }
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}
