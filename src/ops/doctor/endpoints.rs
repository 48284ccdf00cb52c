//! Whether requests go to AWS, or elsewhere because of a setting.

use std::collections::BTreeSet;

use crate::ops::instances::overrides;

use super::{Facts, Finding, OverriddenInstance};

pub(super) const NAME: &str = "endpoints";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let all = facts
        .overridden_instances
        .iter()
        .map(|redirect| (&redirect.instance, &redirect.overrides[..]));
    let hidden: Vec<&OverriddenInstance> =
        facts.overridden_instances.iter().filter(|redirect| redirect.hides_sign_in).collect();
    let advice = overrides::describe(all).into_iter().map(|(origin, message)| {
        with_removal_step(
            Finding::advice(NAME, message)
                .with_evidence("requests go there and not to AWS; leave it if that is intended"),
            &origin,
        )
    });
    let wrong = hidden.into_iter().map(|redirect| {
        let name = &redirect.instance.name;
        let origins: BTreeSet<&str> =
            redirect.overrides.iter().map(|one| one.origin.as_str()).collect();
        let origins: Vec<&str> = origins.into_iter().collect();
        let message =
            format!("you are signed in to {name} at AWS, but {} hides it", origins.join(", "));
        origins.iter().fold(Finding::problem(NAME, message), |finding, origin| {
            with_removal_step(finding, origin)
        })
    });
    wrong.chain(advice).collect()
}

/// Adds how to remove an override by a variable or a section.
fn with_removal_step(finding: Finding, origin: &str) -> Finding {
    match origin.starts_with("AWS_") {
        true => finding.with_step(format!("unset {origin}")),
        false => finding.with_step(
            "take `endpoint_url` out of that section, or of the `[services]` section that it names",
        ),
    }
}
