//! Does the AWS CLI's cache of sign-ins hold what its names promise, for this user alone?

use crate::domain::format_duration;

use super::vault::loose;
use super::{Finding, Mend, Scene, SeenToken};

pub(super) const NAME: &str = "token cache";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    let of_tokens = scene
        .tokens
        .iter()
        .filter_map(|token| foreign(scene, token).or_else(|| stale(scene, token)));
    of_tokens.chain(scene.loose_tokens.iter().map(|file| loose(NAME, scene, file))).collect()
}

/// A sign-in to another directory under this one's name.
fn foreign(scene: &Scene, token: &SeenToken) -> Option<Finding> {
    let instance = scene.instance(&token.instance)?;
    let other_url = token.start_url.as_ref().filter(|url| **url != instance.start_url);
    let other_region = token.region.as_ref().filter(|region| **region != instance.sso_region);
    let seen = match (other_url, other_region) {
        (Some(url), _) => format!("it is for {url}, {} is {}", instance.name, instance.start_url),
        (None, Some(region)) => {
            format!("it is for {region}, {} is in {}", instance.name, instance.sso_region)
        }
        (None, None) => return None,
    };
    let finding = Finding::wrong(
        NAME,
        format!("the AWS CLI's sign-in for {} belongs to another directory", instance.name),
    );
    Some(
        finding
            .seen(format!("{}: {seen}", scene.paths.abbreviate(&token.path)))
            .fix(sign_in(token)),
    )
}

/// Ours ended and nobody took it out; theirs ended, and the CLI will ask.
fn stale(scene: &Scene, token: &SeenToken) -> Option<Finding> {
    let ago = scene.now.since(token.expires_at);
    if ago < 0 {
        return None;
    }
    let path = scene.paths.abbreviate(&token.path);
    let what =
        format!("the AWS CLI's sign-in for {} ended {} ago", token.instance, format_duration(ago));
    let finding = Finding::advice(NAME, what).seen(path);
    Some(match token.ours {
        true => finding
            .fix(format!("rolecall login --sso {}", token.instance))
            .mend(Mend::Withdraw { path: token.path.clone() }),
        false => finding.fix(sign_in(token)),
    })
}

fn sign_in(token: &SeenToken) -> String {
    format!("aws sso login --sso-session {}", token.instance)
}
