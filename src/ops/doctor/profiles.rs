//! Whether the profiles that run a program get their credentials from it.

use std::collections::BTreeMap;

use crate::awsconfig::render::command_line;
use crate::domain::plural;

use super::shell::versions;
use super::{Facts, Finding, ProcessProfile, ProgramState};

pub(super) const NAME: &str = "profiles";

/// A message names at most so many profiles.
const MAX_NAMES: usize = 3;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    shadowed_by_sso_keys(facts)
        .into_iter()
        .chain(shadowed_by_static_keys(facts))
        .chain(wrong_programs(facts))
        .collect()
}

/// SDKs read `sso_` keys first and never run the program.
fn shadowed_by_sso_keys(facts: &Facts) -> Option<Finding> {
    let found: Vec<&ProcessProfile> =
        facts.profiles.iter().filter(|profile| !profile.sso_keys.is_empty()).collect();
    let first = found.first()?;
    let file = facts.paths.abbreviate(&facts.paths.aws_config);
    let message = format!(
        "credential_process is not used in {}: most SDKs use the sso_ keys beside it",
        list_names(&found)
    );
    let seen = format!("[profile {}] of {file} has {}", first.name, first.sso_keys.join(", "));
    let finding = Finding::problem(NAME, message).with_evidence(seen);
    Some(
        finding
            .with_step("rolecall setup import, which first shows what it would change")
            .with_step(format!("or remove the sso_ lines of these profiles from {file}")),
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
            .with_step(format!("remove [{}] from {file}, or rename it", first.name)),
    )
}

/// Programs that can't be run, or that are another version: one finding per program.
fn wrong_programs(facts: &Facts) -> Vec<Finding> {
    let mut programs: BTreeMap<&str, Vec<&ProcessProfile>> = BTreeMap::new();
    for profile in facts.profiles.iter().filter(|profile| profile.state != ProgramState::Usable) {
        programs.entry(&profile.program).or_default().push(profile);
    }
    programs
        .into_iter()
        .filter_map(|(program, found)| wrong_program(facts, program, &found))
        .collect()
}

fn wrong_program(facts: &Facts, program: &str, found: &[&ProcessProfile]) -> Option<Finding> {
    let verb = if found.len() == 1 { "runs" } else { "run" };
    let users = format!("{} {verb} it", list_names(found));
    let is_managed = found.iter().any(|profile| profile.is_managed);
    let config = facts.paths.abbreviate(&facts.paths.aws_config);
    let finding = match &found.first()?.state {
        ProgramState::Usable => return None,
        ProgramState::Missing if program.contains(['/', '\\']) => {
            Finding::problem(NAME, format!("{program} does not exist, but {users}"))
        }
        ProgramState::Missing => {
            Finding::problem(NAME, format!("`{program}` is not in PATH, but {users}"))
        }
        ProgramState::NotExecutable => {
            Finding::problem(NAME, format!("{program} can't be run, but {users}"))
                .with_step(format!("chmod +x {}", command_line([program])))
        }
        ProgramState::OtherVersion(version) => {
            let finding = Finding::advice(
                NAME,
                format!("{program} is not the same version as this program, and {users}"),
            );
            let evidence = versions(version, facts);
            return Some(finding.with_evidence(evidence).with_step(match is_managed {
                true => "rolecall setup profiles, which writes the path of this program".to_owned(),
                false => format!("update that program, or change credential_process in {config}"),
            }));
        }
    };
    Some(match is_managed {
        true => finding.with_step("rolecall setup profiles"),
        false => finding
            .with_step(format!("reinstall that program, or change credential_process in {config}")),
    })
}

/// `profile a`, `profiles a, b, c and 12 more`.
fn list_names(found: &[&ProcessProfile]) -> String {
    let some: Vec<&str> =
        found.iter().take(MAX_NAMES).map(|profile| profile.name.as_str()).collect();
    let more = found.len().saturating_sub(MAX_NAMES);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} {}{tail}", plural(found.len(), "profile"), some.join(", "))
}
