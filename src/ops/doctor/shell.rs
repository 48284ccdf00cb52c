//! Whether the user's shell has the `role` function.

use super::{Facts, Finding};

pub(super) const NAME: &str = "shell";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let Some((hook, false)) = &facts.hook else { return Vec::new() };
    let file = facts.paths.abbreviate(&hook.file);
    let finding = Finding::advice(
        NAME,
        format!(
            "{} does not know `role`, which puts a role into the shell that you are in",
            hook.shell
        ),
    );
    let finding = finding.with_evidence(format!("{file} does not name `rolecall init`"));
    let finding = hook
        .setup_command
        .iter()
        .fold(finding, |finding, once| finding.with_step(format!("{once}, once")));
    vec![finding.with_step(format!("add to {file}: {}", hook.line))]
}
