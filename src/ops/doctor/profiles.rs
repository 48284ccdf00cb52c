//! Do the profiles that run a program get their credentials from it?

use std::collections::BTreeMap;

use super::{Finding, Scene, SeenProfile};

pub(super) const NAME: &str = "profiles";

/// No message names more profiles than this.
const NAMED: usize = 3;

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    shadowed(scene).into_iter().chain(overruled(scene)).chain(moved(scene)).collect()
}

/// SDKs take `sso_` keys first and never run the program.
fn shadowed(scene: &Scene) -> Option<Finding> {
    let found: Vec<&SeenProfile> =
        scene.profiles.iter().filter(|profile| !profile.sso_keys.is_empty()).collect();
    let first = found.first()?;
    let file = scene.paths.abbreviate(&scene.paths.aws_config);
    let what = format!(
        "credential_process is not used in {}: most SDKs take the sso_ keys beside it",
        names(&found)
    );
    let seen = format!("[profile {}] of {file} has {}", first.name, first.sso_keys.join(", "));
    let finding = Finding::wrong(NAME, what).seen(seen);
    Some(
        finding
            .fix("rolecall setup import, which shows first what it changes")
            .fix(format!("or take the sso_ lines of these profiles out of {file}")),
    )
}

/// Keys in the credentials file win over the program of the same profile.
fn overruled(scene: &Scene) -> Option<Finding> {
    let found: Vec<&SeenProfile> =
        scene.profiles.iter().filter(|profile| profile.has_static_keys).collect();
    let first = found.first()?;
    let file = scene.paths.abbreviate(&scene.paths.aws_credentials);
    let what = format!(
        "credential_process is not used in {}: {file} has keys under the same name",
        names(&found)
    );
    Some(
        Finding::wrong(NAME, what)
            .fix(format!("take [{}] out of {file}, or rename it", first.name)),
    )
}

/// A program that was moved or taken away: one finding for each path.
fn moved(scene: &Scene) -> Vec<Finding> {
    let mut programs: BTreeMap<&str, Vec<&SeenProfile>> = BTreeMap::new();
    for profile in scene.profiles.iter().filter(|profile| profile.missing) {
        programs.entry(&profile.program).or_default().push(profile);
    }
    let finding = |(program, found): (&str, Vec<&SeenProfile>)| {
        let verb = if found.len() == 1 { "runs" } else { "run" };
        let finding = Finding::wrong(
            NAME,
            format!("{program} is not there, but {} {verb} it", names(&found)),
        );
        match found.iter().any(|profile| profile.ours) {
            true => finding.fix("rolecall setup profiles"),
            false => finding.fix(format!(
                "put the program back, or change credential_process in {}",
                scene.paths.abbreviate(&scene.paths.aws_config)
            )),
        }
    };
    programs.into_iter().map(finding).collect()
}

/// `profile a`, `profiles a, b, c and 12 more`.
fn names(found: &[&SeenProfile]) -> String {
    let some: Vec<&str> = found.iter().take(NAMED).map(|profile| profile.name.as_str()).collect();
    let more = found.len().saturating_sub(NAMED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("profile{} {}{tail}", if found.len() == 1 { "" } else { "s" }, some.join(", "))
}
