//! What was odd about the files, and where each setting came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use crate::domain::nearest;

use super::layers::{self, ConfigLayer, ForbiddenKey};
use super::listing::quote_key;
use super::load::LoadedConfig;
use super::schema;
use super::settings::Settings;

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file; the last one that sets the key.
    File {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment, by its name.
    Environment(&'static str),
    /// The command line.
    Flag,
}

/// A key that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file it stands in.
    pub file: PathBuf,
    /// The line it stands on, from 1.
    pub line: usize,
    /// Its dotted path.
    pub key: String,
    /// The known key that it may have been meant to be.
    pub suggestion: Option<&'static str>,
    /// Known, but not to be set by a file that is not the person's own.
    pub is_forbidden: bool,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Warning { file, line, key, .. } = self;
        write!(f, "{}:{line}: ", file.display())?;
        match self.suggestion {
            _ if self.is_forbidden => {
                write!(f, "`{key}` may only stand in your own configuration file")
            }
            Some(nearest) => write!(f, "unknown key `{key}`, did you mean `{nearest}`?"),
            None => write!(f, "unknown key `{key}`"),
        }
    }
}
/// Goes over one file after the other and remembers what it saw.
#[derive(Debug, Default)]
pub(super) struct OriginCollector {
    warnings: Vec<Warning>,
    origins: BTreeMap<String, Origin>,
    /// How many rules have origins so far.
    rule_count: usize,
    /// Whether keys of account tables have origins too.
    with_accounts: bool,
}

impl OriginCollector {
    /// With or without the origins of account tables, of which there may be thousands.
    pub(super) fn new(accounts: bool) -> Self {
        Self { with_accounts: accounts, ..Self::default() }
    }

    /// The settings with what it saw.
    pub(super) fn into_config(self, settings: Settings, files: Vec<PathBuf>) -> LoadedConfig {
        LoadedConfig { settings, files, warnings: self.warnings, origins: self.origins }
    }

    /// Notes unknown keys and origins, and takes out what the file may not say.
    pub(super) fn examine(&mut self, layer: &ConfigLayer, table: &mut DeTable<'_>) {
        let warning = |key, offset, nearest, refused| Warning {
            file: layer.path.clone(),
            line: layer.line_at(offset),
            key,
            suggestion: nearest,
            is_forbidden: refused,
        };
        schema::for_each_unknown_key(table, &mut |key, offset, neighbours| {
            let last = key.rsplit('.').next().unwrap_or(&key);
            let nearest = nearest(last, neighbours.iter().copied(), 1).first().copied();
            let nearest =
                nearest.and_then(|name| neighbours.iter().copied().find(|known| *known == name));
            self.warnings.push(warning(key, offset, nearest, false));
        });
        if !layer.is_user_file {
            let mut refused = Vec::new();
            layers::remove_forbidden_keys(table, &mut refused);
            self.warnings.extend(
                refused
                    .into_iter()
                    .map(|ForbiddenKey { key, offset }| warning(key, offset, None, true)),
            );
        }
        self.collect_origins(layer, table, "", 0);
    }

    /// Notes the origins of a table's keys; `depth` says how many tables it stands in.
    fn collect_origins(
        &mut self,
        layer: &ConfigLayer,
        table: &DeTable<'_>,
        above: &str,
        depth: usize,
    ) {
        for (key, value) in table {
            let path = format!("{above}{}", quote_key(key.get_ref()));
            let origin =
                Origin::File { path: layer.path.clone(), line: layer.line_at(key.span().start) };
            self.origins.insert(path.clone(), origin);
            match value.get_ref() {
                // `instances.NAME.accounts`
                DeValue::Table(_)
                    if depth == 2 && key.get_ref() == "accounts" && !self.with_accounts => {}
                DeValue::Table(inner) => {
                    self.collect_origins(layer, inner, &format!("{path}."), depth + 1)
                }
                DeValue::Array(items) => {
                    // The rules of several files follow each other.
                    let before = if path == "rules" { self.rule_count } else { 0 };
                    let tables = items.iter().filter_map(|item| item.get_ref().as_table());
                    let count = tables
                        .enumerate()
                        .map(|(at, inner)| {
                            self.collect_origins(
                                layer,
                                inner,
                                &format!("{path}.{}.", before + at),
                                depth + 1,
                            )
                        })
                        .count();
                    self.rule_count += if path == "rules" { count } else { 0 };
                }
                _ => {}
            }
        }
    }
}
