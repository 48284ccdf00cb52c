//! Whether variables of this shell contradict each other.

use crate::config::env::{self, Var};
use crate::domain::{Timestamp, format_age};

use super::{Facts, Finding};

pub(super) const NAME: &str = "environment";

/// Removes keys from a shell.
const UNSET_KEYS: &str =
    "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    [
        keys_override_profile,
        unknown_profile,
        incomplete_keys,
        expired_keys,
        unknown_instance,
        conflicting_regions,
    ]
    .iter()
    .filter_map(|part| part(facts))
    .collect()
}

/// The profile that AWS programs in this shell use, and the variable that names it.
fn selected_profile(facts: &Facts) -> Option<(Var, &str)> {
    [env::AWS_PROFILE, env::AWS_DEFAULT_PROFILE]
        .into_iter()
        .find_map(|var| Some((var, facts.env.get(var)?)))
}

/// Whether the keys are those of a role shell, which belong to the profile beside them.
fn is_role_shell(facts: &Facts) -> bool {
    facts.env.get(env::ROLECALL_ROLE).is_some()
}

fn keys_override_profile(facts: &Facts) -> Option<Finding> {
    let (var, name) = selected_profile(facts)?;
    facts.env.get(env::AWS_ACCESS_KEY_ID)?;
    let message = format!(
        "{} and AWS_ACCESS_KEY_ID are both set: the keys take precedence, and profile {name} is \
         not used",
        var.name()
    );
    (!is_role_shell(facts)).then(|| {
        Finding::problem(NAME, message)
            .with_step(UNSET_KEYS)
            .with_step(format!("or unset {}", var.name()))
    })
}

fn unknown_profile(facts: &Facts) -> Option<Finding> {
    let (var, name) = selected_profile(facts)?;
    if facts.profile_names.contains(name) {
        return None;
    }
    let message =
        format!("{} is set to {name}, but no AWS file has a profile with that name", var.name());
    let files = [&facts.paths.aws_config, &facts.paths.aws_credentials]
        .map(|path| facts.paths.abbreviate(path))
        .join(" and ");
    Some(
        Finding::problem(NAME, message)
            .with_evidence(format!("looked in {files}"))
            .with_step(format!("unset {}", var.name()))
            .with_step("or rolecall setup profiles"),
    )
}

fn incomplete_keys(facts: &Facts) -> Option<Finding> {
    let has = |var| facts.env.get(var).is_some();
    let message = match (
        has(env::AWS_ACCESS_KEY_ID),
        has(env::AWS_SECRET_ACCESS_KEY),
        has(env::AWS_SESSION_TOKEN),
    ) {
        (true, false, _) => "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY",
        (false, true, _) => "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID",
        (false, false, true) => "AWS_SESSION_TOKEN is set without a key",
        _ => return None,
    };
    Some(Finding::problem(NAME, message).with_step(UNSET_KEYS))
}

fn expired_keys(facts: &Facts) -> Option<Finding> {
    facts.env.get(env::AWS_ACCESS_KEY_ID)?;
    let until = facts.env.get(env::AWS_CREDENTIAL_EXPIRATION).and_then(Timestamp::parse)?;
    if until > facts.now {
        return None;
    }
    let finding = Finding::problem(
        NAME,
        format!("the credentials of this shell expired {}", format_age(until, facts.now)),
    );
    let renew =
        if is_role_shell(facts) { "eval \"$(rolecall eval --refresh)\"" } else { UNSET_KEYS };
    Some(
        finding
            .with_evidence(format!("AWS_CREDENTIAL_EXPIRATION={}", until.to_rfc3339()))
            .with_step(renew),
    )
}

fn unknown_instance(facts: &Facts) -> Option<Finding> {
    let name = facts.env.get(env::AWS_SSO)?;
    let known: Vec<&str> =
        facts.known_instances().iter().map(|instance| instance.name.as_str()).collect();
    if known.is_empty() || known.contains(&name) {
        return None;
    }
    let message = format!("AWS_SSO names {name}, which is not a known IAM Identity Center");
    Some(
        Finding::problem(NAME, message)
            .with_evidence(format!("known IAM Identity Centers: {}", known.join(", ")))
            .with_step("unset AWS_SSO"),
    )
}

fn conflicting_regions(facts: &Facts) -> Option<Finding> {
    let (new, old) = (facts.env.get(env::AWS_REGION)?, facts.env.get(env::AWS_DEFAULT_REGION)?);
    let message = format!(
        "AWS_REGION={new} and AWS_DEFAULT_REGION={old} differ: programs will use different regions"
    );
    (new != old).then(|| Finding::advice(NAME, message).with_step("unset AWS_DEFAULT_REGION"))
}
