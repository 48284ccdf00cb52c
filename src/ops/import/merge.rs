//! Merges imported values into the user's configuration: existing values are kept, invalid ones are
//! reported.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use toml_edit::Value;

use crate::config::edit;
use crate::domain::{Error, ErrorKind, Result};

use super::{ImportValue, Mapped, Skipped};

/// The configuration with the values imported so far.
pub(super) struct MergedConfig {
    existing: toml::Table,
    origins: HashMap<Vec<String>, (String, String)>,
    /// Imported values, in order.
    pub(super) added: Vec<(Vec<String>, Value)>,
}

impl MergedConfig {
    /// # Errors
    /// [`ErrorKind::Config`] if the text is not TOML.
    pub(super) fn new(text: &str) -> Result<Self> {
        let there = toml::from_str(text)
            .map_err(|error| Error::new(ErrorKind::Config, error.message().to_owned()))?;
        Ok(Self { existing: there, origins: HashMap::new(), added: Vec::new() })
    }

    /// Adds the values that are new and valid. Returns how many values exist already.
    pub(super) fn merge(
        &mut self,
        file: &Path,
        values: Vec<ImportValue>,
        skipped: &mut Vec<Skipped>,
    ) -> (Vec<Mapped>, usize) {
        let (mut steps, mut same, fine) = (Vec::new(), 0, accepted_values(file, &values));
        for (at, ImportValue { from, key, value }) in values.into_iter().enumerate() {
            let (name, shown) = (edit::dotted_key(&key), value.to_string().trim().to_owned());
            if let Some(existing) = self.existing_value(&key) {
                if is_same_value(&existing, &shown) {
                    same += 1;
                } else {
                    skipped.push(Skipped {
                        name: from,
                        reason: format!("{name} is already {}", shorten(&existing)),
                    });
                }
                continue;
            }
            match self.origins.get(&key) {
                Some((_, value)) if *value == shown => same += 1,
                Some((other, _)) => skipped
                    .push(Skipped { name: from, reason: format!("{name} comes from {other}") }),
                None => match if fine.contains(&at) {
                    Ok(())
                } else {
                    check_values(file, &[(key.clone(), value.clone())])
                } {
                    Err(error) => skipped
                        .push(Skipped { name: from, reason: rejection_reason(&error, &name) }),
                    Ok(()) => {
                        self.origins.insert(key.clone(), (from.clone(), shown.clone()));
                        self.added.push((key, value));
                        steps.push(Mapped { from, key: name, value: shown });
                    }
                },
            }
        }
        (steps, same)
    }

    /// Returns the value of a key in the user's file.
    fn existing_value(&self, key: &[String]) -> Option<toml::Value> {
        let (first, rest) = key.split_first()?;
        rest.iter().try_fold(self.existing.get(first)?, |value, part| value.get(part)).cloned()
    }
}

/// Returns the indices of values that the configuration accepts, the first of each key. They are
/// tried together, and in halves if one of them is invalid: there may be tens of thousands.
fn accepted_values(file: &Path, values: &[ImportValue]) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let first: Vec<usize> = (0..values.len()).filter(|at| seen.insert(&values[*at].key)).collect();
    let (mut found, mut parts) = (HashSet::new(), vec![&first[..]]);
    while let Some(part) = parts.pop() {
        let pairs: Vec<_> =
            part.iter().map(|at| (values[*at].key.clone(), values[*at].value.clone())).collect();
        if check_values(file, &pairs).is_ok() {
            found.extend(part);
        } else if part.len() > 1 {
            let (skipped, right) = part.split_at(part.len() / 2);
            parts.extend([skipped, right]);
        }
    }
    found
}

/// Checks that the configuration may hold this value.
fn check_values(file: &Path, pairs: &[(Vec<String>, Value)]) -> Result<()> {
    edit::set_all("", file, pairs).map(drop)
}

/// Whether a value is the one that this TOML describes.
fn is_same_value(existing: &toml::Value, shown: &str) -> bool {
    toml::from_str::<toml::Table>(&format!("v = {shown}"))
        .is_ok_and(|table| table.get("v") == Some(existing))
}

fn shorten(value: &toml::Value) -> String {
    match value {
        toml::Value::Table(_) => "set".to_owned(),
        other => other.to_string(),
    }
}

/// Returns why the configuration rejects a value, without the line number, which the user's file
/// does not have.
fn rejection_reason(error: &Error, name: &str) -> String {
    let reason = error
        .message
        .rsplit_once(&format!("{name}: "))
        .map_or(error.message.as_str(), |(_, reason)| reason);
    format!("{name} does not take it: {reason}")
}
