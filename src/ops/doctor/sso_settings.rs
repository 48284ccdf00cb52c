//! Whether AWS programs read the sign-in settings of the AWS files as intended.

use std::path::Path;

use crate::awsconfig::sso_lint::{SsoProblem, SsoProblemKind};

use super::{Facts, Finding, Fix};

pub(super) const NAME: &str = "SSO settings";

/// A finding names at most so many lines.
const MAX_LINES: usize = 8;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut groups: Vec<(&Path, SsoProblemKind, bool, Vec<&SsoProblem>)> = Vec::new();
    for (path, problems) in &facts.sso_problems {
        for problem in problems {
            let same = |(file, code, fixable, _): &&mut (
                &Path,
                SsoProblemKind,
                bool,
                Vec<&SsoProblem>,
            )| {
                *file == path && *code == problem.kind && *fixable == problem.is_fixable()
            };
            match groups.iter_mut().find(same) {
                Some((.., group)) => group.push(problem),
                None => groups.push((path, problem.kind, problem.is_fixable(), vec![problem])),
            }
        }
    }
    groups
        .into_iter()
        .filter_map(|(path, code, fixable, group)| finding(facts, path, code, fixable, &group))
        .collect()
}

/// The first problem of a group, and the lines of the others.
fn finding(
    facts: &Facts,
    path: &Path,
    code: SsoProblemKind,
    fixable: bool,
    group: &[&SsoProblem],
) -> Option<Finding> {
    let (first, others) = group.split_first()?;
    let file = facts.paths.abbreviate(path);
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
    Some(if fixable {
        finding.with_auto_fix(Fix::CorrectAwsConfig { path: path.to_owned(), code })
    } else {
        finding
    })
}
