//! Whether start URLs and regions are those of a directory.

use crate::domain::{Instance, InstanceSource};
use crate::ops::setup::start_url;

use super::{Facts, Finding, Fix};

pub(super) const NAME: &str = "instances";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let known = match &facts.instances {
        Err(error) => return vec![Finding::from_error(NAME, error)],
        Ok(known) if known.is_empty() => {
            return vec![
                Finding::problem(NAME, "no IAM Identity Center is set up on this machine")
                    .with_step("rolecall setup wizard"),
            ];
        }
        Ok(known) => known,
    };
    let by_address = known.iter().filter_map(|instance| check_start_url(facts, instance));
    let by_aws = facts.probes.iter().filter_map(|answer| {
        let (error, instance) = (answer.refused.as_ref()?, facts.instance(&answer.instance)?);
        let message = format!(
            "AWS does not accept {}: {} in {}",
            instance.name, instance.start_url, instance.sso_region
        );
        Some(Finding::problem(NAME, message).with_evidence(&error.message).with_step(change_step(
            facts,
            instance,
            "sso_region",
            "REGION",
        )))
    });
    by_address.chain(by_aws).collect()
}

/// What the address itself shows: a page inside the portal, another region, not a portal at all.
fn check_start_url(facts: &Facts, instance: &Instance) -> Option<Finding> {
    let (name, url) = (&instance.name, instance.start_url.as_written().trim());
    let address = match start_url::parse(url) {
        Ok(address) => address,
        Err(error) => {
            let finding =
                Finding::problem(NAME, format!("the start URL of {name}: {}", error.message));
            return Some(finding.with_step(change_step(
                facts,
                instance,
                "start_url",
                start_url::EXAMPLE_START_URL,
            )));
        }
    };
    if address.start_url != instance.start_url {
        let right = address.start_url.normalized();
        let finding = Finding::problem(
            NAME,
            format!("the start URL of {name} is a page inside the portal, not the portal"),
        );
        let finding = finding
            .with_evidence(format!("{url}, but AWS knows it as {right}"))
            .with_step(change_step(facts, instance, "start_url", right));
        return Some(with_setting_fix(finding, instance, "start_url", right));
    }
    // rolecall sends the normalized form; other programs send what is written.
    if url.trim_end_matches(['/', '#']) != address.start_url.normalized() {
        let right = address.start_url.normalized();
        let others = if instance.source == InstanceSource::RolecallConfig {
            ""
        } else {
            ": other AWS programs may not sign in"
        };
        let finding = Finding::advice(
            NAME,
            format!("the start URL of {name} is not spelled as AWS expects it{others}"),
        );
        let finding = finding
            .with_evidence(format!("{url} should be {right}"))
            .with_step(change_step(facts, instance, "start_url", right));
        return Some(with_setting_fix(finding, instance, "start_url", right));
    }
    let region = address.region.filter(|region| *region != instance.sso_region)?;
    let finding = Finding::problem(
        NAME,
        format!("{name} has sso_region {}, but its start URL is in {region}", instance.sso_region),
    );
    let finding = finding.with_evidence(url).with_step(change_step(
        facts,
        instance,
        "sso_region",
        region.as_str(),
    ));
    Some(with_setting_fix(finding, instance, "sso_region", region.as_str()))
}

/// Returns how the user changes a value: with a command in rolecall's file, by hand in the AWS
/// file.
fn change_step(facts: &Facts, instance: &Instance, key: &str, value: &str) -> String {
    let (name, file) = (&instance.name, facts.paths.abbreviate(&facts.paths.aws_config));
    let aws_key = if key == "start_url" { "sso_start_url" } else { key };
    match instance.source {
        InstanceSource::RolecallConfig => {
            format!("rolecall settings set instances.{name}.{key} {value}")
        }
        InstanceSource::SsoSession => {
            format!("write {aws_key} = {value} into [sso-session {name}] of {file}")
        }
        InstanceSource::LegacyProfile => format!(
            "write {aws_key} = {value} into the profiles of {file} that have {}",
            instance.start_url
        ),
    }
}

fn with_setting_fix(finding: Finding, instance: &Instance, key: &str, value: &str) -> Finding {
    match instance.source {
        InstanceSource::RolecallConfig => finding.with_auto_fix(Fix::ChangeSetting {
            key: format!("instances.{}.{key}", instance.name),
            value: value.to_owned(),
        }),
        InstanceSource::SsoSession | InstanceSource::LegacyProfile => finding,
    }
}
