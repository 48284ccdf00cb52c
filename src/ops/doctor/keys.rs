//! Whether the picker accepts the keys in the configuration, and which default keys they replace.

use super::{Facts, Finding};

pub(super) const NAME: &str = "keys";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let edit = "rolecall settings edit";
    match &facts.key_bindings {
        Err(error) => vec![
            Finding::from_error(NAME, error)
                .with_evidence("the picker does not open with it")
                .with_step(edit),
        ],
        Ok(displaced) => displaced
            .iter()
            .map(|note| {
                Finding::advice(NAME, note)
                    .with_evidence("a key in [keys] belongs to another command by default")
                    .with_step(format!("give the other command a list of its own: {edit}"))
            })
            .collect(),
    }
}
