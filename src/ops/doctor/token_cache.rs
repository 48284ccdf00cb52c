//! Whether the files in the AWS CLI's cache belong to the sign-ins that their names promise, and
//! only this user can read them.

use crate::domain::format_age;

use super::vault::exposed_file;
use super::{CliTokenFile, Facts, Finding, Fix};

pub(super) const NAME: &str = "token cache";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let of_tokens = facts
        .tokens
        .iter()
        .filter_map(|token| wrong_instance(facts, token).or_else(|| expired(facts, token)));
    of_tokens
        .chain(facts.exposed_tokens.iter().map(|file| exposed_file(NAME, facts, file)))
        .collect()
}

/// A sign-in to another directory under the name of this one.
fn wrong_instance(facts: &Facts, token: &CliTokenFile) -> Option<Finding> {
    let instance = facts.instance(&token.instance)?;
    let other_url = token.start_url.as_ref().filter(|url| **url != instance.start_url);
    let other_region = token.region.as_ref().filter(|region| **region != instance.sso_region);
    let seen = match (other_url, other_region) {
        (Some(url), _) => format!("it is for {url}, {} is {}", instance.name, instance.start_url),
        (None, Some(region)) => {
            format!("it is for {region}, {} is in {}", instance.name, instance.sso_region)
        }
        (None, None) => return None,
    };
    let finding = Finding::problem(
        NAME,
        format!("the AWS CLI's sign-in for {} belongs to another directory", instance.name),
    );
    Some(
        finding
            .with_evidence(format!("{}: {seen}", facts.paths.abbreviate(&token.path)))
            .with_step(sign_in_command(token)),
    )
}

/// An expired token of rolecall's that was not removed; one of the AWS CLI's, which will ask for a
/// sign-in.
fn expired(facts: &Facts, token: &CliTokenFile) -> Option<Finding> {
    if token.expires_at > facts.now {
        return None;
    }
    let path = facts.paths.abbreviate(&token.path);
    let message = format!(
        "the AWS CLI's sign-in for {} ended {}",
        token.instance,
        format_age(token.expires_at, facts.now)
    );
    let finding = Finding::advice(NAME, message).with_evidence(path);
    Some(match token.is_managed {
        true => finding
            .with_step(format!("rolecall login --sso {}", token.instance))
            .with_auto_fix(Fix::RemoveToken { path: token.path.clone() }),
        false => finding.with_step(sign_in_command(token)),
    })
}

fn sign_in_command(token: &CliTokenFile) -> String {
    format!("aws sso login --sso-session {}", token.instance)
}
