//! IAM Identity Center instances and their start URLs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{InstanceName, Region};

/// The start URL of an access portal.
///
/// Keeps the URL as written, because the AWS CLI derives the names of its cache files from it.
/// Equality uses the normalized form, so that several spellings of a URL are equal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct StartUrl {
    written: String,
    normalized: String,
}

impl StartUrl {
    /// Creates a start URL from its written form.
    pub fn new(url: impl Into<String>) -> Self {
        let written = url.into();
        Self { normalized: normalize(&written), written }
    }

    /// Returns the URL as written, from which the AWS CLI derives its cache keys.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Returns the normalized form, which AWS expects and which names records: `https://` if no
    /// scheme is given, scheme and host in lower case, without the scheme's default port, query,
    /// fragment and trailing slashes. The path keeps its case.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// Returns the first label of the host: `corp` for `https://corp.awsapps.com/start`.
    pub fn first_label(&self) -> &str {
        let host = self.normalized.split_once("://").map_or(self.normalized(), |(_, rest)| rest);
        host.split(['.', '/', ':']).next().unwrap_or_default()
    }
}

fn normalize(written: &str) -> String {
    let text = written.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (scheme, host) = (scheme.to_ascii_lowercase(), rest[..end].to_ascii_lowercase());
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    let path = rest[end..].split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    // Without a host it is not a URL. Keep it as written, for error messages.
    if host.is_empty() { text.to_owned() } else { format!("{scheme}://{host}{path}") }
}

impl From<String> for StartUrl {
    fn from(written: String) -> Self {
        Self::new(written)
    }
}

impl From<StartUrl> for String {
    fn from(url: StartUrl) -> Self {
        url.written
    }
}

impl PartialEq for StartUrl {
    fn eq(&self, other: &Self) -> bool {
        self.normalized == other.normalized
    }
}

impl Eq for StartUrl {}

impl fmt::Display for StartUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.normalized())
    }
}

/// Where an instance is defined. If a name is defined more than once, the first of these wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstanceSource {
    /// `[instances.NAME]` in the rolecall configuration file.
    RolecallConfig,
    /// `[sso-session NAME]` in the AWS config file.
    SsoSession,
    /// A profile with `sso_start_url` and `sso_region`, or their `granted_` variants.
    LegacyProfile,
}

/// Endpoint URLs that replace the defaults, from the environment or a `[services]` section.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndpointOverrides {
    /// SSO OIDC, for signing in.
    pub oidc: Option<String>,
    /// SSO, the access portal.
    pub portal: Option<String>,
    /// STS, for chained roles.
    pub sts: Option<String>,
}

/// An IAM Identity Center instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its name in the configuration.
    pub name: InstanceName,
    /// The start URL of its access portal.
    pub start_url: StartUrl,
    /// The region of the instance itself, not the `region` of a profile.
    pub sso_region: Region,
    /// The region for roles that do not set one.
    pub default_region: Option<Region>,
    /// The OAuth scopes to register the client with.
    pub scopes: Vec<String>,
    /// Where it is defined.
    pub source: InstanceSource,
    /// Endpoint URLs that replace the defaults.
    pub endpoints: EndpointOverrides,
}

impl Instance {
    /// The default scope, which makes sessions refreshable.
    pub const DEFAULT_SCOPE: &str = "sso:account:access";

    /// Creates an instance of rolecall's configuration without optional settings.
    pub fn new(name: InstanceName, start_url: StartUrl, sso_region: Region) -> Self {
        Self {
            name,
            start_url,
            sso_region,
            default_region: None,
            scopes: vec![Self::DEFAULT_SCOPE.to_owned()],
            source: InstanceSource::RolecallConfig,
            endpoints: EndpointOverrides::default(),
        }
    }

    /// An instance for tests, with its name in its start URL.
    #[cfg(test)]
    pub fn example(name: &str) -> Self {
        let start_url = StartUrl::new(format!("https://{name}.awsapps.com/start"));
        Self::new(InstanceName::new(name), start_url, Region::new("eu-west-1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_portal_in_several_spellings_is_one() {
        let plain = StartUrl::new("https://corp.awsapps.com/start");
        for spelling in [
            "https://corp.awsapps.com/start/",
            "https://corp.awsapps.com/start#",
            "https://corp.awsapps.com/start/#/",
            "https://corp.awsapps.com/start/#/?tab=accounts",
            "https://corp.awsapps.com/start?x=1",
            "https://corp.awsapps.com:443/start",
            "HTTPS://Corp.AWSapps.com/start",
            "corp.awsapps.com/start",
            "  https://corp.awsapps.com/start \t",
        ] {
            let url = StartUrl::new(spelling);
            assert_eq!(url, plain, "{spelling}");
            assert_eq!(
                (url.normalized(), url.as_written(), url.first_label()),
                (plain.normalized(), spelling, "corp")
            );
        }
    }

    #[test]
    fn each_scheme_has_its_own_default_port() {
        assert_eq!(StartUrl::new("http://localhost:80/x"), StartUrl::new("http://localhost/x"));
        assert_ne!(StartUrl::new("http://localhost:443/x"), StartUrl::new("http://localhost/x"));
        assert_ne!(StartUrl::new("https://a.example:80/x"), StartUrl::new("https://a.example/x"));
    }

    #[test]
    fn different_portals_stay_different() {
        let plain = StartUrl::new("https://corp.awsapps.com/start");
        for other in [
            "https://corp.awsapps.com",
            "https://corp.awsapps.com/Start",
            "https://corp.awsapps.com/start/x",
            "https://corp.awsapps.com:8443/start",
            "http://corp.awsapps.com/start",
            "https://lab.awsapps.com/start",
            "",
        ] {
            assert_ne!(StartUrl::new(other), plain, "{other}");
        }
        assert_eq!(StartUrl::new("/start").normalized(), "/start");
    }

    #[test]
    fn the_written_form_survives_storage() {
        let url = StartUrl::new("Corp.awsapps.com/start/#/");
        let stored = serde_json::to_string(&url).unwrap();
        assert_eq!(stored, "\"Corp.awsapps.com/start/#/\"");
        assert_eq!(
            serde_json::from_str::<StartUrl>(&stored).unwrap().as_written(),
            url.as_written()
        );
    }
}
