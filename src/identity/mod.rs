//! IAM Identity Center and STS over the AWS SDK.
//!
//! An [`IdentityClient`] calls the services of one instance: sign-in ([SSO OIDC]), the access
//! portal (SSO) and role chaining (STS). It creates SDK clients on first use, and all of them share
//! the connections of one [`NetworkConfig`]. The SDK's credential chain is never used: sign-in and
//! portal need no credentials, and callers pass those for STS.
//!
//! [SSO OIDC]: https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/

mod ca_bundle;
mod callback;
mod endpoint;
mod error_text;
mod federation;
mod federation_token;
mod http_client;
mod no_proxy;
mod no_response;
mod oauth_error;
mod oidc;
mod pkce;
mod portal;
mod presign;
mod probe;
mod resolver;
mod scripted;
mod sdk_error;
mod server_clock;
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
pub use probe::probe;
#[doc(hidden)]
pub use scripted::ScriptedResponse;
pub use sts::{AccessKeys, AssumeRoleParams, MfaCode};
pub use validate::{ListPage, PageTracker};

use endpoint::ResolvedEndpoints;
use server_clock::ServerClock;

/// A client of one instance's services. Cheap to clone; clones share the SDK clients.
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
    server_clock: ServerClock,
}

impl IdentityClient {
    /// Creates a client for this instance. This sends nothing and loads no certificates.
    ///
    /// # Errors
    /// [`crate::domain::ErrorKind::Config`] if the region has no such endpoints.
    pub fn new(
        instance: Instance,
        network: &NetworkConfig,
        clock: Clock,
    ) -> Result<IdentityClient> {
        let endpoints = ResolvedEndpoints::resolve(&instance, network)?;
        let (oidc, device, portal) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(IdentityClient(Arc::new(Inner {
            instance,
            network: network.clone(),
            clock,
            endpoints,
            oidc,
            device,
            portal,
            server_clock: ServerClock::new(clock),
        })))
    }

    /// Whether the connectors of this instance exist, so that its requests load no certificates.
    pub fn has_connectors(&self) -> bool {
        let endpoints = [&self.0.endpoints.oidc, &self.0.endpoints.portal];
        endpoints.iter().all(|endpoint| self.0.network.has_connector(endpoint))
    }

    /// Creates the connectors of this instance. Blocks: certificates are loaded from files.
    ///
    /// # Errors
    /// If the CA bundle or a proxy setting is invalid.
    pub fn prepare_connectors(&self) -> Result<()> {
        let endpoints = [&self.0.endpoints.oidc, &self.0.endpoints.portal];
        endpoints.iter().try_for_each(|endpoint| self.0.network.connector(endpoint).map(drop))
    }

    /// The instance that this client is for.
    pub fn instance(&self) -> &Instance {
        &self.0.instance
    }

    /// Seconds by which AWS's clock was ahead of this machine's at its last response; `None` before
    /// the first one.
    pub fn clock_skew(&self) -> Option<i64> {
        self.0.server_clock.seconds_ahead()
    }

    /// The endpoint of SSO OIDC.
    pub fn sign_in_endpoint(&self) -> &str {
        &self.0.endpoints.oidc
    }

    /// The network config of this client.
    pub fn network(&self) -> &NetworkConfig {
        &self.0.network
    }
}

/// The client configuration that all three services share. It is a macro because each SDK crate has
/// its own builder type.
macro_rules! sdk_config {
    ($sdk:ident, $service:ident, $network:expr, $endpoint:expr, $region:expr) => {{
        let (network, endpoint): (&$crate::identity::NetworkConfig, &str) = ($network, $endpoint);
        let mut config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new($region.as_str().to_owned()))
            .endpoint_url(endpoint)
            .http_client(
                network.http_client(endpoint, $crate::identity::validate::AwsService::$service)?,
            )
            .retry_config(network.retry_config())
            .timeout_config(network.timeout_config());
        // The SDK may reject the name. It only identifies the caller, so it is optional.
        config.set_app_name($sdk::config::AppName::new(network.user_agent.clone()).ok());
        config
    }};
}
use sdk_config;

#[cfg(test)]
mod tests;
