//! Do requests go to AWS, or where a setting sends them?

use std::collections::BTreeSet;

use crate::ops::instances::overrides;

use super::{Finding, Redirect, Scene};

pub(super) const NAME: &str = "endpoints";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    let all = scene.redirects.iter().map(|redirect| (&redirect.instance, &redirect.overrides[..]));
    let hidden: Vec<&Redirect> =
        scene.redirects.iter().filter(|redirect| redirect.hides_sign_in).collect();
    let advice = overrides::sentences(all).into_iter().map(|(origin, what)| {
        steps(
            Finding::advice(NAME, what)
                .seen("requests go there and not to AWS; leave it if that is intended"),
            &origin,
        )
    });
    let wrong = hidden.into_iter().map(|redirect| {
        let name = &redirect.instance.name;
        let origins: BTreeSet<&str> =
            redirect.overrides.iter().map(|one| one.origin.as_str()).collect();
        let origins: Vec<&str> = origins.into_iter().collect();
        let what =
            format!("you are signed in to {name} at AWS, but {} hides it", origins.join(", "));
        origins.iter().fold(Finding::wrong(NAME, what), |finding, origin| steps(finding, origin))
    });
    wrong.chain(advice).collect()
}

/// How to get rid of an override: of a variable, or of a section.
fn steps(finding: Finding, origin: &str) -> Finding {
    match origin.starts_with("AWS_") {
        true => finding.fix(format!("unset {origin}")),
        false => finding.fix(
            "take `endpoint_url` out of that section, or of the `[services]` section that it names",
        ),
    }
}
