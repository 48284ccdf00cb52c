//! Whether locks in the state directory work. Without them every process refreshes the same token.

use super::{Facts, Finding};

pub(super) const NAME: &str = "locks";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let dir = facts.paths.abbreviate(&facts.paths.state_dir);
    let elsewhere = "set XDG_STATE_HOME, or ROLECALL_HOME, to a directory on a local disk";
    match &facts.locks {
        None | Some(Ok(true)) => Vec::new(),
        Some(Ok(false)) => {
            let finding = Finding::problem(
                NAME,
                format!(
                    "locks in {dir} are not exclusive: several programs at once would use one refresh token twice"
                ),
            );
            vec![finding.with_evidence("the same lock was given twice").with_step(elsewhere)]
        }
        Some(Err(error)) => vec![Finding::from_error(NAME, error).with_step(elsewhere)],
    }
}
