//! Whether AWS programs read the sign-in settings of the AWS files as intended.

use std::path::Path;

use crate::awsconfig::sso_lint::{SsoProblem, SsoProblemKind};

use super::{Facts, Finding, Fix};

pub(super) const NAME: &str = "SSO settings";

/// A finding names at most so many lines.
const MAX_LINES: usize = 8;

/// What the problems of a finding have in common.
#[derive(PartialEq, Eq)]
struct Group<'a> {
    file: &'a Path,
    kind: SsoProblemKind,
    /// The key that they are about, else their message.
    subject: &'a str,
    is_fixable: bool,
}

impl<'a> Group<'a> {
    fn of(file: &'a Path, problem: &'a SsoProblem) -> Self {
        let key = problem.message.split('`').nth(1);
        Self {
            file,
            kind: problem.kind,
            subject: key.unwrap_or(&problem.message),
            is_fixable: problem.is_fixable(),
        }
    }
}

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut groups: Vec<(Group<'_>, Vec<&SsoProblem>)> = Vec::new();
    for (path, problems) in &facts.sso_problems {
        for problem in problems {
            let group = Group::of(path, problem);
            match groups.iter_mut().find(|(known, _)| *known == group) {
                Some((_, problems)) => problems.push(problem),
                None => groups.push((group, vec![problem])),
            }
        }
    }
    groups.into_iter().filter_map(|(group, problems)| finding(facts, &group, &problems)).collect()
}

/// The first problem of a group, and the lines of the others.
fn finding(facts: &Facts, group: &Group<'_>, problems: &[&SsoProblem]) -> Option<Finding> {
    let (first, others) = problems.split_first()?;
    let file = facts.paths.abbreviate(group.file);
    let mut lines: Vec<usize> =
        others.iter().map(|problem| problem.line).filter(|line| *line != first.line).collect();
    lines.dedup();
    let numbers: Vec<String> = lines.iter().take(MAX_LINES).map(ToString::to_string).collect();
    let more = match (numbers.len(), lines.len()) {
        (0, _) => String::new(),
        (shown, all) if shown < all => {
            format!(", also on lines {}, … ({all} more)", numbers.join(", "))
        }
        (1, _) => format!(", also on line {}", numbers.join(", ")),
        _ => format!(", also on lines {}", numbers.join(", ")),
    };
    let finding = Finding::problem(NAME, first.to_string())
        .with_evidence(format!("line {} of {file}{more}", first.line))
        .with_step(&first.advice);
    Some(if group.is_fixable {
        let (path, code) = (group.file.to_owned(), group.kind);
        finding.with_auto_fix(Fix::CorrectAwsConfig { path, code })
    } else {
        finding
    })
}
