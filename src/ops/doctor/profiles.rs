//! Whether the profiles that run a program get their credentials from it.

use std::collections::BTreeMap;

use crate::domain::plural;

use super::{Facts, Finding, ProcessProfile};

pub(super) const NAME: &str = "profiles";

/// A message names at most so many profiles.
const MAX_NAMES: usize = 3;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    shadowed_by_sso_keys(facts)
        .into_iter()
        .chain(shadowed_by_static_keys(facts))
        .chain(missing_programs(facts))
        .collect()
}

/// SDKs read `sso_` keys first and never run the program.
fn shadowed_by_sso_keys(facts: &Facts) -> Option<Finding> {
    let found: Vec<&ProcessProfile> =
        facts.profiles.iter().filter(|profile| !profile.sso_keys.is_empty()).collect();
    let first = found.first()?;
    let file = facts.paths.abbreviate(&facts.paths.aws_config);
    let message = format!(
        "credential_process is not used in {}: most SDKs take the sso_ keys beside it",
        list_names(&found)
    );
    let seen = format!("[profile {}] of {file} has {}", first.name, first.sso_keys.join(", "));
    let finding = Finding::problem(NAME, message).with_evidence(seen);
    Some(
        finding
            .with_step("rolecall setup import, which shows first what it changes")
            .with_step(format!("or take the sso_ lines of these profiles out of {file}")),
    )
}

/// Keys in the credentials file take precedence over the program of the same profile.
fn shadowed_by_static_keys(facts: &Facts) -> Option<Finding> {
    let found: Vec<&ProcessProfile> =
        facts.profiles.iter().filter(|profile| profile.has_static_keys).collect();
    let first = found.first()?;
    let file = facts.paths.abbreviate(&facts.paths.aws_credentials);
    let message = format!(
        "credential_process is not used in {}: {file} has keys under the same name",
        list_names(&found)
    );
    Some(
        Finding::problem(NAME, message)
            .with_step(format!("take [{}] out of {file}, or rename it", first.name)),
    )
}

/// A program that was moved or removed: one finding per path.
fn missing_programs(facts: &Facts) -> Vec<Finding> {
    let mut programs: BTreeMap<&str, Vec<&ProcessProfile>> = BTreeMap::new();
    for profile in facts.profiles.iter().filter(|profile| profile.missing) {
        programs.entry(&profile.program).or_default().push(profile);
    }
    let finding = |(program, found): (&str, Vec<&ProcessProfile>)| {
        let verb = if found.len() == 1 { "runs" } else { "run" };
        let finding = Finding::problem(
            NAME,
            format!("{program} does not exist, but {} {verb} it", list_names(&found)),
        );
        match found.iter().any(|profile| profile.is_managed) {
            true => finding.with_step("rolecall setup profiles"),
            false => finding.with_step(format!(
                "put the program back, or change credential_process in {}",
                facts.paths.abbreviate(&facts.paths.aws_config)
            )),
        }
    };
    programs.into_iter().map(finding).collect()
}

/// `profile a`, `profiles a, b, c and 12 more`.
fn list_names(found: &[&ProcessProfile]) -> String {
    let some: Vec<&str> =
        found.iter().take(MAX_NAMES).map(|profile| profile.name.as_str()).collect();
    let more = found.len().saturating_sub(MAX_NAMES);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} {}{tail}", plural(found.len(), "profile"), some.join(", "))
}
