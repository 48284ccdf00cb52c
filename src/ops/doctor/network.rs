//! Whether AWS can be reached through proxies and firewalls.

use crate::config::env;
use crate::domain::InstanceName;
use crate::identity::bypasses_proxy;

use super::{Facts, Finding};

pub(super) const NAME: &str = "network";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for answer in &facts.probes {
        let Some(error) = &answer.unreachable else { continue };
        let finding = Finding::from_error(NAME, error).with_evidence(network_settings(facts));
        // Two directories in one region can't be reached for one reason.
        if !findings.iter().any(|known| known.summary == finding.summary) {
            let step = format!(
                "run `{}`: if that fails too, the cause is the network and not rolecall",
                curl_command(facts, &answer.instance)
            );
            findings.push(finding.with_step(step));
        }
    }
    findings.extend(check_loopback_proxy(facts));
    findings
}

/// The command that opens the start URL of an instance without rolecall.
fn curl_command(facts: &Facts, name: &InstanceName) -> String {
    let instances = facts.instances.iter().flatten();
    let url = instances
        .filter(|instance| instance.name == *name)
        .map(|instance| instance.start_url.as_written())
        .next();
    format!("curl -I {}", url.unwrap_or("https://aws.amazon.com"))
}

/// The network settings in use. Addresses of proxies are left out: they may contain a password.
fn network_settings(facts: &Facts) -> String {
    let proxies = [env::HTTPS_PROXY, env::HTTP_PROXY, env::ALL_PROXY]
        .into_iter()
        .filter(|var| facts.env.get_any_case(*var).is_some());
    let mut words: Vec<String> = proxies.map(|var| format!("{} is set", var.name())).collect();
    let endpoints =
        [env::AWS_ENDPOINT_URL, env::AWS_ENDPOINT_URL_SSO_OIDC, env::AWS_ENDPOINT_URL_SSO];
    words.extend(
        endpoints
            .iter()
            .filter(|var| facts.env.get(**var).is_some())
            .map(|var| format!("{} is set", var.name())),
    );
    words.extend(facts.env.get(env::AWS_CA_BUNDLE).map(|path| format!("AWS_CA_BUNDLE={path}")));
    if words.is_empty() { "no proxy and no CA bundle is set".to_owned() } else { words.join(", ") }
}

/// Programs ask the proxy for the endpoint on this machine unless NO_PROXY excludes it.
fn check_loopback_proxy(facts: &Facts) -> Option<Finding> {
    [env::HTTP_PROXY, env::ALL_PROXY]
        .into_iter()
        .find(|var| facts.env.get_any_case(*var).is_some())?;
    let direct = facts.env.get_any_case(env::NO_PROXY).unwrap_or_default();
    let spared = bypasses_proxy(direct, "http://127.0.0.1");
    let message = "a proxy is set and NO_PROXY does not exclude 127.0.0.1: programs can't reach the credentials endpoint on this machine";
    let fix = match direct {
        "" => "export NO_PROXY=127.0.0.1,localhost".to_owned(),
        hosts => format!("export NO_PROXY={hosts},127.0.0.1,localhost"),
    };
    (!spared).then(|| Finding::advice(NAME, message).with_step(fix))
}
