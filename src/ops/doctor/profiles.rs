//! Do the profiles that run a program get their credentials from it?

use std::collections::BTreeMap;

use crate::domain::plural;

use super::{Facts, Finding, ProcessProfile};

pub(super) const NAME: &str = "profiles";

/// No message names more profiles than this.
const MAX_NAMES: usize = 3;

pub(super) fn check(scene: &Facts) -> Vec<Finding> {
    shadowed_by_sso_keys(scene)
        .into_iter()
        .chain(shadowed_by_static_keys(scene))
        .chain(missing_programs(scene))
        .collect()
}

/// SDKs take `sso_` keys first and never run the program.
fn shadowed_by_sso_keys(scene: &Facts) -> Option<Finding> {
    let found: Vec<&ProcessProfile> =
        scene.profiles.iter().filter(|profile| !profile.sso_keys.is_empty()).collect();
    let first = found.first()?;
    let file = scene.paths.abbreviate(&scene.paths.aws_config);
    let what = format!(
        "credential_process is not used in {}: most SDKs take the sso_ keys beside it",
        list_names(&found)
    );
    let seen = format!("[profile {}] of {file} has {}", first.name, first.sso_keys.join(", "));
    let finding = Finding::problem(NAME, what).with_evidence(seen);
    Some(
        finding
            .with_step("rolecall setup import, which shows first what it changes")
            .with_step(format!("or take the sso_ lines of these profiles out of {file}")),
    )
}

/// Keys in the credentials file win over the program of the same profile.
fn shadowed_by_static_keys(scene: &Facts) -> Option<Finding> {
    let found: Vec<&ProcessProfile> =
        scene.profiles.iter().filter(|profile| profile.has_static_keys).collect();
    let first = found.first()?;
    let file = scene.paths.abbreviate(&scene.paths.aws_credentials);
    let what = format!(
        "credential_process is not used in {}: {file} has keys under the same name",
        list_names(&found)
    );
    Some(
        Finding::problem(NAME, what)
            .with_step(format!("take [{}] out of {file}, or rename it", first.name)),
    )
}

/// A program that was moved or taken away: one finding for each path.
fn missing_programs(scene: &Facts) -> Vec<Finding> {
    let mut programs: BTreeMap<&str, Vec<&ProcessProfile>> = BTreeMap::new();
    for profile in scene.profiles.iter().filter(|profile| profile.missing) {
        programs.entry(&profile.program).or_default().push(profile);
    }
    let finding = |(program, found): (&str, Vec<&ProcessProfile>)| {
        let verb = if found.len() == 1 { "runs" } else { "run" };
        let finding = Finding::problem(
            NAME,
            format!("{program} is not there, but {} {verb} it", list_names(&found)),
        );
        match found.iter().any(|profile| profile.is_managed) {
            true => finding.with_step("rolecall setup profiles"),
            false => finding.with_step(format!(
                "put the program back, or change credential_process in {}",
                scene.paths.abbreviate(&scene.paths.aws_config)
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
