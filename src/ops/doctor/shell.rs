//! Whether the user's shell has the `role` function, and whether it calls this program.

use crate::awsconfig::render::command_line;

use super::{Facts, Finding, HookProgram, ProgramState};

pub(super) const NAME: &str = "shell";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    match &facts.hook {
        None => Vec::new(),
        Some((_, false)) => missing_hook(facts).into_iter().collect(),
        Some((_, true)) => wrong_program(facts).into_iter().chain(wrong_paths(facts)).collect(),
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
            Finding::advice(NAME, format!("the hook in {file} does not run this program"))
                .with_evidence(format!(
                    "PATH has {} first; this program is {own_name}",
                    facts.paths.abbreviate(other)
                ))
                .with_step(format!("put {folder} first in PATH, or remove the other program")),
        ),
    }
}

/// Programs that the hook calls by a path.
fn wrong_paths(facts: &Facts) -> Vec<Finding> {
    facts.program.called_by_path.iter().filter_map(|called| wrong_path(facts, called)).collect()
}

fn wrong_path(facts: &Facts, called: &HookProgram) -> Option<Finding> {
    let (hook, _) = facts.hook.as_ref()?;
    let file = facts.paths.abbreviate(&called.file);
    let program = facts.paths.abbreviate(&called.program);
    let (finding, verb) = match &called.state {
        ProgramState::Usable => return None,
        ProgramState::Missing => {
            let message = format!("the hook in {file} runs {program}, which does not exist");
            (Finding::problem(NAME, message), "")
        }
        ProgramState::NotExecutable => {
            let message = format!("the hook in {file} runs {program}, which can't be run");
            let step = format!("chmod +x {}", command_line([program.as_str()]));
            (Finding::problem(NAME, message).with_step(step), "or ")
        }
        ProgramState::OtherVersion(version) => {
            let message = format!("the hook in {file} does not run this version of the program");
            let evidence = format!("{program}: {}", versions(version, facts));
            (Finding::advice(NAME, message).with_evidence(evidence), "")
        }
    };
    // A shell that sources a file gets the path of the program that writes it.
    Some(match hook.setup_command {
        Some(command) => {
            finding.with_step(format!("{verb}run again: {}", own_line(facts, command)))
        }
        None => finding.with_step(format!(
            "{verb}replace that line of {file} with: {}",
            own_line(facts, hook.line)
        )),
    })
}

/// Returns a line of the hook with this program's path, unless PATH leads to this program.
fn own_line(facts: &Facts, line: &str) -> String {
    match &facts.program.own {
        Some(own) if !facts.program.is_same => {
            line.replacen("rolecall", &command_line([own.to_string_lossy().as_ref()]), 1)
        }
        _ => line.to_owned(),
    }
}

/// `version 0.1.0; this program, ~/bin/rolecall, is version 0.2.0`.
pub(super) fn versions(other: &str, facts: &Facts) -> String {
    let other = match other {
        "" => "it prints no version".to_owned(),
        other => format!("version {other}"),
    };
    let own = facts.program.own.as_ref().map(|own| format!(", {},", facts.paths.abbreviate(own)));
    let own = own.unwrap_or_default();
    format!("{other}; this program{own} is version {}", env!("CARGO_PKG_VERSION"))
}

fn missing_hook(facts: &Facts) -> Option<Finding> {
    let (hook, _) = facts.hook.as_ref()?;
    let file = facts.paths.abbreviate(&hook.file);
    let finding = Finding::advice(
        NAME,
        format!(
            "{} does not have `role`, which sets a role in the shell that you are in",
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
