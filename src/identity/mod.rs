//! IAM Identity Center and STS over the AWS SDK.
//!
//! An [`Identity`] speaks for one instance: sign-in ([SSO OIDC]), the access portal (SSO) and role
//! chaining (STS). Its clients are made when they are first used, and all of them share the
//! connections of one [`Network`]. No credentials are ever looked for on this machine: the sign-in
//! and the portal need none, STS gets those it is handed.
//!
//! [SSO OIDC]: https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/

mod ca_bundle;
mod callback;
mod clock_skew;
mod endpoint;
mod error_text;
mod federation;
mod http_client;
mod no_proxy;
mod oauth_error;
mod oidc;
mod pkce;
mod portal;
mod presign;
mod probe;
mod resolver;
mod scripted;
mod sdk_error;
mod sts;
mod validate;

use std::sync::{Arc, OnceLock};

use crate::domain::{Instance, Result};
use crate::os::clock::Clock;

#[doc(hidden)]
pub use callback::handle_callback;
pub use callback::{Callback, parse_redirect_url};
pub use federation::fetch_signin_token;
pub use http_client::{Connections, NetworkConfig, Proxy};
pub use no_proxy::bypasses_proxy;
pub use oidc::{
    ClientRegistration, DeviceAuthorization, Flow, PollOutcome, RefreshOutcome, TokenResponse,
};
pub use pkce::Pkce;
pub use portal::PortalAccount;
pub use presign::eks_token;
pub use probe::{ProbeResponse, probe};
#[doc(hidden)]
pub use scripted::ScriptedResponse;
pub use sts::AssumeRoleParams;
pub use validate::{ListPage, Operation, PageTracker, Rejection, ResponseParts, check_response};

use clock_skew::ClockSkew;
use endpoint::ResolvedEndpoints;

/// The services of one instance. Cheap to clone; clones share their clients.
#[derive(Debug, Clone)]
pub struct IdentityClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    instance: Instance,
    network: NetworkConfig,
    clock: Clock,
    endpoints: ResolvedEndpoints,
    oidc: OnceLock<aws_sdk_ssooidc::Client>,
    device: OnceLock<aws_sdk_ssooidc::Client>,
    portal: OnceLock<aws_sdk_sso::Client>,
    clock_skew: ClockSkew,
}

impl IdentityClient {
    /// The services of this instance. Nothing is sent, and no certificate is read.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Config`] when the region has no such endpoints.
    pub fn new(
        instance: Instance,
        network: &NetworkConfig,
        clock: Clock,
    ) -> Result<IdentityClient> {
        let addresses = ResolvedEndpoints::resolve(&instance, network)?;
        let (oidc, device, portal) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(IdentityClient(Arc::new(Inner {
            instance,
            network: network.clone(),
            clock,
            endpoints: addresses,
            oidc,
            device,
            portal,
            clock_skew: ClockSkew::new(clock),
        })))
    }

    /// The instance it speaks for.
    pub fn instance(&self) -> &Instance {
        &self.0.instance
    }

    /// Seconds that AWS's clock was ahead of this machine's when it last answered; `None` before
    /// any answer.
    pub fn clock_skew(&self) -> Option<i64> {
        self.0.clock_skew.seconds_ahead()
    }

    /// The endpoint that signs people in.
    pub fn sign_in_endpoint(&self) -> &str {
        &self.0.endpoints.oidc
    }

    /// The settings its connections were made with.
    pub fn network(&self) -> &NetworkConfig {
        &self.0.network
    }
}

/// The parts of a client's settings that are the same for all three services; a macro because each
/// SDK crate has a builder of its own.
macro_rules! sdk_config {
    ($sdk:ident, $service:ident, $network:expr, $endpoint:expr, $region:expr) => {{
        let (network, endpoint): (&$crate::identity::NetworkConfig, &str) = ($network, $endpoint);
        let mut settings = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new($region.as_str().to_owned()))
            .endpoint_url(endpoint)
            .http_client(
                network.http_client(endpoint, $crate::identity::validate::AwsService::$service)?,
            )
            .retry_config(network.retry_config())
            .timeout_config(network.timeout_config());
        // A name the SDK does not take is left out: it only tells AWS who calls.
        settings.set_app_name($sdk::config::AppName::new(network.user_agent.clone()).ok());
        settings
    }};
}
use sdk_config;
