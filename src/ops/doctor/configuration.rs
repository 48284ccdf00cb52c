//! Whether the configuration file is valid, and every key in it known.

use super::{Facts, Finding};

pub(super) const NAME: &str = "configuration";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let edit = "rolecall settings edit";
    match &facts.configuration {
        Err(error) => vec![Finding::from_error(NAME, error).with_step(edit)],
        Ok(unknown) => {
            unknown.iter().map(|message| Finding::problem(NAME, message).with_step(edit)).collect()
        }
    }
}
