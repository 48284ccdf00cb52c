//! Whether the user's shell has the `role` function, and whether it calls this program.

use super::{Facts, Finding};

pub(super) const NAME: &str = "shell";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    match &facts.hook {
        None => Vec::new(),
        Some((_, false)) => missing_hook(facts).into_iter().collect(),
        Some((_, true)) => wrong_program(facts).into_iter().collect(),
    }
}

/// The hook's line calls `rolecall` by its name, when the shell starts and on each use.
fn wrong_program(facts: &Facts) -> Option<Finding> {
    let (hook, _) = facts.hook.as_ref()?;
    let program = &facts.program;
    let own = program.own.as_ref()?;
    let own_name = facts.paths.abbreviate(own);
    let folder = own.parent().map(|folder| facts.paths.abbreviate(folder)).unwrap_or_default();
    let file = facts.paths.abbreviate(&hook.file);
    match &program.in_path {
        _ if program.is_same || !program.is_called_by_name => None,
        None => Some(
            Finding::problem(NAME, format!("{file} runs `rolecall`, which is not in PATH"))
                .with_evidence(format!("this program is {own_name}"))
                .with_step(format!("add {folder} to PATH in {file}, above the hook")),
        ),
        Some(other) => Some(
            Finding::advice(NAME, format!("the hook in {file} runs another program than this one"))
                .with_evidence(format!(
                    "PATH has {} first; this program is {own_name}",
                    facts.paths.abbreviate(other)
                ))
                .with_step(format!("put {folder} first in PATH, or remove the other program")),
        ),
    }
}

fn missing_hook(facts: &Facts) -> Option<Finding> {
    let (hook, _) = facts.hook.as_ref()?;
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
    Some(finding.with_step(format!("add to {file}: {}", hook.line)))
}
