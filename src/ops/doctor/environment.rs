//! Do variables of this shell contradict each other?

use crate::config::env::{self, Var};
use crate::domain::{Timestamp, format_duration};

use super::{Finding, Scene};

pub(super) const NAME: &str = "environment";

/// Takes keys out of a shell.
const UNSET: &str =
    "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    [keys_beside_profile, unknown_profile, half_a_key, expired_keys, unknown_instance, two_regions]
        .iter()
        .filter_map(|part| part(scene))
        .collect()
}

/// The profile that AWS programs of this shell use, and the variable that names it.
fn profile(scene: &Scene) -> Option<(Var, &str)> {
    [env::AWS_PROFILE, env::AWS_DEFAULT_PROFILE]
        .into_iter()
        .find_map(|var| Some((var, scene.env.get(var)?)))
}

/// Whether the keys are those of a role shell of ours: they belong to the profile beside them.
fn of_ours(scene: &Scene) -> bool {
    scene.env.get(env::ROLECALL_ROLE).is_some()
}

fn keys_beside_profile(scene: &Scene) -> Option<Finding> {
    let (var, name) = profile(scene)?;
    scene.env.get(env::AWS_ACCESS_KEY_ID)?;
    let what = format!(
        "{} and AWS_ACCESS_KEY_ID are both set: the keys win, and profile {name} is not used",
        var.name()
    );
    (!of_ours(scene))
        .then(|| Finding::wrong(NAME, what).fix(UNSET).fix(format!("or unset {}", var.name())))
}

fn unknown_profile(scene: &Scene) -> Option<Finding> {
    let (var, name) = profile(scene)?;
    if scene.profile_names.contains(name) {
        return None;
    }
    let what = format!("{} names profile {name}, which no AWS file has", var.name());
    let files = [&scene.paths.aws_config, &scene.paths.aws_credentials]
        .map(|path| scene.paths.abbreviate(path))
        .join(" and ");
    Some(
        Finding::wrong(NAME, what)
            .seen(format!("looked in {files}"))
            .fix(format!("unset {}", var.name()))
            .fix("or rolecall setup profiles"),
    )
}

fn half_a_key(scene: &Scene) -> Option<Finding> {
    let has = |var| scene.env.get(var).is_some();
    let what = match (
        has(env::AWS_ACCESS_KEY_ID),
        has(env::AWS_SECRET_ACCESS_KEY),
        has(env::AWS_SESSION_TOKEN),
    ) {
        (true, false, _) => "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY",
        (false, true, _) => "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID",
        (false, false, true) => "AWS_SESSION_TOKEN is set without a key",
        _ => return None,
    };
    Some(Finding::wrong(NAME, what).fix(UNSET))
}

fn expired_keys(scene: &Scene) -> Option<Finding> {
    scene.env.get(env::AWS_ACCESS_KEY_ID)?;
    let until = scene.env.get(env::AWS_CREDENTIAL_EXPIRATION).and_then(Timestamp::parse)?;
    let since = scene.now.since(until);
    if since < 0 {
        return None;
    }
    let finding = Finding::wrong(
        NAME,
        format!("the credentials of this shell expired {} ago", format_duration(since)),
    );
    let renew = if of_ours(scene) { "eval \"$(rolecall eval --refresh)\"" } else { UNSET };
    Some(finding.seen(format!("AWS_CREDENTIAL_EXPIRATION={}", until.to_rfc3339())).fix(renew))
}

fn unknown_instance(scene: &Scene) -> Option<Finding> {
    let name = scene.env.get(env::AWS_SSO)?;
    let known: Vec<&str> = scene.known().iter().map(|instance| instance.name.as_str()).collect();
    if known.is_empty() || known.contains(&name) {
        return None;
    }
    let what = format!("AWS_SSO names {name}, which is no IAM Identity Center that is known");
    Some(
        Finding::wrong(NAME, what)
            .seen(format!("known: {}", known.join(", ")))
            .fix("unset AWS_SSO"),
    )
}

fn two_regions(scene: &Scene) -> Option<Finding> {
    let (new, old) = (scene.env.get(env::AWS_REGION)?, scene.env.get(env::AWS_DEFAULT_REGION)?);
    let what = format!(
        "AWS_REGION={new} and AWS_DEFAULT_REGION={old} differ: programs will not agree on the region"
    );
    (new != old).then(|| Finding::advice(NAME, what).fix("unset AWS_DEFAULT_REGION"))
}
