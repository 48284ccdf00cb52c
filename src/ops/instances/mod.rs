//! The IAM Identity Center instances: those of rolecall's configuration, the sessions of the AWS
//! config file, and its legacy profiles, merged by name.

pub mod overrides;
pub mod problems;
pub mod snapshot;

use crate::awsconfig::AwsConfig;
use crate::config::{Env, Paths, Settings, env};
use crate::domain::{
    EndpointOverrides, Error, ErrorKind, Instance, InstanceName, InstanceSource, Region, Result,
    StartUrl, nearest,
};
use crate::ops::ctx::Ctx;
use crate::ops::import::locations;
use crate::os::atomic_file;

/// Loads the instances, in this order: those of rolecall's configuration in its order,
/// `[sso-session]` sections, legacy profiles.
///
/// # Errors
/// [`ErrorKind::Config`] if there are none, with what to configure as hints; if a configured one
/// lacks its start URL or region; if the AWS config file can't be read.
pub fn load_instances(env: &Env, paths: &Paths, settings: &Settings) -> Result<Vec<Instance>> {
    let found = load_instances_if_any(env, paths, settings)?;
    if found.is_empty() { Err(no_instances(paths)) } else { Ok(found) }
}

/// As [`load_instances`], for callers that can proceed without instances.
///
/// # Errors
/// As [`load_instances`], except that there may be none.
pub fn load_instances_if_any(
    env: &Env,
    paths: &Paths,
    settings: &Settings,
) -> Result<Vec<Instance>> {
    let bytes = atomic_file::load(&paths.aws_config)?.unwrap_or_default();
    let aws = AwsConfig::parse(bytes);
    match missing_settings(settings, &aws) {
        missing if missing.is_empty() => Ok(merge(env, settings, &aws)),
        missing => Err(missing_settings_error(paths, &missing)),
    }
}

impl Ctx {
    /// Returns the instance of this name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if there is none, with the nearest names and the problems in the AWS
    /// files that may be the reason.
    pub fn instance(&self, name: &str) -> Result<&Instance> {
        find_instance(&self.instances, name)
            .map_err(|error| problems::add_problem_hints(&self.paths, Some(name), error))
    }
}

/// Returns the instance of this name.
///
/// # Errors
/// [`ErrorKind::Config`] with the nearest names if there is none.
pub fn find_instance<'a>(instances: &'a [Instance], name: &str) -> Result<&'a Instance> {
    instances.iter().find(|instance| instance.name.as_str() == name).ok_or_else(|| {
        let known = instances.iter().map(|instance| instance.name.as_str());
        let near = nearest(name, known.clone(), 3);
        let hint = match near.is_empty() {
            false => format!("did you mean {}?", near.join(", ")),
            true => format!("known IAM Identity Centers: {}", known.collect::<Vec<_>>().join(", ")),
        };
        Error::new(ErrorKind::Config, format!("no IAM Identity Center called `{name}`")).hint(hint)
    })
}

/// The error if one instance is needed and several match.
pub fn ambiguous_instance(instances: &[Instance], kind: ErrorKind) -> Error {
    let names: Vec<&str> = instances.iter().map(|instance| instance.name.as_str()).collect();
    Error::new(kind, "several IAM Identity Centers are known")
        .hint(format!("name one with --sso, or set `default_sso`: {}", names.join(", ")))
}

/// A configured instance without start URL or region.
#[derive(Debug)]
struct MissingSetting {
    name: InstanceName,
    key: &'static str,
}

/// Returns what configured instances lack, in the order of the configuration.
fn missing_settings(settings: &Settings, aws: &AwsConfig) -> Vec<MissingSetting> {
    let sessions = aws.sso_sessions();
    let mut missing = Vec::new();
    for name in &settings.instance_order {
        let Some(table) = settings.instances.get(name) else { continue };
        let session = sessions.iter().find(|session| session.name == name.as_str());
        let start_url = table.start_url.is_some() || session.is_some_and(|s| s.start_url.is_some());
        let region = table.sso_region.is_some() || session.is_some_and(|s| s.region.is_some());
        let lacking = [("start_url", start_url), ("sso_region", region)];
        let lacking = lacking.into_iter().filter(|(_, is_set)| !is_set);
        missing.extend(lacking.map(|(key, _)| MissingSetting { name: name.clone(), key }));
    }
    missing
}

/// The error about the first missing setting, with what to add for each as hints.
fn missing_settings_error(paths: &Paths, missing: &[MissingSetting]) -> Error {
    let file = paths.abbreviate(&paths.config_file);
    let message = missing.first().map_or_else(String::new, |MissingSetting { name, key }| {
        format!("[instances.{name}] has no {key}, and no [sso-session {name}] has one")
    });
    missing.iter().fold(Error::new(ErrorKind::Config, message), |error, missing| {
        let MissingSetting { name, key } = missing;
        let example =
            if *key == "start_url" { "https://NAME.awsapps.com/start" } else { "eu-west-1" };
        error.hint(format!("add to [instances.{name}] in {file}: {key} = \"{example}\""))
    })
}

/// The error if there are no instances.
pub fn no_instances(paths: &Paths) -> Error {
    let nothing = Error::new(ErrorKind::Config, "no IAM Identity Center is set up on this machine");
    let nothing = match paths.home.as_deref().and_then(locations::find_aws_sso_config) {
        Some(file) => nothing.hint(format!(
            "run `rolecall setup import`: it imports the settings in {}",
            paths.abbreviate(&file)
        )),
        None => nothing,
    };
    let nothing = nothing
        .hint(
            "run `rolecall setup wizard`; in a script, `rolecall setup wizard --start-url URL \
             --yes`",
        )
        .hint(format!(
            "or run `aws configure sso`: sessions in {} are found automatically",
            paths.abbreviate(&paths.aws_config)
        ));
    problems::add_problem_hints(paths, None, nothing)
}

/// Merges the instances. Those that lack a setting are left out.
fn merge(env: &Env, settings: &Settings, aws: &AwsConfig) -> Vec<Instance> {
    let sessions = aws.sso_sessions();
    let mut found = Vec::new();
    for name in &settings.instance_order {
        let Some(table) = settings.instances.get(name) else { continue };
        let session = sessions.iter().find(|session| session.name == name.as_str());
        let start_url = table.start_url.clone().or_else(|| session?.start_url.clone());
        let sso_region = table.sso_region.clone().or_else(|| session?.region.clone());
        let scopes = table.scopes.clone().or_else(|| Some(session?.registration_scopes.clone()));
        let (Some(start_url), Some(sso_region)) = (start_url, sso_region) else { continue };
        found.push(Instance {
            start_url,
            sso_region,
            default_region: table
                .default_region
                .clone()
                .or_else(|| settings.default_region.clone()),
            scopes: or_default_scope(scopes.unwrap_or_default()),
            source: InstanceSource::RolecallConfig,
            endpoints: session.map(|session| session.endpoints.clone()).unwrap_or_default(),
            name: name.clone(),
        });
    }
    let bare = |name, start_url, sso_region, source, scopes, endpoints| {
        let default_region = settings.default_region.clone();
        Instance {
            name,
            start_url,
            sso_region,
            default_region,
            scopes: or_default_scope(scopes),
            source,
            endpoints,
        }
    };
    for session in sessions {
        let name = InstanceName::new(session.name);
        // A session without a start URL is incomplete. The AWS CLI reports it; the other instances
        // are usable.
        let (Some(start_url), Some(region)) = (session.start_url, session.region) else { continue };
        if !is_taken(&found, &name) {
            found.push(bare(
                name,
                start_url,
                region,
                InstanceSource::SsoSession,
                session.registration_scopes,
                session.endpoints,
            ));
        }
    }
    for legacy in aws.legacy_instances() {
        // A legacy profile adds nothing to an instance that has a name already.
        if found
            .iter()
            .any(|known| known.start_url == legacy.start_url && known.sso_region == legacy.region)
        {
            continue;
        }
        let name = free_name(&found, &legacy.start_url, &legacy.region);
        found.push(bare(
            name,
            legacy.start_url,
            legacy.region,
            InstanceSource::LegacyProfile,
            legacy.registration_scopes,
            legacy.endpoints,
        ));
    }
    for instance in &mut found {
        instance.endpoints = resolve_endpoints(env, std::mem::take(&mut instance.endpoints));
    }
    found
}

fn or_default_scope(scopes: Vec<String>) -> Vec<String> {
    if scopes.is_empty() { vec![Instance::DEFAULT_SCOPE.to_owned()] } else { scopes }
}

fn is_taken(found: &[Instance], name: &InstanceName) -> bool {
    found.iter().any(|known| known.name == *name)
}

/// Returns the start URL's first label; if that is taken, with the region; if that is taken too,
/// with a number.
fn free_name(found: &[Instance], start_url: &StartUrl, region: &Region) -> InstanceName {
    let label = start_url.first_label();
    let numbered = (2..).map(|n| format!("{label}-{region}-{n}"));
    let names = [label.to_owned(), format!("{label}-{region}")].into_iter().chain(numbered);
    names
        .map(InstanceName::new)
        .find(|name| !is_taken(found, name))
        .unwrap_or_else(|| InstanceName::new(label))
}

/// Returns the endpoints of an instance that no file names yet: those of the environment.
pub fn endpoints_from_env(env: &Env) -> EndpointOverrides {
    resolve_endpoints(env, EndpointOverrides::default())
}

/// Resolves endpoints as every AWS SDK does: the service's variable, the general variable, then the
/// config file.
fn resolve_endpoints(env: &Env, configured: EndpointOverrides) -> EndpointOverrides {
    if env.is_true(env::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS) {
        return EndpointOverrides::default();
    }
    let resolve = |var, configured: Option<String>| {
        let named = env
            .get(var)
            .or_else(|| env.get(env::AWS_ENDPOINT_URL))
            .map(str::to_owned)
            .or(configured);
        named.map(|url| normalize_url(&url))
    };
    EndpointOverrides {
        oidc: resolve(env::AWS_ENDPOINT_URL_SSO_OIDC, configured.oidc),
        portal: resolve(env::AWS_ENDPOINT_URL_SSO, configured.portal),
        sts: resolve(env::AWS_ENDPOINT_URL_STS, configured.sts),
    }
}

/// Returns an endpoint without trailing slash, scheme and host in lower case: it is part of the
/// names of vault records.
fn normalize_url(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url[host..].find('/').map_or(url.len(), |at| host + at);
    url[..path].to_ascii_lowercase() + &url[path..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    /// A home directory with rolecall's configuration and the AWS config file.
    fn load_from(own_config: &str, aws: &str, pairs: &[(&str, &str)]) -> Result<Vec<Instance>> {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), own_config).unwrap();
        std::fs::write(home.path().join("aws"), aws).unwrap();
        let at = |name: &str| home.path().join(name).into_os_string();
        let env = Env::from_pairs(
            pairs
                .iter()
                .map(|(k, v)| (std::ffi::OsString::from(k), std::ffi::OsString::from(v)))
                .chain([
                    ("HOME".into(), at("")),
                    ("ROLECALL_HOME".into(), at("")),
                    ("AWS_CONFIG_FILE".into(), at("aws")),
                ]),
        );
        let paths = Paths::from_env(&env)?;
        load_instances(&env, &paths, &config::load(&env, &paths)?.settings)
    }

    fn describe(instances: &[Instance]) -> Vec<String> {
        instances
            .iter()
            .map(|i| format!("{} {} {} {:?}", i.name, i.start_url, i.sso_region, i.source))
            .collect()
    }

    const AWS: &str = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n\
                       sso_region = eu-west-1\n\
                       [profile old]\nsso_start_url = https://corp.awsapps.com/start/#/\n\
                       sso_region = us-east-1\n\
                       [profile dup]\nsso_start_url = https://corp.awsapps.com/start#/\n\
                       sso_region = eu-west-1\n\
                       [profile lab]\nsso_start_url = https://lab.awsapps.com/start\n\
                       sso_region = us-east-1\n";

    #[test]
    fn every_incomplete_instance_is_named_at_once() {
        let own = "[instances.one]\nstart_url = \"https://one.awsapps.com/start\"\n\
                   [instances.two]\nsso_region = \"eu-west-1\"\n[instances.three]\n";
        let error = load_from(own, "", &[]).unwrap_err();
        assert!(error.message.contains("[instances.one] has no sso_region"), "{error:?}");
        let added: Vec<&str> =
            error.hints.iter().filter_map(|hint| hint.split(" to ").nth(1)).collect();
        let starts =
            ["[instances.one]", "[instances.two]", "[instances.three]", "[instances.three]"];
        assert!(
            added.len() == 4
                && added.iter().zip(starts).all(|(hint, start)| hint.starts_with(start)),
            "{error:?}"
        );
    }

    #[test]
    fn all_three_places_are_merged_by_name_in_order() {
        let own_config = "default_region = 'eu-north-1'\n\
                          [instances.zoo]\nstart_url = 'https://zoo'\nsso_region = 'eu-west-3'\n\
                          [instances.corp]\ndefault_region = 'eu-central-1'\n";
        let found = load_from(own_config, AWS, &[]).unwrap();
        let want = [
            "zoo https://zoo eu-west-3 RolecallConfig",
            "corp https://corp.awsapps.com/start eu-west-1 RolecallConfig",
            "corp-us-east-1 https://corp.awsapps.com/start us-east-1 LegacyProfile",
            "lab https://lab.awsapps.com/start us-east-1 LegacyProfile",
        ];
        assert_eq!(describe(&found), want);
        let regions: Vec<_> =
            found.iter().map(|i| i.default_region.as_ref().unwrap().as_str()).collect();
        assert_eq!(regions, ["eu-north-1", "eu-central-1", "eu-north-1", "eu-north-1"]);
        assert_eq!(found[0].scopes, ["sso:account:access"]);
    }

    #[test]
    fn the_same_start_url_under_two_names_means_two_people() {
        let own_config = "[instances.me]\nstart_url = 'https://x'\nsso_region = 'r'\n\
                          [instances.you]\nstart_url = 'https://x'\nsso_region = 'r'\n";
        assert_eq!(load_from(own_config, "", &[]).unwrap().len(), 2);
    }

    #[test]
    fn endpoints_come_from_the_service_variable_then_the_general_one_then_the_file() {
        let aws =
            "[profile a]\nsso_start_url = https://a\nsso_region = r\nendpoint_url = http://file\n";
        let resolve =
            |pairs: &[(&str, &str)]| load_from("", aws, pairs).unwrap().remove(0).endpoints;
        let both = resolve(&[
            ("AWS_ENDPOINT_URL", "http://all"),
            ("AWS_ENDPOINT_URL_SSO", "http://portal"),
        ]);
        assert_eq!(
            (both.portal.as_deref(), both.oidc.as_deref()),
            (Some("http://portal"), Some("http://all"))
        );
        assert_eq!(resolve(&[]).sts.as_deref(), Some("http://file"));
        assert_eq!(
            resolve(&[("AWS_ENDPOINT_URL_SSO", " HTTP://Portal:80/Path/ ")]).portal.as_deref(),
            Some("http://portal:80/Path")
        );
        assert_eq!(
            resolve(&[
                ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"),
                ("AWS_ENDPOINT_URL", "http://all")
            ]),
            EndpointOverrides::default()
        );
    }

    #[test]
    fn nothing_set_up_names_the_wizard() {
        let error = load_from("", "", &[]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(error.hints[0].contains("rolecall setup wizard"), "{error:?}");
    }

    #[test]
    fn an_incomplete_session_is_named_if_there_is_no_other() {
        let error = load_from(
            "",
            "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n",
            &[],
        )
        .unwrap_err();
        assert_eq!(
            error.hints[0].replace(std::path::MAIN_SEPARATOR, "/"),
            "~/aws:1: [sso-session corp] has no `sso_region`: add `sso_region = REGION` below it"
        );
        assert!(error.hints[1].contains("rolecall setup wizard"), "{error:?}");
    }

    #[test]
    fn one_portal_in_several_spellings_is_one_instance() {
        let aws = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n\
                   sso_region = eu-west-1\n\
                   [profile a]\n\
                   sso_start_url = https://CORP.awsapps.com:443/start/#/?tab=accounts\n\
                   sso_region = EU-WEST-1\n\
                   [profile b]\nsso_start_url = \"corp.awsapps.com/start\"\n\
                   sso_region = eu-west-1 # Ireland\n";
        assert_eq!(
            describe(&load_from("", aws, &[]).unwrap()),
            ["corp https://corp.awsapps.com/start eu-west-1 SsoSession"]
        );
    }

    #[test]
    fn an_instance_without_a_region_says_which_line_is_missing() {
        let error = load_from("[instances.corp]\nstart_url = 'https://x'\n", "", &[]).unwrap_err();
        assert_eq!(
            error.message,
            "[instances.corp] has no sso_region, and no [sso-session corp] has one"
        );
        assert_eq!(
            [error.hints[0].replace(std::path::MAIN_SEPARATOR, "/")],
            ["add to [instances.corp] in ~/config.toml: sso_region = \"eu-west-1\""]
        );
    }
}
