//! Are start URLs and regions those of a directory?

use crate::domain::{Instance, InstanceSource};
use crate::ops::setup::address;

use super::{Finding, Mend, Scene};

pub(super) const NAME: &str = "instances";

pub(super) fn check(scene: &Scene) -> Vec<Finding> {
    let known = match &scene.instances {
        Err(error) => return vec![Finding::of(NAME, error)],
        Ok(known) if known.is_empty() => {
            return vec![
                Finding::wrong(NAME, "no IAM Identity Center is set up on this machine")
                    .fix("rolecall setup wizard"),
            ];
        }
        Ok(known) => known,
    };
    let by_address = known.iter().filter_map(|instance| written(scene, instance));
    let by_aws = scene.answers.iter().filter_map(|answer| {
        let (error, instance) = (answer.refused.as_ref()?, scene.instance(&answer.instance)?);
        let what = format!(
            "AWS does not take {}: {} in {}",
            instance.name, instance.start_url, instance.sso_region
        );
        Some(Finding::wrong(NAME, what).seen(&error.message).fix(change(
            scene,
            instance,
            "sso_region",
            "REGION",
        )))
    });
    by_address.chain(by_aws).collect()
}

/// What the address itself tells: a page inside the portal, another region, no portal at all.
fn written(scene: &Scene, instance: &Instance) -> Option<Finding> {
    let (name, url) = (&instance.name, instance.start_url.as_written().trim());
    let address = match address::read(url) {
        Ok(address) => address,
        Err(error) => {
            let finding =
                Finding::wrong(NAME, format!("the start URL of {name}: {}", error.message));
            return Some(finding.fix(change(scene, instance, "start_url", address::EXAMPLE)));
        }
    };
    if address.start_url != instance.start_url {
        let right = address.start_url.normalized();
        let finding = Finding::wrong(
            NAME,
            format!("the start URL of {name} is a page inside the portal, not the portal"),
        );
        let finding = finding.seen(format!("{url}, but AWS knows it as {right}")).fix(change(
            scene,
            instance,
            "start_url",
            right,
        ));
        return Some(mended(finding, instance, "start_url", right));
    }
    // rolecall sends the normalized form, other programs send what is written.
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
        let finding = finding.seen(format!("{url} is {right}")).fix(change(
            scene,
            instance,
            "start_url",
            right,
        ));
        return Some(mended(finding, instance, "start_url", right));
    }
    let region = address.region.filter(|region| *region != instance.sso_region)?;
    let finding = Finding::wrong(
        NAME,
        format!("{name} has sso_region {}, but its start URL is in {region}", instance.sso_region),
    );
    let finding = finding.seen(url).fix(change(scene, instance, "sso_region", region.as_str()));
    Some(mended(finding, instance, "sso_region", region.as_str()))
}

/// How a person changes a value: ours by command, the AWS file by hand.
fn change(scene: &Scene, instance: &Instance, key: &str, value: &str) -> String {
    let (name, file) = (&instance.name, scene.paths.abbreviate(&scene.paths.aws_config));
    let theirs = if key == "start_url" { "sso_start_url" } else { key };
    match instance.source {
        InstanceSource::RolecallConfig => {
            format!("rolecall settings set instances.{name}.{key} {value}")
        }
        InstanceSource::SsoSession => {
            format!("write {theirs} = {value} into [sso-session {name}] of {file}")
        }
        InstanceSource::LegacyProfile => format!(
            "write {theirs} = {value} into the profiles of {file} that have {}",
            instance.start_url
        ),
    }
}

fn mended(finding: Finding, instance: &Instance, key: &str, value: &str) -> Finding {
    match instance.source {
        InstanceSource::RolecallConfig => finding.mend(Mend::Setting {
            key: format!("instances.{}.{key}", instance.name),
            value: value.to_owned(),
        }),
        InstanceSource::SsoSession | InstanceSource::LegacyProfile => finding,
    }
}
