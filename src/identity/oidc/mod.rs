//! Sign-in through SSO OIDC: client registration, device code, authorization code, token refresh.

mod device;
mod explain;
mod register;
mod token;

use std::sync::OnceLock;

use aws_sdk_ssooidc::Client;

use crate::domain::{Result, Secret, Timestamp};

use super::endpoint::authority;
use super::{IdentityClient, sdk_config};

pub use device::{DeviceAuthorization, PollOutcome};
pub use token::{RefreshOutcome, TokenResponse};

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// Device code: the user compares a code in a browser on any machine.
    Device,
    /// Authorization code with PKCE: a browser on this machine is redirected to a loopback address.
    Pkce,
}

/// The registration of this program as a client: valid for one instance, region and flow, for about
/// 90 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRegistration {
    pub client_id: String,
    pub client_secret: Secret<String>,
    /// When the registration expires, by this machine's clock.
    pub expires_at: Timestamp,
    /// The only flow that the registration is valid for.
    pub flow: Flow,
}

impl IdentityClient {
    /// Returns the SDK client of a flow and its host. All calls about a device code use the same
    /// endpoint.
    fn oidc_client(&self, flow: Flow) -> Result<(&Client, &str)> {
        let (client, endpoint) = match flow {
            Flow::Device => (&self.0.device, &self.0.endpoints.device),
            Flow::Pkce => (&self.0.oidc, &self.0.endpoints.oidc),
        };
        Ok((self.get_or_init_client(client, endpoint)?, authority(endpoint)))
    }

    fn get_or_init_client<'a>(
        &self,
        client: &'a OnceLock<Client>,
        endpoint: &str,
    ) -> Result<&'a Client> {
        if let Some(ready) = client.get() {
            return Ok(ready);
        }
        let config = sdk_config!(
            aws_sdk_ssooidc,
            Oidc,
            &self.0.network,
            endpoint,
            self.instance().sso_region
        )
        .interceptor(self.0.server_clock.clone());
        Ok(client.get_or_init(|| Client::from_conf(config.build())))
    }
}
