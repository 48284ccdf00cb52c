//! Whether AWS programs can read the AWS files: one malformed line, and they ignore every profile.

use crate::awsconfig::lint::{AffectedPrograms, SyntaxProblem};
use crate::domain::plural;

use super::{Facts, Finding};

pub(super) const NAME: &str = "AWS files";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, complaints) in &facts.syntax_errors {
        let file = facts.paths.abbreviate(path);
        for programs in
            [AffectedPrograms::All, AffectedPrograms::Python, AffectedPrograms::NonPython]
        {
            let problems: Vec<&SyntaxProblem> =
                complaints.iter().filter(|complaint| complaint.affects == programs).collect();
            findings.extend(finding(&file, programs, &problems));
        }
    }
    findings
}

/// One finding per file and kind of program, with the first line and the numbers of the others.
fn finding(
    file: &str,
    programs: AffectedPrograms,
    complaints: &[&SyntaxProblem],
) -> Option<Finding> {
    const MAX_LINES: usize = 8;
    let (first, more) = complaints.split_first()?;
    let message =
        format!("{} can't read {file}, and find no profile in it", programs.description());
    let finding = if programs == AffectedPrograms::NonPython {
        Finding::advice(NAME, message)
    } else {
        Finding::problem(NAME, message)
    };
    let mut seen = format!("line {}: {}", first.line, first.message);
    if !more.is_empty() {
        let numbers: Vec<String> =
            more.iter().take(MAX_LINES).map(|complaint| complaint.line.to_string()).collect();
        let dots = if more.len() > MAX_LINES { ", …" } else { "" };
        let on_lines = plural(numbers.len(), "line");
        seen += &format!("; the same on {on_lines} {}{dots}", numbers.join(", "));
    }
    Some(finding.with_evidence(seen).with_step(format!(
        "correct line {} of {file} in an editor; rolecall itself reads the file as it is",
        first.line
    )))
}
