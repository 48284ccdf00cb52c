//! One IAM Identity Center as a person has it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{InstanceName, Region};

/// The address people type to reach the portal, as it was written; compared without `/`, `/#`, `/#/` at its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StartUrl(String);

impl StartUrl {
    /// Takes the URL as written.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// As written: what the AWS CLI's cache keys are made of.
    pub fn as_written(&self) -> &str {
        &self.0
    }

    /// Without what does not matter at its end.
    pub fn trimmed(&self) -> &str {
        self.0.trim().trim_end_matches(['/', '#'])
    }

    /// The first label of its host: `corp` of `https://corp.awsapps.com/start`.
    pub fn first_label(&self) -> &str {
        let host = self.0.trim().split_once("://").map_or(self.0.trim(), |(_, rest)| rest);
        host.split(['.', '/', ':']).next().unwrap_or_default()
    }
}

impl PartialEq for StartUrl {
    fn eq(&self, other: &Self) -> bool {
        self.trimmed() == other.trimmed()
    }
}

impl Eq for StartUrl {}

impl fmt::Display for StartUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.trimmed())
    }
}

/// Where an instance was found; earlier ones win a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// `[instances.NAME]` of our configuration file.
    Ours,
    /// `[sso-session NAME]` of the AWS config file.
    SsoSession,
    /// A profile with `sso_start_url` + `sso_region`, or the `granted_` spelling.
    LegacyProfile,
}

/// Addresses that stand in for AWS's own, from the environment or a `[services]` section.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Endpoints {
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
    pub source: Source,
    /// Overridden addresses.
    pub endpoints: Endpoints,
}

impl Instance {
    /// The scope that makes sessions refreshable, and the default.
    pub const DEFAULT_SCOPE: &str = "sso:account:access";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_urls_compare_without_their_tail() {
        let plain = StartUrl::new("https://corp.awsapps.com/start");
        for tail in ["/", "/#", "/#/"] {
            assert_eq!(StartUrl::new(format!("https://corp.awsapps.com/start{tail}")), plain);
        }
        assert_eq!(plain.first_label(), "corp");
    }
}
