//! Warnings about the configuration files, and the origins of settings.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use crate::domain::nearest;

use super::layers::{self, ConfigLayer, ForbiddenKey};
use super::schema::{self, quote_key};

/// Where a setting was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file: the last one that sets the key.
    File {
        path: PathBuf,
        /// The 1-based line.
        line: usize,
    },
    /// In the environment variable of this name.
    Environment(&'static str),
    /// On the command line.
    Flag,
}

/// A key without effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub file: PathBuf,
    /// Its 1-based line.
    pub line: usize,
    /// Its dotted path.
    pub key: String,
    /// The known key that is most similar.
    pub suggestion: Option<&'static str>,
    /// Whether the key is known but may only be set in the user's own file.
    pub is_forbidden: bool,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Warning { file, line, key, .. } = self;
        write!(f, "{}:{line}: ", file.display())?;
        match self.suggestion {
            _ if self.is_forbidden => {
                write!(f, "`{key}` may only be set in your own configuration file")
            }
            Some(nearest) => write!(f, "unknown key `{key}`, did you mean `{nearest}`?"),
            None => write!(f, "unknown key `{key}`"),
        }
    }
}

/// Whether the origins of account tables are collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountOrigins {
    Collect,
    Skip,
}

/// Collects warnings and origins from one file after the other.
#[derive(Debug, Default)]
pub(super) struct OriginCollector {
    warnings: Vec<Warning>,
    origins: BTreeMap<String, Origin>,
    /// Number of rules in the files so far.
    rule_count: usize,
    /// Whether to collect origins of account tables.
    with_accounts: bool,
}

impl OriginCollector {
    /// Creates a collector. There may be thousands of account tables, so their origins are
    /// optional.
    pub(super) fn new(accounts: AccountOrigins) -> Self {
        Self { with_accounts: accounts == AccountOrigins::Collect, ..Self::default() }
    }

    /// Returns the collected warnings, and the origins by dotted key.
    pub(super) fn finish(self) -> (Vec<Warning>, BTreeMap<String, Origin>) {
        (self.warnings, self.origins)
    }

    /// Collects unknown keys and origins, and removes keys that the file may not set.
    pub(super) fn examine(&mut self, layer: &ConfigLayer, table: &mut DeTable<'_>) {
        let warning = |key, offset, suggestion, is_forbidden| Warning {
            file: layer.path.clone(),
            line: layer.line_at(offset),
            key,
            suggestion,
            is_forbidden,
        };
        schema::for_each_unknown_key(table, &mut |key, offset, neighbours| {
            let last = key.rsplit('.').next().unwrap_or(&key);
            let nearest = nearest(last, neighbours.iter().copied(), 1).first().copied();
            let nearest =
                nearest.and_then(|name| neighbours.iter().copied().find(|known| *known == name));
            self.warnings.push(warning(key, offset, nearest, false));
        });
        if !layer.is_user_file {
            let mut forbidden = Vec::new();
            layers::remove_forbidden_keys(table, &mut forbidden);
            self.warnings.extend(
                forbidden
                    .into_iter()
                    .map(|ForbiddenKey { key, offset }| warning(key, offset, None, true)),
            );
        }
        self.collect_origins(layer, table, "", 0);
    }

    /// Collects the origins of the keys in a table that is nested in `depth` other tables.
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
                    // The rules of all files are concatenated.
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
