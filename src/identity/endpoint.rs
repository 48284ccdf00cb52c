//! Endpoints of an instance's services: by the rules of the SDK, or as configured.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_sdk_sso::config::endpoint::{
    DefaultResolver as PortalResolver, Params as PortalParams, ResolveEndpoint as _,
};
use aws_sdk_ssooidc::config::endpoint::{
    DefaultResolver as OidcResolver, Params as OidcParams, ResolveEndpoint as _,
};
use aws_sdk_sts::config::endpoint::{
    DefaultResolver as StsResolver, Params as StsParams, ResolveEndpoint as _,
};
use aws_smithy_runtime_api::client::endpoint::EndpointFuture;

use crate::domain::{Error, ErrorKind, Instance, Region, Result, StartUrl};

use super::NetworkConfig;

/// The endpoint URLs of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResolvedEndpoints {
    /// SSO OIDC.
    pub(super) oidc: String,
    /// SSO OIDC for device codes.
    pub(super) device: String,
    pub(super) portal: String,
}

impl ResolvedEndpoints {
    pub(super) fn resolve(
        instance: &Instance,
        network: &NetworkConfig,
    ) -> Result<ResolvedEndpoints> {
        let region = &instance.sso_region;
        let oidc = |dualstack: bool| match &instance.endpoints.oidc {
            Some(url) => validate_override(url),
            None => resolve_oidc(region, network.fips, dualstack),
        };
        let portal = match &instance.endpoints.portal {
            Some(url) => validate_override(url)?,
            None => resolve_portal(region, network)?,
        };
        let device = network.dualstack || is_dual_stack_portal(&instance.start_url, region);
        Ok(ResolvedEndpoints { oidc: oidc(network.dualstack)?, device: oidc(device)?, portal })
    }
}

/// Resolves the regional endpoint of STS.
pub(super) fn resolve_sts(
    instance: &Instance,
    region: &Region,
    network: &NetworkConfig,
) -> Result<String> {
    if let Some(url) = &instance.endpoints.sts {
        return validate_override(url);
    }
    let params = StsParams::builder()
        .region(region.as_str())
        .use_fips(network.fips)
        .use_dual_stack(network.dualstack)
        .use_global_endpoint(false);
    let params = params.build().map_err(|error| endpoint_error(region, &error))?;
    endpoint_url(StsResolver::new().resolve_endpoint(&params), region)
}

fn resolve_oidc(region: &Region, fips: bool, dualstack: bool) -> Result<String> {
    let params = OidcParams::builder()
        .region(region.as_str())
        .use_fips(fips)
        .use_dual_stack(dualstack)
        .build();
    let params = params.map_err(|error| endpoint_error(region, &error))?;
    endpoint_url(OidcResolver::new().resolve_endpoint(&params), region)
}

fn resolve_portal(region: &Region, network: &NetworkConfig) -> Result<String> {
    let params = PortalParams::builder()
        .region(region.as_str())
        .use_fips(network.fips)
        .use_dual_stack(network.dualstack)
        .build();
    let params = params.map_err(|error| endpoint_error(region, &error))?;
    endpoint_url(PortalResolver::new().resolve_endpoint(&params), region)
}

/// Returns the URL of a resolved endpoint. The rules involve no I/O, so the future is ready at
/// once.
fn endpoint_url(endpoint: EndpointFuture<'_>, region: &Region) -> Result<String> {
    match pin!(endpoint).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(endpoint)) => Ok(endpoint.url().to_owned()),
        Poll::Ready(Err(error)) => Err(endpoint_error(region, &*error)),
        Poll::Pending => Err(Error::internal("the endpoint rules returned no endpoint")),
    }
}

fn endpoint_error(region: &Region, error: &dyn std::error::Error) -> Error {
    Error::new(ErrorKind::Config, format!("region `{region}` has no such endpoint: {error}"))
        .hint("check `sso_region`")
}

/// Validates a configured endpoint and removes trailing slashes.
fn validate_override(url: &str) -> Result<String> {
    let trimmed = url.trim().trim_end_matches('/');
    match trimmed.parse::<http::Uri>() {
        Ok(uri) if matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() => {
            Ok(trimmed.to_owned())
        }
        _ => Err(Error::new(
            ErrorKind::Config,
            format!("`{trimmed}` is not an endpoint URL"),
        )
        .hint(
            "check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_* and `endpoint_url` in the AWS config file",
        )),
    }
}

/// Whether a portal is at `….portal.REGION.app.aws`. Such portals confirm device codes only if the
/// sign-in started at the dual-stack endpoint.
fn is_dual_stack_portal(start_url: &StartUrl, region: &Region) -> bool {
    let authority = authority(start_url.normalized()).to_ascii_lowercase();
    let name = authority.split(':').next().unwrap_or_default();
    name.ends_with(&format!(".portal.{region}.app.aws"))
}

/// Returns the authority of a URL: `oidc.eu-west-1.amazonaws.com`, `127.0.0.1:8080`.
pub(super) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(region: &str, start_url: &str) -> Instance {
        Instance {
            start_url: StartUrl::new(start_url),
            sso_region: Region::new(region),
            ..Instance::example("corp")
        }
    }

    #[test]
    fn every_partition_has_its_own_hosts() {
        for (region, oidc, portal) in [
            (
                "eu-west-1",
                "https://oidc.eu-west-1.amazonaws.com",
                "https://portal.sso.eu-west-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                "https://oidc.cn-north-1.amazonaws.com.cn",
                "https://portal.sso.cn-north-1.amazonaws.com.cn",
            ),
            (
                "us-gov-west-1",
                "https://oidc.us-gov-west-1.amazonaws.com",
                "https://portal.sso.us-gov-west-1.amazonaws.com",
            ),
        ] {
            let endpoints = ResolvedEndpoints::resolve(
                &instance(region, "https://corp.awsapps.com/start"),
                &NetworkConfig::default(),
            )
            .unwrap();
            assert_eq!(
                (endpoints.oidc.as_str(), endpoints.device.as_str(), endpoints.portal.as_str()),
                (oidc, oidc, portal)
            );
        }
    }

    #[test]
    fn fips_and_dual_stack_select_their_hosts() {
        let network = NetworkConfig { fips: true, dualstack: true, ..NetworkConfig::default() };
        let endpoints = ResolvedEndpoints::resolve(
            &instance("us-east-1", "https://corp.awsapps.com/start"),
            &network,
        )
        .unwrap();
        assert_eq!(endpoints.oidc, "https://oidc-fips.us-east-1.api.aws");
        assert_eq!(endpoints.portal, "https://portal.sso-fips.us-east-1.api.aws");
    }

    #[test]
    fn new_portals_get_device_codes_from_the_dual_stack_endpoint() {
        let instance = instance("us-east-1", "https://ssoins-1234.portal.us-east-1.app.aws/");
        let endpoints = ResolvedEndpoints::resolve(&instance, &NetworkConfig::default()).unwrap();
        assert_eq!(endpoints.device, "https://oidc.us-east-1.api.aws");
        assert_eq!(endpoints.oidc, "https://oidc.us-east-1.amazonaws.com");
    }

    #[test]
    fn an_override_wins_and_sts_is_regional() {
        let mut instance = instance("us-east-1", "https://corp.awsapps.com/start");
        assert_eq!(
            resolve_sts(&instance, &Region::new("eu-west-3"), &NetworkConfig::default()).unwrap(),
            "https://sts.eu-west-3.amazonaws.com"
        );
        instance.endpoints.oidc = Some("http://127.0.0.1:1/".into());
        instance.endpoints.sts = Some("http://127.0.0.1:2".into());
        let endpoints = ResolvedEndpoints::resolve(&instance, &NetworkConfig::default()).unwrap();
        assert_eq!(endpoints.device, "http://127.0.0.1:1");
        assert_eq!(
            resolve_sts(&instance, &Region::new("eu-west-3"), &NetworkConfig::default()).unwrap(),
            "http://127.0.0.1:2"
        );
    }

    #[test]
    fn an_override_has_to_be_a_url() {
        let mut instance = instance("us-east-1", "https://corp.awsapps.com/start");
        for wrong in ["not a url", "127.0.0.1:80", "ftp://127.0.0.1", ""] {
            instance.endpoints.portal = Some(wrong.into());
            assert_eq!(
                ResolvedEndpoints::resolve(&instance, &NetworkConfig::default()).unwrap_err().kind,
                ErrorKind::Config,
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_host_keeps_its_port() {
        assert_eq!(authority("http://127.0.0.1:80/x?y"), "127.0.0.1:80");
    }
}
