//! Discovers the portal and region of an address: from the address itself, else from the portal's
//! redirect.

use crate::domain::{EndpointOverrides, ErrorKind, Instance, Region, Result, StartUrl};
use crate::identity::{Flow, IdentityClient, NetworkConfig, probe};
use crate::os::clock::Clock;

use crate::ops::setup::start_url::{self, ParsedStartUrl};

/// What is known of a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveredPortal {
    /// Its start URL, as AWS knows it.
    pub start_url: StartUrl,
    /// The region of its directory; `None` if only the user knows it.
    pub region: Option<Region>,
    /// The evidence for the region, or why it is not known.
    pub evidence: String,
}

/// Discovers a portal from a pasted address. Sends one request if the address does not contain its
/// region; nothing is guessed.
///
/// # Errors
/// As [`start_url::parse`]. A portal that can't be reached is not an error: its region is unknown
/// then.
pub async fn discover(
    network: &NetworkConfig,
    endpoints: &EndpointOverrides,
    pasted: &str,
) -> Result<DiscoveredPortal> {
    let address = start_url::parse(pasted)?;
    if let Some(region) = &address.region {
        let evidence = format!("the address names {region}");
        return Ok(DiscoveredPortal {
            start_url: address.start_url,
            region: address.region,
            evidence,
        });
    }
    let looked = probe(network, address.start_url.as_written(), endpoints.portal.as_deref()).await;
    Ok(match looked {
        Ok(seen) => portal_from_redirect(address, seen.location.as_deref()),
        Err(error) if error.kind == ErrorKind::Config => return Err(error),
        Err(error) => {
            DiscoveredPortal { start_url: address.start_url, region: None, evidence: error.message }
        }
    })
}

/// Evaluates a redirect: only hosts of AWS are trusted.
fn portal_from_redirect(address: ParsedStartUrl, location: Option<&str>) -> DiscoveredPortal {
    let unknown = |address: ParsedStartUrl, evidence: &str| DiscoveredPortal {
        start_url: address.start_url,
        region: None,
        evidence: evidence.to_owned(),
    };
    let Some(location) = location else {
        return unknown(address, "neither the address nor the portal names it");
    };
    match start_url::parse(location) {
        Ok(there) if there.is_aws => {
            // A host name of AWS is kept, since users know it. Another one only redirects to the
            // portal.
            let start_url =
                if address.is_aws { address.start_url } else { there.start_url.clone() };
            let evidence = match &there.region {
                Some(_) => format!("its portal is {}", host(&there.start_url)),
                None => format!(
                    "its portal is {}, which does not name its region",
                    host(&there.start_url)
                ),
            };
            DiscoveredPortal { start_url, region: there.region, evidence }
        }
        _ => unknown(address, "the address does not lead to an AWS access portal"),
    }
}

fn host(start_url: &StartUrl) -> &str {
    let rest =
        start_url.normalized().split_once("://").map_or(start_url.normalized(), |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Asks AWS whether start URL and region belong together. Starts a device code sign-in that is
/// never shown.
///
/// # Errors
/// [`ErrorKind::Config`] if they don't; [`ErrorKind::Unreachable`] if AWS could not be asked.
pub async fn verify_region(
    instance: &Instance,
    network: &NetworkConfig,
    clock: Clock,
) -> Result<()> {
    let identity = IdentityClient::new(instance.clone(), network, clock)?;
    let registration = identity.register(Flow::Device).await?;
    identity.start_device_authorization(&registration).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirected(pasted: &str, location: Option<&str>) -> (String, Option<String>) {
        let portal = portal_from_redirect(start_url::parse(pasted).unwrap(), location);
        (portal.start_url.to_string(), portal.region.map(|region| region.to_string()))
    }

    #[test]
    fn a_redirect_to_a_regional_portal_names_the_region() {
        let corp = redirected(
            "https://corp.awsapps.com/start",
            Some("https://ssoins-1.portal.eu-west-1.app.aws/?x=1"),
        );
        assert_eq!(corp, ("https://corp.awsapps.com/start".into(), Some("eu-west-1".into())));
        let vanity = redirected(
            "https://aws.example.com",
            Some("https://ssoins-1.eu-central-1.portal.amazonaws.com/"),
        );
        assert_eq!(
            vanity,
            (
                "https://ssoins-1.eu-central-1.portal.amazonaws.com".into(),
                Some("eu-central-1".into())
            )
        );
    }

    #[test]
    fn a_companys_own_host_name_may_redirect_to_a_portal_without_a_region() {
        let vanity = redirected("https://aws.example.com", Some("https://corp.awsapps.com/start/"));
        assert_eq!(vanity, ("https://corp.awsapps.com/start".into(), None));
    }

    #[test]
    fn only_redirects_to_aws_are_trusted() {
        for location in [
            "https://login.example.com/eu-west-1",
            "https://x.portal.eu-west-1.app.aws.example.com/",
            "/login",
            "not an address",
        ] {
            assert_eq!(
                redirected("https://aws.example.com", Some(location)),
                ("https://aws.example.com".into(), None),
                "{location}"
            );
        }
        assert_eq!(
            redirected("https://corp.awsapps.com/start", None),
            ("https://corp.awsapps.com/start".into(), None)
        );
    }
}
