//! Do locks in the state directory work? Without them every process refreshes the same token.

use super::{Finding, Scene};

pub(super) const NAME: &str = "locks";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    let dir = scene.paths.abbreviate(&scene.paths.state_dir);
    let elsewhere = "set XDG_STATE_HOME, or ROLECALL_HOME, to a directory on a local disk";
    match &scene.locks {
        None | Some(Ok(true)) => Vec::new(),
        Some(Ok(false)) => {
            let finding = Finding::wrong(
                NAME,
                format!(
                    "locks in {dir} shut nobody out: several programs at once would spend one refresh token twice"
                ),
            );
            vec![finding.seen("the same lock was given twice").fix(elsewhere)]
        }
        Some(Err(error)) => vec![Finding::of(NAME, error).fix(elsewhere)],
    }
}
