//! IAM Identity Centers that the AWS config file knows.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::{Endpoints, Region, StartUrl};

use super::header::Kind;
use super::read::AwsConfig;
use super::scan::LEGACY;
use super::values::Keys;

/// An `[sso-session NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoSession {
    /// Its name.
    pub name: String,
    /// `sso_start_url`, if it has one.
    pub start_url: Option<StartUrl>,
    /// `sso_region`, if it has one.
    pub region: Option<Region>,
    /// `sso_registration_scopes`; empty when it says none.
    pub registration_scopes: Vec<String>,
    /// Endpoints from the `services` or `endpoint_url` of the section, else of the first profile that uses it and has some.
    pub endpoints: Endpoints,
}

/// A directory that profiles name by start URL and region: `sso_…`, or Granted's `granted_sso_…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyInstance {
    /// The first profile that names it.
    pub profile: String,
    /// The portal.
    pub start_url: StartUrl,
    /// The region of the directory.
    pub region: Region,
    /// `sso_registration_scopes` or `granted_sso_registration_scopes` of the first profile that names the directory and has some.
    pub registration_scopes: Vec<String>,
    /// Endpoints from the `services` or `endpoint_url` of that profile.
    pub endpoints: Endpoints,
}

impl AwsConfig {
    /// The `[sso-session]` sections, in order, each name once.
    pub fn sso_sessions(&self) -> Vec<SsoSession> {
        let (mut order, mut by_name) = (Vec::new(), BTreeMap::<String, Keys>::new());
        for section in self.sections(Kind::SsoSession) {
            let Some(name) = self.name(section) else { continue };
            if !by_name.contains_key(&name) {
                order.push(name.clone());
            }
            self.read(section, by_name.entry(name).or_default());
        }
        let mut lent = self.lent_endpoints();
        let session = |name: String| {
            let keys = by_name.remove(&name).unwrap_or_default();
            let own = self.endpoints(&keys);
            SsoSession {
                start_url: text(&keys, "sso_start_url").map(StartUrl::new),
                region: text(&keys, "sso_region").map(Region::new),
                registration_scopes: text(&keys, "sso_registration_scopes").map(scopes).unwrap_or_default(),
                endpoints: if own == Endpoints::default() { lent.remove(&name).unwrap_or_default() } else { own },
                name,
            }
        };
        order.into_iter().map(session).collect()
    }

    /// The directories of legacy profiles, in order, each start URL and region once.
    pub fn legacy_instances(&self) -> Vec<LegacyInstance> {
        let (mut seen_raw, mut seen, mut found) = (HashSet::new(), HashMap::new(), Vec::new());
        let mut last = [""; LEGACY.len()];
        for section in self.sections(Kind::Profile) {
            // Thousands of profiles name the same few directories: only new values are worth reading properly.
            let raw = self.legacy(section);
            if raw == last || !seen_raw.insert(raw) {
                continue;
            }
            last = raw;
            let Some(profile) = self.name(section) else { continue };
            let mut keys = Keys::new();
            self.read(section, &mut keys);
            for names in LEGACY.chunks(3) {
                let (Some(url), Some(region)) = (text(&keys, names[0]), text(&keys, names[1])) else { continue };
                let (start_url, region) = (StartUrl::new(url), Region::new(region));
                let registration_scopes = text(&keys, names[2]).map(scopes).unwrap_or_default();
                match seen.entry((start_url.trimmed().to_owned(), region.as_str().to_owned())) {
                    Entry::Vacant(place) => {
                        place.insert(found.len());
                        let (profile, endpoints) = (profile.clone(), self.endpoints(&keys));
                        found.push(LegacyInstance { profile, start_url, region, registration_scopes, endpoints });
                    }
                    Entry::Occupied(place) => {
                        let known: &mut LegacyInstance = &mut found[*place.get()];
                        if known.registration_scopes.is_empty() {
                            known.registration_scopes = registration_scopes;
                        }
                    }
                }
            }
        }
        found
    }

    /// Endpoints that profiles give to the session they use.
    fn lent_endpoints(&self) -> BTreeMap<String, Endpoints> {
        let mut lent = BTreeMap::new();
        for section in self.sections(Kind::Profile).filter(|section| section.has_session && section.has_endpoints) {
            let mut keys = Keys::new();
            self.read(section, &mut keys);
            if let Some(session) = text(&keys, "sso_session")
                && !lent.contains_key(session)
            {
                lent.insert(session.to_owned(), self.endpoints(&keys));
            }
        }
        lent
    }

    /// What a section's `services`, then its `endpoint_url`, say.
    fn endpoints(&self, keys: &Keys) -> Endpoints {
        let services = text(keys, "services").and_then(|name| self.services(name)).unwrap_or_default();
        let all = text(keys, "endpoint_url");
        let of = |service: &str| {
            let own = services.get(service).and_then(|keys| text(keys, "endpoint_url"));
            own.or(all).map(str::to_owned)
        };
        Endpoints { oidc: of("sso_oidc"), portal: of("sso"), sts: of("sts") }
    }
}

fn text<'k>(keys: &'k Keys, key: &str) -> Option<&'k str> {
    keys.get(key).map(String::as_str).filter(|value| !value.is_empty())
}

fn scopes(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_read_with_scopes_and_merged_by_name() {
        let config = AwsConfig::parse(
            b"\xef\xbb\xbf[sso-session corp] # ours\r\nsso_start_url = https://corp.awsapps.com/start#/\r\nsso_region = eu-west-1\r\n\
              sso_registration_scopes = sso:account:access, codewhisperer:completions\r\n\
              [sso-session \"my lab\"]\r\nsso_region = us-east-1\r\n\
              [sso-session corp]\r\nsso_region = eu-central-1\r\n",
        );
        let sessions = config.sso_sessions();
        assert_eq!(sessions.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["corp", "my lab"]);
        assert_eq!(sessions[0].start_url.as_ref().unwrap().as_written(), "https://corp.awsapps.com/start#/");
        assert_eq!(sessions[0].region.as_ref().unwrap().as_str(), "eu-central-1");
        assert_eq!(sessions[0].registration_scopes, ["sso:account:access", "codewhisperer:completions"]);
        assert_eq!(sessions[1].start_url, None);
    }

    #[test]
    fn legacy_profiles_are_found_once_per_directory_in_both_spellings() {
        let config = AwsConfig::parse(
            b"[profile a]\nsso_start_url=https://one/start\nsso_region=eu-west-1\n\
              [profile b]\nsso_start_url=https://one/start/#/\nsso_region=eu-west-1\n\
              [profile c]\ngranted_sso_start_url=https://two/start\ngranted_sso_region=us-east-1\n\
              [profile d]\nsso_start_url=https://three/start\n",
        );
        let said: Vec<_> = config.legacy_instances().into_iter().map(|i| (i.profile, i.start_url.to_string())).collect();
        assert_eq!(said, [("a".into(), "https://one/start".into()), ("c".into(), "https://two/start".into())]);
    }

    #[test]
    fn the_first_profile_that_names_scopes_says_them_for_its_directory() {
        let config = AwsConfig::parse(
            b"[profile a]\ngranted_sso_start_url=https://one/start\ngranted_sso_region=eu-west-1\n\
              [profile b]\ngranted_sso_start_url=https://one/start\ngranted_sso_region=eu-west-1\n\
              granted_sso_registration_scopes = sso:account:access, x:y\n\
              [profile c]\nsso_start_url=https://two/start\nsso_region=us-east-1\n",
        );
        let said: Vec<_> = config.legacy_instances().into_iter().map(|instance| instance.registration_scopes).collect();
        assert_eq!(said, [vec!["sso:account:access".to_owned(), "x:y".to_owned()], Vec::new()]);
    }

    #[test]
    fn endpoints_come_from_services_in_both_spellings_then_from_the_profile() {
        let config = AwsConfig::parse(
            b"[profile a]\nsso_start_url=https://one/start\nsso_region=eu-west-1\nservices = local\nendpoint_url = http://all\n\
              [services local]\nsso-oidc =\n  endpoint_url = http://oidc\nsso =\n  endpoint_url = http://portal\n",
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
            b"[profile a]\nsso_session = corp\n[profile b]\nsso_session = corp\nservices = local\n\
              [sso-session corp]\nsso_region = eu-west-1\n[services local]\nsso_oidc =\n  endpoint_url = http://oidc\n",
        );
        assert_eq!(config.sso_sessions()[0].endpoints.oidc.as_deref(), Some("http://oidc"));
    }

    #[test]
    fn one_bad_section_does_not_hide_the_others() {
        let config =
            AwsConfig::parse(b"junk\n[profile a\nx\n[profile b]\n= y\nregion\n\xff\xfe = 1\nregion = eu\n[DEFAULT]\noutput = json\n");
        let profile = config.profile("b").unwrap();
        assert_eq!(profile.get("region"), Some("eu"));
        assert_eq!(profile.get("output"), None);
        assert_eq!(config.profile("a"), None);
    }

    #[test]
    fn every_profile_is_read_once_with_all_its_sections() {
        let config = AwsConfig::parse(b"[profile a]\nregion = eu\n[default]\noutput = json\n[profile a]\nregion = us\nk = v\n");
        let said: Vec<_> = config.profiles().into_iter().map(|(name, profile)| (name, profile.get("region").map(str::to_owned))).collect();
        assert_eq!(said, [("a".to_owned(), Some("us".to_owned())), ("default".to_owned(), None)]);
    }

    #[test]
    fn credentials_files_have_bare_names() {
        let config = AwsConfig::parse(b"[default]\naws_access_key_id = x\n[my own] # c\n[default]\n");
        assert_eq!(config.credentials_names(), ["default", "my own"]);
    }
}
