//! One IAM Identity Center as a person has it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{InstanceName, Region};

/// The start URL of an access portal.
///
/// The written form is kept, because the AWS CLI names its cache files after it. Equality uses the
/// normalized form: one portal in several spellings is one portal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct StartUrl {
    written: String,
    normalized: String,
}

impl StartUrl {
    /// Takes the URL as written.
    pub fn new(url: impl Into<String>) -> Self {
        let written = url.into();
        Self { normalized: normalize(&written), written }
    }

    /// As written: what the AWS CLI's cache keys are made of.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// The normalized form, which AWS expects and records are named by: `https://` if no scheme is given, scheme and host in lower case,
    /// without the scheme's default port, a query, a fragment or slashes at the end. The path keeps
    /// its case.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// The first label of its host: `corp` of `https://corp.awsapps.com/start`.
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
    // Nothing in front of a path is not an address. Keep it as it is, so that messages show what
    // was written.
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

/// Where an instance was found; earlier ones win a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstanceSource {
    /// `[instances.NAME]` of our configuration file.
    RolecallConfig,
    /// `[sso-session NAME]` of the AWS config file.
    SsoSession,
    /// A profile with `sso_start_url` + `sso_region`, or the `granted_` spelling.
    LegacyProfile,
}

/// Addresses that stand in for AWS's own, from the environment or a `[services]` section.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EndpointOverrides {
    /// Sign-in (SSO OIDC).
    pub oidc: Option<String>,
    /// The access portal (SSO).
    pub portal: Option<String>,
    /// STS.
    pub sts: Option<String>,
}

/// One IAM Identity Center directory and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// What a person calls it.
    pub name: InstanceName,
    /// Its portal.
    pub start_url: StartUrl,
    /// The region of the directory itself, never a profile's `region`.
    pub sso_region: Region,
    /// The region of roles that say none.
    pub default_region: Option<Region>,
    /// What is asked for at registration; `sso:account:access` makes sessions refreshable.
    pub scopes: Vec<String>,
    /// Where it was found.
    pub source: InstanceSource,
    /// Overridden addresses.
    pub endpoints: EndpointOverrides,
}

impl Instance {
    /// The scope that makes sessions refreshable, and the default.
    pub const DEFAULT_SCOPE: &str = "sso:account:access";
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
