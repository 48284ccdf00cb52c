//! Is the configuration file right, and every key in it known?

use super::{Finding, Scene};

pub(super) const NAME: &str = "configuration";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    let edit = "rolecall settings edit";
    match &scene.configuration {
        Err(error) => vec![Finding::of(NAME, error).fix(edit)],
        Ok(unknown) => unknown.iter().map(|said| Finding::wrong(NAME, said).fix(edit)).collect(),
    }
}
