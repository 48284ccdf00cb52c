//! Whether the program's files can be written.

use super::{Facts, Finding, UnwritableDir};

pub(super) const NAME: &str = "directories";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    // If the home directory can't be written, neither can the others, for the same reason.
    facts
        .unwritable_dirs
        .chunk_by(|one, other| one.error.message == other.error.message)
        .map(finding)
        .collect()
}

fn finding(closed: &[UnwritableDir]) -> Finding {
    let contents: Vec<&str> = closed.iter().map(|closed| closed.contents).collect();
    let variables = match closed {
        [only] => format!("{} or ROLECALL_HOME", only.variable),
        _ => "ROLECALL_HOME".to_owned(),
    };
    let finding = closed.iter().take(1).fold(
        Finding::problem(NAME, format!("{} can't be stored", contents.join(", "))),
        |finding, closed| finding.with_evidence(&closed.error.message),
    );
    finding.with_step(format!(
        "change its owner to your user, or set {variables} to a directory of your own"
    ))
}
