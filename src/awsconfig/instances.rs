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
mod tests;
