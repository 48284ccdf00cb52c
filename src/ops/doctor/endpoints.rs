//! Whether requests go to AWS, or elsewhere because of a setting.

use std::collections::BTreeSet;

use crate::config::env;
use crate::ops::instances::overrides;

use super::{Facts, Finding, OverriddenInstance};

pub(super) const NAME: &str = "endpoints";

/// The beginning of the variables of single services.
const PREFIX: &str = "AWS_ENDPOINT_URL_";
/// The services that rolecall calls itself; [`overrides`] describes their variables.
const OWN_SERVICES: [&str; 3] = ["SSO", "SSO_OIDC", "STS"];

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let all = facts
        .overridden_instances
        .iter()
        .map(|redirect| (&redirect.instance, &redirect.overrides[..]));
    let hidden: Vec<&OverriddenInstance> =
        facts.overridden_instances.iter().filter(|redirect| redirect.hides_sign_in).collect();
    let advice = overrides::describe(all).into_iter().map(|(origin, message)| {
        with_removal_step(
            Finding::advice(NAME, message).with_evidence(
                match origin == env::AWS_ENDPOINT_URL.name() {
                    true => {
                        "every AWS program sends its requests there and not to AWS; ignore this \
                         if that is intended"
                    }
                    false => "requests go there and not to AWS; ignore this if that is intended",
                },
            ),
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
    wrong.chain(advice).chain(of_other_programs(facts)).collect()
}

/// The variables of services that rolecall does not call itself, as `AWS_ENDPOINT_URL_S3`.
fn of_other_programs(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut redirects: Vec<(String, String)> = facts
        .env
        .pairs()
        .filter_map(|(name, url)| Some((name.strip_prefix(PREFIX)?.to_owned(), url)))
        .filter(|(service, url)| !OWN_SERVICES.contains(&service.as_str()) && !url.is_empty())
        .collect();
    redirects.sort_unstable();
    for (service, url) in redirects {
        let variable = format!("{PREFIX}{service}");
        let name = service.replace('_', " ");
        let url = overrides::without_userinfo(&url);
        let message = format!("{variable} sends {name} requests of AWS programs to {url}");
        found.push(with_removal_step(
            Finding::advice(NAME, message)
                .with_evidence("requests go there and not to AWS; ignore this if that is intended"),
            &variable,
        ));
    }
    if facts.overridden_instances.is_empty()
        && let Some(url) = facts.env.get(env::AWS_ENDPOINT_URL)
        && !overrides::is_demo(&facts.env, url)
    {
        let url = overrides::without_userinfo(url);
        let message = format!("AWS_ENDPOINT_URL sends every request of AWS programs to {url}");
        found.push(with_removal_step(
            Finding::advice(NAME, message).with_evidence(
                "rolecall's own requests go to AWS, since other settings take precedence",
            ),
            env::AWS_ENDPOINT_URL.name(),
        ));
    }
    if facts.env.is_true(env::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)
        && facts.env.pairs().any(|(name, _)| name.starts_with("AWS_ENDPOINT_URL"))
    {
        let name = env::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS.name();
        found = vec![with_removal_step(
            Finding::advice(NAME, format!("{name} disables the endpoint variables of this shell"))
                .with_evidence("AWS_ENDPOINT_URL… are set, and requests go to AWS"),
            name,
        )];
    }
    found
}

/// Adds how to remove an override by a variable or a section.
fn with_removal_step(finding: Finding, origin: &str) -> Finding {
    match origin.starts_with("AWS_") {
        true => finding.with_step(format!("unset {origin}")),
        false => finding.with_step(
            "remove `endpoint_url` from that section, or from the `[services]` section that it \
             names",
        ),
    }
}
