//! Wishes laid over what our configuration says: what is there stays, what is refused is told.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use toml_edit::Value;

use crate::config::edit;
use crate::domain::{Error, ErrorKind, Result};

use super::{Left, Step, Wish};

/// Our configuration with what moved in so far.
pub(super) struct Layer {
    there: toml::Table,
    taken: HashMap<Vec<String>, (String, String)>,
    /// What moves in, in order.
    pub(super) added: Vec<(Vec<String>, Value)>,
}

impl Layer {
    /// # Errors
    /// [`Kind::Config`] when the text is no TOML.
    pub(super) fn new(text: &str) -> Result<Self> {
        let there = toml::from_str(text)
            .map_err(|error| Error::new(ErrorKind::Config, error.message().to_owned()))?;
        Ok(Self { there, taken: HashMap::new(), added: Vec::new() })
    }

    /// Takes in what is new and may stand there; how many values are there already.
    pub(super) fn lay(
        &mut self,
        file: &Path,
        wishes: Vec<Wish>,
        left: &mut Vec<Left>,
    ) -> (Vec<Step>, usize) {
        let (mut steps, mut same, fine) = (Vec::new(), 0, fine(file, &wishes));
        for (at, Wish { from, key, value }) in wishes.into_iter().enumerate() {
            let (name, shown) = (edit::dotted_key(&key), value.to_string().trim().to_owned());
            if let Some(ours) = self.ours(&key) {
                if is(&ours, &shown) {
                    same += 1;
                } else {
                    left.push(Left {
                        what: from,
                        why: format!("{name} is {} already", brief(&ours)),
                    });
                }
                continue;
            }
            match self.taken.get(&key) {
                Some((_, value)) if *value == shown => same += 1,
                Some((other, _)) => {
                    left.push(Left { what: from, why: format!("{name} comes from {other}") })
                }
                None => match if fine.contains(&at) {
                    Ok(())
                } else {
                    may_stand(file, &[(key.clone(), value.clone())])
                } {
                    Err(error) => left.push(Left { what: from, why: reason(&error, &name) }),
                    Ok(()) => {
                        self.taken.insert(key.clone(), (from.clone(), shown.clone()));
                        self.added.push((key, value));
                        steps.push(Step { from, key: name, value: shown });
                    }
                },
            }
        }
        (steps, same)
    }

    /// What our file says under a key.
    fn ours(&self, key: &[String]) -> Option<toml::Value> {
        let (first, rest) = key.split_first()?;
        rest.iter().try_fold(self.there.get(first)?, |value, part| value.get(part)).cloned()
    }
}

/// Places of wishes that the configuration would take, the first of each key. They are tried
/// together, and by halves where one of them is wrong: there may be tens of thousands.
fn fine(file: &Path, wishes: &[Wish]) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let first: Vec<usize> = (0..wishes.len()).filter(|at| seen.insert(&wishes[*at].key)).collect();
    let (mut found, mut parts) = (HashSet::new(), vec![&first[..]]);
    while let Some(part) = parts.pop() {
        let pairs: Vec<_> =
            part.iter().map(|at| (wishes[*at].key.clone(), wishes[*at].value.clone())).collect();
        if may_stand(file, &pairs).is_ok() {
            found.extend(part);
        } else if part.len() > 1 {
            let (left, right) = part.split_at(part.len() / 2);
            parts.extend([left, right]);
        }
    }
    found
}

/// Nothing when a configuration may say this.
fn may_stand(file: &Path, pairs: &[(Vec<String>, Value)]) -> Result<()> {
    edit::set_all("", file, pairs).map(drop)
}

/// Whether a value is the one that this TOML means.
fn is(ours: &toml::Value, shown: &str) -> bool {
    toml::from_str::<toml::Table>(&format!("v = {shown}"))
        .is_ok_and(|table| table.get("v") == Some(ours))
}

fn brief(value: &toml::Value) -> String {
    match value {
        toml::Value::Table(_) => "set".to_owned(),
        other => other.to_string(),
    }
}

/// Why the configuration does not take a value, without the place that it never had.
fn reason(error: &Error, name: &str) -> String {
    let why = error
        .message
        .rsplit_once(&format!("{name}: "))
        .map_or(error.message.as_str(), |(_, why)| why);
    format!("{name} does not take it: {why}")
}
