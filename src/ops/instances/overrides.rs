//! Settings that send requests elsewhere than to AWS, and those among them that hide a sign-in.

use crate::awsconfig::AwsConfig;
use crate::config::Paths;
use crate::config::env::{self, Env, Var};
use crate::domain::{
    EndpointOverrides, Instance, InstanceSource, Result, Timestamp, join_with_and,
};
use crate::os::atomic_file;
use crate::vault::{RecordId, SsoToken, Vault};

/// A service that an instance needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverridableService {
    /// SSO OIDC.
    Oidc,
    /// The access portal, SSO.
    Portal,
    /// STS, for chained roles.
    Sts,
}

impl OverridableService {
    /// The id in the `[services]` sections of an AWS config file.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Oidc => "sso_oidc",
            Self::Portal => "sso",
            Self::Sts => "sts",
        }
    }

    const fn variable(self) -> Var {
        match self {
            Self::Oidc => env::AWS_ENDPOINT_URL_SSO_OIDC,
            Self::Portal => env::AWS_ENDPOINT_URL_SSO,
            Self::Sts => env::AWS_ENDPOINT_URL_STS,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Oidc => "sign-in",
            Self::Portal => "portal",
            Self::Sts => "STS",
        }
    }
}

/// An endpoint that replaces AWS's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointOverride {
    pub service: OverridableService,
    /// The URL that requests are sent to.
    pub url: String,
    /// The variable, or the section of the AWS config file, that sets it.
    pub origin: String,
}

/// Returns the overrides of an instance, with their origins.
pub fn overrides(env: &Env, paths: &Paths, instance: &Instance) -> Vec<EndpointOverride> {
    let EndpointOverrides { oidc, portal, sts } = &instance.endpoints;
    let all = [
        (OverridableService::Oidc, oidc),
        (OverridableService::Portal, portal),
        (OverridableService::Sts, sts),
    ];
    let mut section = None;
    // The user did not set the demo's own endpoint, so it is left out.
    let all =
        all.into_iter().filter(|(_, url)| url.as_deref().is_none_or(|url| !is_demo(env, url)));
    let found = all.filter_map(|(service, url)| {
        let variable = [service.variable(), env::AWS_ENDPOINT_URL]
            .into_iter()
            .find(|var| env.get(*var).is_some());
        let origin = match variable {
            Some(variable) => variable.name().to_owned(),
            None => section.get_or_insert_with(|| endpoint_section(paths, instance)).clone(),
        };
        Some(EndpointOverride { service, url: without_userinfo(url.as_deref()?), origin })
    });
    found.collect()
}

/// Whether requests to this URL go to the simulator of the demo that this process runs in.
pub fn is_demo(env: &Env, url: &str) -> bool {
    let same = |demo: &str| demo.trim_end_matches('/') == url.trim_end_matches('/');
    env.get(env::ROLECALL_DEMO).is_some_and(same)
}

/// Removes user name and password from an address.
pub fn without_userinfo(url: &str) -> String {
    let (scheme, rest) =
        url.split_once("://").map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + 3], rest));
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
    format!("{scheme}{host}{}", &rest[end..])
}

/// Returns the section of the AWS config file that an instance's endpoints come from.
fn endpoint_section(paths: &Paths, instance: &Instance) -> String {
    let config =
        AwsConfig::parse(atomic_file::load(&paths.aws_config).ok().flatten().unwrap_or_default());
    let found = match instance.source {
        InstanceSource::RolecallConfig | InstanceSource::SsoSession => config
            .sso_sessions()
            .into_iter()
            .find(|session| session.name == instance.name.as_str())
            .and_then(|found| found.endpoints_from),
        InstanceSource::LegacyProfile => {
            let same = |found: &crate::awsconfig::LegacyInstance| {
                found.start_url == instance.start_url && found.region == instance.sso_region
            };
            config.legacy_instances().into_iter().find(same).and_then(|found| found.endpoints_from)
        }
    };
    let file = paths.abbreviate(&paths.aws_config);
    found.map_or_else(|| file.clone(), |section| format!("{section} of {file}"))
}

/// Describes the effect of overrides: each origin with a sentence such as "AWS_ENDPOINT_URL sends
/// sign-in and portal requests for corp to http://…".
pub fn describe<'a>(
    all: impl IntoIterator<Item = (&'a Instance, &'a [EndpointOverride])>,
) -> Vec<(String, String)> {
    let mut groups: Vec<(&str, &str, Vec<&str>, Vec<&str>)> = Vec::new();
    for (instance, overrides) in all {
        for one in overrides {
            let position = groups
                .iter()
                .position(|(origin, url, ..)| *origin == one.origin && *url == one.url)
                .unwrap_or(groups.len());
            if position == groups.len() {
                groups.push((&one.origin, &one.url, Vec::new(), Vec::new()));
            }
            let (_, _, services, names) = &mut groups[position];
            push_unique(services, one.service.label());
            push_unique(names, instance.name.as_str());
        }
    }
    let sentence = |(origin, url, services, names): (&str, &str, Vec<&str>, Vec<&str>)| {
        (
            origin.to_owned(),
            format!(
                "{origin} sends {} requests for {} to {url}",
                join_with_and(&services),
                join_with_and(&names)
            ),
        )
    };
    groups.into_iter().map(sentence).collect()
}

fn push_unique<'a>(list: &mut Vec<&'a str>, word: &'a str) {
    if !list.contains(&word) {
        list.push(word);
    }
}

/// Whether overrides hide a sign-in: with them the user is not signed in to the instance, without
/// them the vault has a token that is valid or can be refreshed.
///
/// # Errors
/// [`crate::domain::ErrorKind::Vault`] if the vault is locked or unavailable.
pub fn hides_sign_in(vault: &Vault, instance: &Instance, now: Timestamp) -> Result<bool> {
    let plain = Instance { endpoints: EndpointOverrides::default(), ..instance.clone() };
    let (here, there) = (RecordId::token(instance), RecordId::token(&plain));
    let usable = |name: &RecordId| -> Result<bool> {
        let token = vault.load::<SsoToken>(name, now)?;
        Ok(token.is_some_and(|token| token.expires_at > now || token.refresh_token.is_some()))
    };
    Ok(here != there && !usable(&here)? && usable(&there)?)
}

/// Returns the instances with overrides that redirect the sign-in; those of STS do not.
pub fn sign_in_overrides<'a>(
    env: &Env,
    paths: &Paths,
    instances: &'a [Instance],
) -> Vec<(&'a Instance, Vec<EndpointOverride>)> {
    let relevant = |instance: &'a Instance| {
        let found: Vec<EndpointOverride> = overrides(env, paths, instance)
            .into_iter()
            .filter(|one| one.service != OverridableService::Sts)
            .collect();
        (!found.is_empty()).then_some((instance, found))
    };
    instances.iter().filter_map(relevant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::ops::instances::load_instances;

    fn descriptions(aws: &str, pairs: &[(&str, &str)]) -> Vec<String> {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("aws");
        std::fs::write(&file, aws).unwrap();
        let own = [
            ("HOME".into(), home.path().into()),
            ("AWS_CONFIG_FILE".into(), file.into_os_string()),
        ];
        let env = Env::from_pairs(
            pairs
                .iter()
                .map(|(k, v)| (std::ffi::OsString::from(k), std::ffi::OsString::from(v)))
                .chain(own),
        );
        let paths = Paths::from_env(&env).unwrap();
        let known = load_instances(&env, &paths, &Settings::default()).unwrap();
        let all: Vec<_> =
            known.iter().map(|instance| (instance, overrides(&env, &paths, instance))).collect();
        describe(all.iter().map(|(instance, found)| (*instance, &found[..])))
            .into_iter()
            .map(|(_, sentence)| sentence.replace(std::path::MAIN_SEPARATOR, "/"))
            .collect()
    }

    const TWO: &str = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n\
                       sso_region = eu-west-1\n\
                       [profile lab]\nsso_start_url = https://lab.awsapps.com/start\n\
                       sso_region = us-east-1\n";

    #[test]
    fn the_variable_that_decides_is_named() {
        assert_eq!(descriptions(TWO, &[]), Vec::<String>::new());
        assert_eq!(
            descriptions(TWO, &[("AWS_ENDPOINT_URL", "http://localhost:4566")]),
            ["AWS_ENDPOINT_URL sends sign-in, portal and STS requests for corp and lab to \
              http://localhost:4566"]
        );
        assert_eq!(
            descriptions(
                TWO,
                &[("AWS_ENDPOINT_URL", "http://a"), ("AWS_ENDPOINT_URL_SSO", "http://b")]
            ),
            [
                "AWS_ENDPOINT_URL sends sign-in and STS requests for corp and lab to http://a",
                "AWS_ENDPOINT_URL_SSO sends portal requests for corp and lab to http://b"
            ]
        );
        let ignored =
            [("AWS_ENDPOINT_URL", "http://a"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        assert_eq!(descriptions(TWO, &ignored), Vec::<String>::new());
    }

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        let actual =
            descriptions(TWO, &[("AWS_ENDPOINT_URL_SSO", "http://me:hunter2@proxy.example/x@y")]);
        assert_eq!(
            actual,
            ["AWS_ENDPOINT_URL_SSO sends portal requests for corp and lab to \
              http://proxy.example/x@y"]
        );
    }

    #[test]
    fn the_section_of_the_file_is_named() {
        let file = format!(
            "{TWO}endpoint_url = http://lab\n\
             [profile x]\nsso_session = corp\nservices = s\n\
             [services s]\nsso =\n  endpoint_url = http://corp\n"
        );
        assert_eq!(
            descriptions(&file, &[]),
            [
                "[profile x] of ~/aws sends portal requests for corp to http://corp",
                "[profile lab] of ~/aws sends sign-in, portal and STS requests for lab to \
                 http://lab"
            ]
        );
    }
}
