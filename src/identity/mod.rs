//! IAM Identity Center and STS over the AWS SDK.
//!
//! An [`Identity`] speaks for one instance: sign-in ([SSO OIDC]), the access portal (SSO) and role
//! chaining (STS). Its clients are made when they are first used, and all of them share the
//! connections of one [`Network`]. No credentials are ever looked for on this machine: the sign-in
//! and the portal need none, STS gets those it is handed.
//!
//! [SSO OIDC]: https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/

mod callback;
mod date;
mod endpoint;
mod fault;
mod federation;
mod glance;
mod network;
mod no_proxy;
mod oidc;
mod pkce;
mod portal;
mod presign;
mod resolver;
mod scripted;
mod skew;
mod sts;
mod trust;
mod validate;

use std::sync::{Arc, OnceLock};

use crate::domain::{Instance, Result};
use crate::os::clock::Clock;

#[doc(hidden)]
pub use callback::judge as judge_callback;
pub use callback::{Callback, parse_reply};
pub use federation::signin_token;
pub use glance::{Glance, glance};
pub use network::{Connections, Network, Proxy};
pub use no_proxy::bypasses_proxy;
pub use oidc::{DeviceStart, Flow, Poll, RefreshOutcome, Registration, TokenReply};
pub use pkce::Pkce;
pub use portal::{Page, PortalAccount};
pub use presign::eks_token;
#[doc(hidden)]
pub use scripted::Message;
pub use sts::Chain;
pub use validate::{Answer, Listing, Operation, Rejection, check};

use endpoint::Addresses;
use skew::Skew;

/// The services of one instance. Cheap to clone; clones share their clients.
#[derive(Debug, Clone)]
pub struct Identity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    instance: Instance,
    network: Network,
    clock: Clock,
    addresses: Addresses,
    oidc: OnceLock<aws_sdk_ssooidc::Client>,
    device: OnceLock<aws_sdk_ssooidc::Client>,
    portal: OnceLock<aws_sdk_sso::Client>,
    skew: Skew,
}

impl Identity {
    /// The services of this instance. Nothing is sent, and no certificate is read.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Config`] when the region has no such endpoints.
    pub fn new(instance: Instance, network: &Network, clock: Clock) -> Result<Identity> {
        let addresses = Addresses::of(&instance, network)?;
        let (oidc, device, portal) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Identity(Arc::new(Inner {
            instance,
            network: network.clone(),
            clock,
            addresses,
            oidc,
            device,
            portal,
            skew: Skew::of(clock),
        })))
    }

    /// The instance it speaks for.
    pub fn instance(&self) -> &Instance {
        &self.0.instance
    }

    /// Seconds that AWS's clock was ahead of this machine's when it last answered; `None` before
    /// any answer.
    pub fn clock_skew(&self) -> Option<i64> {
        self.0.skew.ahead()
    }

    /// The endpoint that signs people in.
    pub fn sign_in_endpoint(&self) -> &str {
        &self.0.addresses.oidc
    }

    /// The settings its connections were made with.
    pub fn network(&self) -> &Network {
        &self.0.network
    }
}

/// The parts of a client's settings that are the same for all three services; a macro because each
/// SDK crate has a builder of its own.
macro_rules! settings {
    ($sdk:ident, $service:ident, $network:expr, $endpoint:expr, $region:expr) => {{
        let (network, endpoint): (&$crate::identity::Network, &str) = ($network, $endpoint);
        let mut settings = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new($region.as_str().to_owned()))
            .endpoint_url(endpoint)
            .http_client(network.client(endpoint, $crate::identity::validate::Service::$service)?)
            .retry_config(network.retries())
            .timeout_config(network.timeouts());
        // A name the SDK does not take is left out: it only tells AWS who calls.
        settings.set_app_name($sdk::config::AppName::new(network.user_agent.clone()).ok());
        settings
    }};
}
use settings;
