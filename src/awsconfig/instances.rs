//! IAM Identity Center instances that the AWS config file names.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{EndpointOverrides, Region, StartUrl};

use super::config_file::AwsConfig;
use super::header::SectionKind;
use super::lexer::LEGACY_SSO_KEYS;
use super::values::{SectionKeys, plain_text};

/// An `[sso-session NAME]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoSession {
    /// The session's name.
    pub name: String,
    /// `sso_start_url`, if set.
    pub start_url: Option<StartUrl>,
    /// `sso_region`, if set.
    pub region: Option<Region>,
    /// `sso_registration_scopes`; empty if not set.
    pub registration_scopes: Vec<String>,
    /// Endpoints from the `services` or `endpoint_url` of the section, else from the `services` of
    /// the first profile that uses the session and has endpoints there. The `endpoint_url` of a
    /// profile applies only to that profile.
    pub endpoints: EndpointOverrides,
    /// The section that the endpoints come from, such as `[profile a]`.
    pub endpoints_from: Option<String>,
}

/// An instance that profiles name by start URL and region: `sso_…`, or Granted's `granted_sso_…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyInstance {
    /// The first profile that names the instance.
    pub profile: String,
    pub start_url: StartUrl,
    /// The region of the instance.
    pub region: Region,
    /// `sso_registration_scopes` or `granted_sso_registration_scopes` of the first profile that
    /// names the instance and sets them.
    pub registration_scopes: Vec<String>,
    /// Endpoints from the `services` of the first profile, or from its `endpoint_url` if every
    /// profile that names the instance has endpoints.
    pub endpoints: EndpointOverrides,
    /// The section that the endpoints come from, such as `[profile a]`.
    pub endpoints_from: Option<String>,
}

impl AwsConfig {
    /// Returns the `[sso-session]` sections, in order, each name once.
    pub fn sso_sessions(&self) -> Vec<SsoSession> {
        let (mut order, mut by_name) = (Vec::new(), BTreeMap::<String, SectionKeys>::new());
        for section in self.sections(SectionKind::SsoSession) {
            let Some(name) = self.section_name(section) else { continue };
            if !by_name.contains_key(&name) {
                order.push(name.clone());
            }
            self.add_keys(section, by_name.entry(name).or_default());
        }
        let mut from_profiles = self.endpoints_by_session();
        let session = |name: String| {
            let keys = by_name.remove(&name).unwrap_or_default();
            let own = self.configured_endpoints(&keys).into_endpoints();
            let (endpoints, from) = match own == EndpointOverrides::default() {
                true => from_profiles.remove(&name).unwrap_or_default(),
                false => (own, format!("[sso-session {name}]")),
            };
            SsoSession {
                start_url: plain_value(&keys, "sso_start_url").map(StartUrl::new),
                region: plain_value(&keys, "sso_region").map(Region::new),
                registration_scopes: plain_value(&keys, "sso_registration_scopes")
                    .map(parse_scopes)
                    .unwrap_or_default(),
                endpoints_from: (endpoints != EndpointOverrides::default()).then_some(from),
                endpoints,
                name,
            }
        };
        order.into_iter().map(session).collect()
    }

    /// Returns the instances of legacy profiles, in order, each start URL and region once.
    pub fn legacy_instances(&self) -> Vec<LegacyInstance> {
        let (mut seen_raw, mut seen, mut found) =
            (HashMap::<_, Vec<usize>>::new(), HashMap::new(), Vec::<LegacyInstanceBuilder>::new());
        for section in self.sections(SectionKind::Profile) {
            // Thousands of profiles name the same few instances, so only new values are parsed.
            let raw = self.legacy_values(section);
            if let Some(positions) = seen_raw.get(&raw) {
                positions.iter().for_each(|position| {
                    found[*position].has_plain_profile |= !section.has_endpoints
                });
                continue;
            }
            let Some(profile) = self.section_name(section) else { continue };
            let mut keys = SectionKeys::new();
            self.add_keys(section, &mut keys);
            let positions = seen_raw.entry(raw).or_default();
            for names in LEGACY_SSO_KEYS.chunks(3) {
                let (Some(url), Some(region)) =
                    (plain_value(&keys, names[0]), plain_value(&keys, names[1]))
                else {
                    continue;
                };
                let (start_url, region) = (StartUrl::new(url), Region::new(region));
                let registration_scopes =
                    plain_value(&keys, names[2]).map(parse_scopes).unwrap_or_default();
                let position = *seen
                    .entry((start_url.normalized().to_owned(), region.clone()))
                    .or_insert(found.len());
                if position == found.len() {
                    found.push(LegacyInstanceBuilder {
                        profile: profile.clone(),
                        start_url,
                        region,
                        registration_scopes,
                        endpoints: self.configured_endpoints(&keys),
                        has_plain_profile: false,
                    });
                } else if found[position].registration_scopes.is_empty() {
                    found[position].registration_scopes = registration_scopes;
                }
                found[position].has_plain_profile |= !section.has_endpoints;
                positions.push(position);
            }
        }
        found.into_iter().map(LegacyInstanceBuilder::build).collect()
    }

    /// Returns the spellings in which profiles name this start URL, in order, each once. The AWS
    /// CLI keeps a cache file for each of them.
    pub fn start_url_spellings(&self, start_url: &StartUrl) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut last = "";
        for section in self.sections(SectionKind::Profile) {
            for written in [self.legacy_values(section)[0], self.legacy_values(section)[3]] {
                // Thousands of profiles name the same few instances.
                if written.is_empty() || written == last {
                    continue;
                }
                last = written;
                let written = plain_text(written);
                if StartUrl::new(written) == *start_url
                    && !found.iter().any(|known| known == written)
                {
                    found.push(written.to_owned());
                }
            }
        }
        found
    }

    /// Collects, by session, the endpoints in the `services` of profiles that use the session, and
    /// the section that they come from. The `endpoint_url` of a profile is ignored: one profile for
    /// an emulator must not redirect the sign-in of all others.
    fn endpoints_by_session(&self) -> BTreeMap<String, (EndpointOverrides, String)> {
        let mut by_session = BTreeMap::new();
        for section in self
            .sections(SectionKind::Profile)
            .filter(|section| section.has_session && section.has_endpoints)
        {
            let mut keys = SectionKeys::new();
            self.add_keys(section, &mut keys);
            let from_services = self.configured_endpoints(&keys).from_services;
            if let Some(session) = plain_value(&keys, "sso_session")
                && from_services != EndpointOverrides::default()
                && !by_session.contains_key(session)
            {
                by_session.insert(
                    session.to_owned(),
                    (from_services, format!("[{}]", self.header_text(section).trim())),
                );
            }
        }
        by_session
    }

    /// Returns the endpoints in a section's `services` and its `endpoint_url`.
    fn configured_endpoints(&self, keys: &SectionKeys) -> ConfiguredEndpoints {
        let services =
            plain_value(keys, "services").and_then(|name| self.services(name)).unwrap_or_default();
        let endpoint = |service: &str| {
            services
                .get(service)
                .and_then(|keys| plain_value(keys, "endpoint_url"))
                .map(str::to_owned)
        };
        let from_services = EndpointOverrides {
            oidc: endpoint("sso_oidc"),
            portal: endpoint("sso"),
            sts: endpoint("sts"),
        };
        ConfiguredEndpoints {
            from_services,
            endpoint_url: plain_value(keys, "endpoint_url").map(str::to_owned),
        }
    }
}

#[derive(Debug, Default)]
struct ConfiguredEndpoints {
    /// Those in its `services`.
    from_services: EndpointOverrides,
    /// Its `endpoint_url`, for services without an entry there.
    endpoint_url: Option<String>,
}

impl ConfiguredEndpoints {
    fn into_endpoints(self) -> EndpointOverrides {
        let EndpointOverrides { oidc, portal, sts } = self.from_services;
        let or_default = |own: Option<String>| own.or_else(|| self.endpoint_url.clone());
        EndpointOverrides {
            oidc: or_default(oidc),
            portal: or_default(portal),
            sts: or_default(sts),
        }
    }
}

/// A [`LegacyInstance`] while the file is being parsed.
struct LegacyInstanceBuilder {
    profile: String,
    start_url: StartUrl,
    region: Region,
    registration_scopes: Vec<String>,
    /// The endpoints of the first profile.
    endpoints: ConfiguredEndpoints,
    /// Whether a profile without endpoints names the instance too.
    has_plain_profile: bool,
}

impl LegacyInstanceBuilder {
    fn build(self) -> LegacyInstance {
        let Self {
            profile,
            start_url,
            region,
            registration_scopes,
            endpoints: configured,
            has_plain_profile,
        } = self;
        let endpoints =
            if has_plain_profile { configured.from_services } else { configured.into_endpoints() };
        let endpoints_from =
            (endpoints != EndpointOverrides::default()).then(|| format!("[profile {profile}]"));
        LegacyInstance {
            profile,
            start_url,
            region,
            registration_scopes,
            endpoints,
            endpoints_from,
        }
    }
}

fn plain_value<'k>(keys: &'k SectionKeys, key: &str) -> Option<&'k str> {
    keys.get(key).map(|value| plain_text(value)).filter(|value| !value.is_empty())
}

fn parse_scopes(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_read_with_scopes_and_merged_by_name() {
        let config = AwsConfig::parse(
            b"\xef\xbb\xbf[sso-session corp] # ours\r\n\
              sso_start_url = https://corp.awsapps.com/start#/\r\nsso_region = eu-west-1\r\n\
              sso_registration_scopes = sso:account:access, codewhisperer:completions\r\n\
              [sso-session \"my lab\"]\r\nsso_region = us-east-1\r\n\
              [sso-session corp]\r\nsso_region = eu-central-1\r\n",
        );
        let sessions = config.sso_sessions();
        assert_eq!(
            sessions.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            ["corp", "my lab"]
        );
        assert_eq!(
            sessions[0].start_url.as_ref().unwrap().as_written(),
            "https://corp.awsapps.com/start#/"
        );
        assert_eq!(sessions[0].region.as_ref().unwrap().as_str(), "eu-central-1");
        assert_eq!(
            sessions[0].registration_scopes,
            ["sso:account:access", "codewhisperer:completions"]
        );
        assert_eq!(sessions[1].start_url, None);
    }

    #[test]
    fn legacy_instances_are_found_once_by_both_kinds_of_keys() {
        let config = AwsConfig::parse(
            b"[profile a]\nsso_start_url=https://one/start\nsso_region=eu-west-1\n\
              [profile b]\nsso_start_url=https://one/start/#/\nsso_region=eu-west-1\n\
              [profile c]\ngranted_sso_start_url=https://two/start\ngranted_sso_region=us-east-1\n\
              [profile d]\nsso_start_url=https://three/start\n",
        );
        let found: Vec<_> = config
            .legacy_instances()
            .into_iter()
            .map(|i| (i.profile, i.start_url.to_string()))
            .collect();
        assert_eq!(
            found,
            [("a".into(), "https://one/start".into()), ("c".into(), "https://two/start".into())]
        );
    }

    #[test]
    fn one_start_url_in_several_spellings_is_one_instance() {
        let config = AwsConfig::parse(
            b"[profile a]\nsso_start_url=https://one.awsapps.com/start\nsso_region=eu-west-1\n\
              [profile b]\nsso_start_url=https://ONE.awsapps.com:443/start/#/?tab=accounts\n\
              sso_region=EU-WEST-1\n\
              [profile c]\ngranted_sso_start_url=one.awsapps.com/start\n\
              granted_sso_region=eu-west-1\n\
              [profile d]\nsso_start_url=https://one.awsapps.com/start\nsso_region=us-east-1\n",
        );
        let found: Vec<_> = config
            .legacy_instances()
            .into_iter()
            .map(|found| (found.profile, found.region.to_string()))
            .collect();
        assert_eq!(found, [("a".into(), "eu-west-1".into()), ("d".into(), "us-east-1".into())]);
        assert_eq!(
            config.start_url_spellings(&StartUrl::new("https://one.awsapps.com/start")),
            [
                "https://one.awsapps.com/start",
                "https://ONE.awsapps.com:443/start/#/?tab=accounts",
                "one.awsapps.com/start"
            ]
        );
    }

    #[test]
    fn comments_and_quotes_around_a_value_are_not_part_of_it() {
        let config = AwsConfig::parse(
            "[sso-session corp]\nsso_start_url = \"https://corp.awsapps.com/start#/\"\n\
             sso_region = eu-west-1 # Ireland\n\
             [profile a]\nsso_start_url = https://lab.awsapps.com/start ; lab\n\
             sso_region = \u{a0}'us-east-1'\n",
        );
        let session = config.sso_sessions().remove(0);
        assert_eq!(session.start_url.unwrap().as_written(), "https://corp.awsapps.com/start#/");
        assert_eq!(session.region.unwrap().as_str(), "eu-west-1");
        let legacy = config.legacy_instances().remove(0);
        assert_eq!(
            (legacy.start_url.as_written(), legacy.region.as_str()),
            ("https://lab.awsapps.com/start", "us-east-1")
        );
    }

    #[test]
    fn the_first_profile_with_scopes_sets_them_for_its_directory() {
        let config = AwsConfig::parse(
            b"[profile a]\ngranted_sso_start_url=https://one/start\ngranted_sso_region=eu-west-1\n\
              [profile b]\ngranted_sso_start_url=https://one/start\ngranted_sso_region=eu-west-1\n\
              granted_sso_registration_scopes = sso:account:access, x:y\n\
              [profile c]\nsso_start_url=https://two/start\nsso_region=us-east-1\n",
        );
        let found: Vec<_> = config
            .legacy_instances()
            .into_iter()
            .map(|instance| instance.registration_scopes)
            .collect();
        assert_eq!(found, [vec!["sso:account:access".to_owned(), "x:y".to_owned()], Vec::new()]);
    }

    #[test]
    fn endpoints_come_from_services_in_both_spellings_then_from_the_profile() {
        let config = AwsConfig::parse(
            b"[profile a]\nsso_start_url=https://one/start\nsso_region=eu-west-1\n\
              services = local\nendpoint_url = http://all\n\
              [services local]\nsso-oidc =\n  endpoint_url = http://oidc\n\
              sso =\n  endpoint_url = http://portal\n",
        );
        let endpoints = config.legacy_instances().remove(0).endpoints;
        assert_eq!(
            (endpoints.oidc.unwrap(), endpoints.portal.unwrap(), endpoints.sts.unwrap()),
            ("http://oidc".into(), "http://portal".into(), "http://all".into())
        );
    }

    #[test]
    fn a_session_takes_the_endpoints_of_a_profile_that_uses_it() {
        let config = AwsConfig::parse(
            b"[profile a]\nsso_session = corp\n\
              [profile b]\nsso_session = corp\nservices = local\n\
              [sso-session corp]\nsso_region = eu-west-1\n\
              [services local]\nsso_oidc =\n  endpoint_url = http://oidc\n",
        );
        let session = config.sso_sessions().remove(0);
        assert_eq!(
            (session.endpoints.oidc.as_deref(), session.endpoints_from.as_deref()),
            (Some("http://oidc"), Some("[profile b]"))
        );
    }

    #[test]
    fn a_session_that_a_profile_names_twice_takes_its_endpoints() {
        let config = AwsConfig::parse(
            b"[profile a]\nsso_session = other\nsso_session = corp\nservices = local\n\
              [sso-session corp]\nsso_region = eu-west-1\n[services local]\nsso_oidc =\n  endpoint_url = http://oidc\n",
        );
        let session = config.sso_sessions().remove(0);
        assert_eq!(session.endpoints.oidc.as_deref(), Some("http://oidc"));
    }

    #[test]
    fn services_are_those_of_exactly_this_name() {
        let config = AwsConfig::parse(
            b"[services local]\nsts =\n  endpoint_url = http://a\n\
              [services local-2]\nsts =\n  endpoint_url = http://b\n[services \"quoted\"]\nsts =\n  endpoint_url = http://c\n",
        );
        let sts = |name: &str| {
            config.services(name).map(|services| services["sts"]["endpoint_url"].clone())
        };
        assert_eq!(sts("local").as_deref(), Some("http://a"));
        assert_eq!(sts("local-2").as_deref(), Some("http://b"));
        assert_eq!(sts("quoted").as_deref(), Some("http://c"));
        assert_eq!(sts("loca"), None);
    }

    #[test]
    fn profile_names_are_in_order_and_each_is_there_once() {
        let config = AwsConfig::parse(
            b"[profile b]\n[default]\n[profile a]\n[sso-session s]\n[profile b]\n[services x]\n",
        );
        assert_eq!(config.profile_names(), ["b", "default", "a"]);
    }

    #[test]
    fn a_profile_for_an_emulator_does_not_redirect_the_sign_in_of_others() {
        let emulator = "[profile emulator]\nDIRECTORY\nendpoint_url = http://localhost:4566\n";
        let others = "[profile a]\nDIRECTORY\n[profile b]\nDIRECTORY\n";
        let legacy = "sso_start_url = https://one/start\nsso_region = eu-west-1";
        for text in [format!("{emulator}{others}"), format!("{others}{emulator}")] {
            let config = AwsConfig::parse(text.replace("DIRECTORY", legacy));
            assert_eq!(
                config.legacy_instances()[0].endpoints,
                EndpointOverrides::default(),
                "{text}"
            );
            let sessions = format!(
                "[sso-session corp]\nsso_region = eu-west-1\n{}",
                text.replace("DIRECTORY", "sso_session = corp")
            );
            assert_eq!(
                AwsConfig::parse(sessions).sso_sessions()[0].endpoints,
                EndpointOverrides::default()
            );
        }
        // Profiles with the same values are read in a shorter way.
        for order in [["e", "a", "e"], ["e", "a", "a"]] {
            let text =
                order.map(|kind| if kind == "e" { emulator } else { "[profile a]\nDIRECTORY\n" });
            let config = AwsConfig::parse(text.concat().replace("DIRECTORY", legacy));
            assert_eq!(config.legacy_instances()[0].endpoints, EndpointOverrides::default());
        }
        let alone =
            AwsConfig::parse(emulator.replace("DIRECTORY", legacy)).legacy_instances().remove(0);
        assert_eq!(alone.endpoints.portal.as_deref(), Some("http://localhost:4566"));
        assert_eq!(alone.endpoints_from.as_deref(), Some("[profile emulator]"));
    }

    #[test]
    fn one_invalid_section_does_not_hide_the_others() {
        let config = AwsConfig::parse(
            b"junk\n\
              [profile a\nx\n\
              [profile b]\n= y\nregion\n\xff\xfe = 1\nregion = eu\n\
              [DEFAULT]\noutput = json\n",
        );
        let profile = config.profile("b").unwrap();
        assert_eq!(profile.get("region"), Some("eu"));
        assert_eq!(profile.get("output"), None);
        assert_eq!(config.profile("a"), None);
    }

    #[test]
    fn every_profile_is_read_once_with_all_its_sections() {
        let config = AwsConfig::parse(
            b"[profile a]\nregion = eu\n\
              [default]\noutput = json\n\
              [profile a]\nregion = us\nk = v\n",
        );
        let found: Vec<_> = config
            .profiles()
            .into_iter()
            .map(|(name, profile)| (name, profile.get("region").map(str::to_owned)))
            .collect();
        assert_eq!(found, [("a".to_owned(), Some("us".to_owned())), ("default".to_owned(), None)]);
    }

    #[test]
    fn credentials_files_have_bare_names() {
        let config =
            AwsConfig::parse(b"[default]\naws_access_key_id = x\n[my own] # c\n[default]\n");
        assert_eq!(config.credentials_profile_names(), ["default", "my own"]);
    }
}
