//! The configuration files in ascending order of precedence, and how they are merged.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::{BYTE_ORDER_MARK, Error, ErrorKind, Result};
use crate::os::atomic_file;

use super::paths::Paths;

/// A configuration file.
#[derive(Debug)]
pub(super) struct ConfigLayer {
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// Whether it is the user's own. Other files may not name programs or weaken `confirm`.
    pub(super) is_user_file: bool,
    /// Offsets of line ends, computed on first use.
    line_ends: OnceCell<Vec<usize>>,
}

impl ConfigLayer {
    pub(super) fn new(path: PathBuf, text: String, is_user_file: bool) -> Self {
        Self { path, text, is_user_file, line_ends: OnceCell::new() }
    }
}

/// A key that only the user's own file may set.
pub(super) struct ForbiddenKey {
    /// Its dotted path.
    pub(super) key: String,
    pub(super) offset: usize,
}

/// Keys that only the user's own file may set, because they name programs or further files.
const USER_ONLY_KEYS: &[&str] =
    &["browser", "auth_browser", "url_exec_command", "config_profiles_binary", "include"];

/// Loads the system file, included files and the user's file, in ascending order of precedence.
/// Also returns the paths of all files, including missing ones.
pub(super) fn load(paths: &Paths) -> Result<(Vec<ConfigLayer>, Vec<PathBuf>)> {
    let (mut layers, mut files) = (Vec::new(), Vec::new());
    if let Some(system) = &paths.system_config {
        files.push(system.clone());
        layers.extend(load_layer(system, false)?);
    }
    files.push(paths.config_file.clone());
    let Some(own) = load_layer(&paths.config_file, true)? else {
        return paths.missing_config_error().map_or(Ok((layers, files)), Err);
    };
    for included in included_paths(&own, paths)? {
        let in_file = |error: Error| error.context(format_args!("{}: include", own.path.display()));
        let layer = load_layer(&included, false).map_err(in_file)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Config,
                format!("{}: include: {} does not exist", own.path.display(), included.display()),
            )
            .hint(format!("create it, or remove it from `include` in {}", own.path.display()))
        })?;
        files.push(included);
        layers.push(layer);
    }
    layers.push(own);
    Ok((layers, files))
}

fn load_layer(path: &Path, is_user_file: bool) -> Result<Option<ConfigLayer>> {
    let Some(bytes) = atomic_file::load(path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::new(ErrorKind::Config, format!("{}:{line}: not UTF-8", path.display()))
            .with_source(error.utf8_error())
    })?;
    // Replace a byte order mark by blanks, so that offsets are those in the file.
    let text = if text.starts_with(BYTE_ORDER_MARK) {
        text.replacen(BYTE_ORDER_MARK, "   ", 1)
    } else {
        text
    };
    Ok(Some(ConfigLayer::new(path.to_owned(), text, is_user_file)))
}

/// Returns the files that a file includes. Paths are relative to its directory; `~/` is the home
/// directory.
fn included_paths(layer: &ConfigLayer, paths: &Paths) -> Result<Vec<PathBuf>> {
    // Avoid parsing a large file twice if it can't contain the key, not even in escaped form.
    if !layer.text.contains("include") && !layer.text.contains('\\') {
        return Ok(Vec::new());
    }
    let table = layer.parse()?;
    let Some(list) = table.get("include").and_then(|value| value.get_ref().as_array()) else {
        return Ok(Vec::new());
    };
    let directory = layer.path.parent().unwrap_or(Path::new(""));
    let resolve = |text: &str| match (text.strip_prefix("~/"), &paths.home) {
        (Some(rest), Some(home)) => Ok(home.join(rest)),
        (Some(_), None) => Err(Error::new(
            ErrorKind::Config,
            format!("{}: include: `{text}`: this user has no home directory", layer.path.display()),
        )
        .hint("set HOME, or write the absolute path")),
        (None, _) => Ok(directory.join(text)),
    };
    list.iter().filter_map(|item| item.get_ref().as_str()).map(resolve).collect()
}

impl ConfigLayer {
    /// Parses the file into a table that keeps positions.
    pub(super) fn parse(&self) -> Result<DeTable<'_>> {
        match DeTable::parse(&self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(error) => {
                let line = error.span().map_or(1, |span| self.line_at(span.start));
                let message = error.message().replace('\n', ", ");
                let message = format!("{}:{line}: {message}", self.path.display());
                Err(Error::new(ErrorKind::Config, message).with_source(error))
            }
        }
    }

    /// Returns the 1-based line of an offset. Line ends are computed once, since every key is
    /// looked up.
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

/// Removes the keys that only the user's own file may set, and appends them to `removed`.
pub(super) fn remove_forbidden_keys(table: &mut DeTable<'_>, removed: &mut Vec<ForbiddenKey>) {
    remove_keys(table, "", removed);
    for (name, instance) in subtables(table, "instances") {
        remove_keys(instance, &format!("instances.{name}."), removed);
    }
    let Some(DeValue::Array(rules)) = table.get_mut("rules").map(Spanned::get_mut) else { return };
    for rule in rules.iter_mut() {
        let DeValue::Table(rule) = rule.get_mut() else { continue };
        remove_keys(rule, "rules.", removed);
        let weakens =
            rule.get("confirm").is_some_and(|confirm| confirm.get_ref().as_bool() == Some(false));
        if weakens && let Some((key, _)) = rule.remove_entry("confirm") {
            removed.push(ForbiddenKey {
                key: "rules.confirm = false".to_owned(),
                offset: key.span().start,
            });
        }
    }
}

fn remove_keys(table: &mut DeTable<'_>, prefix: &str, removed: &mut Vec<ForbiddenKey>) {
    for forbidden in USER_ONLY_KEYS {
        if let Some((key, _)) = table.remove_entry(*forbidden) {
            removed.push(ForbiddenKey {
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

/// Merges a table into another: tables are merged, `rules` are concatenated, other values are
/// replaced.
pub(super) fn merge<'i>(below: &mut DeTable<'i>, above: DeTable<'i>) {
    for (key, value) in above {
        let is_rules = key.get_ref() == "rules";
        match (below.get_mut(&key).map(Spanned::get_mut), value) {
            (Some(DeValue::Table(old)), value) if value.get_ref().is_table() => {
                if let DeValue::Table(new) = value.into_inner() {
                    merge(old, new);
                }
            }
            (Some(DeValue::Array(old)), value) if is_rules && value.get_ref().is_array() => {
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
