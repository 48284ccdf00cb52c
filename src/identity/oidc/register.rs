//! Registers this program as a client of an instance.

use std::time::Duration;

use tracing::info;

use crate::domain::{Result, Timestamp};
use crate::identity::IdentityClient;
use crate::identity::sdk_error::ApiError;
use crate::identity::server_clock::ServerClock;
use crate::identity::validate::values;

use super::explain::{is_unknown_client, rejection_error};
use super::token::send_once;
use super::{ClientRegistration, Flow};

/// The client's name on the page that asks the user to allow access.
const CLIENT_NAME: &str = "rolecall";
/// The redirect URI as registered. Without a port, AWS accepts any port of the loopback address.
const REGISTERED_REDIRECT_URI: &str = "http://127.0.0.1/oauth/callback";
/// The lifetime of a registration at AWS, for responses without one or with an implausible one.
const DEFAULT_REGISTRATION_SECONDS: i64 = 90 * 86_400;
/// The longest lifetime of a registration that is plausible.
const MAX_REGISTRATION_SECONDS: i64 = 366 * 86_400;
/// The timeout of a check whether AWS still knows a registration.
const REGISTRATION_CHECK_TIMEOUT: Duration = Duration::from_secs(5);

impl IdentityClient {
    /// Registers this program for one flow. The registration is valid for any number of sign-ins
    /// until it expires.
    ///
    /// # Errors
    /// `ErrorKind::Config` if AWS does not know the scopes or the start URL,
    /// `ErrorKind::Unreachable` if AWS can't be reached.
    pub async fn register(&self, flow: Flow) -> Result<ClientRegistration> {
        // A response without ID or secret is useless; the next one may be complete.
        match self.register_once(flow).await? {
            Ok(registration) => Ok(registration),
            Err(_) => self.register_once(flow).await?,
        }
    }

    /// The outer result is that of the request, the inner one that of the response's validation.
    async fn register_once(&self, flow: Flow) -> Result<Result<ClientRegistration>> {
        let (client, host) = self.oidc_client(flow)?;
        let instance = self.instance();
        let mut call = client.register_client().client_name(CLIENT_NAME).client_type("public");
        if !instance.scopes.is_empty() {
            call = call.set_scopes(Some(instance.scopes.clone()));
        }
        if flow == Flow::Pkce {
            call = call.grant_types("authorization_code").grant_types("refresh_token");
            call = call
                .redirect_uris(REGISTERED_REDIRECT_URI)
                .issuer_url(instance.start_url.normalized());
        }
        let server = ServerClock::new(self.0.clock);
        let response = call.customize().interceptor(server.clone()).send().await;
        let response = response.map_err(|error| {
            self.explain_start("registering this program", host, &ApiError::from_sdk(&error))
        })?;
        info!(target: "rolecall::identity", host, ?flow, "registered");
        let now = self.0.clock.now();
        let expires_at = registration_expiry(
            server.to_local(Timestamp(response.client_secret_expires_at), now),
            now,
        );
        let id = values::secret(response.client_id, "clientId");
        let secret = values::secret(response.client_secret, "clientSecret");
        let registration = id.and_then(|client_id| {
            Ok(ClientRegistration { client_id, client_secret: secret?.into(), expires_at, flow })
        });
        Ok(registration.map_err(|reason| rejection_error(reason, host)))
    }

    /// Whether AWS still knows a registration of the authorization code flow. In that flow, only
    /// the browser would show that it does not. The check redeems a made-up code: AWS checks the
    /// client first and the code afterwards. Everything but a rejected client counts as registered,
    /// including a timeout: the sign-in itself reports other errors better.
    pub async fn is_registered(&self, registration: &ClientRegistration) -> bool {
        let Ok((client, host)) = self.oidc_client(registration.flow) else { return true };
        let verifier = "registration-check-registration-check-registration-check";
        let call = client
            .create_token()
            .grant_type("authorization_code")
            .code("registration-check")
            .code_verifier(verifier);
        let call = send_once(call.redirect_uri(REGISTERED_REDIRECT_URI), registration);
        let rejected = match tokio::time::timeout(REGISTRATION_CHECK_TIMEOUT, call).await {
            Ok(Err(api_error)) => is_unknown_client(&api_error),
            _ => false,
        };
        info!(target: "rolecall::identity", host, known = !rejected, "registration checked");
        !rejected
    }
}

/// Returns the expiry of a registration made `now`. An expiry that is missing, past or later than
/// AWS ever sets it is replaced by the default. A default that is too late does no harm: rolecall
/// replaces a registration as soon as AWS rejects it.
fn registration_expiry(reported: Timestamp, now: Timestamp) -> Timestamp {
    let plausible = (1..=MAX_REGISTRATION_SECONDS).contains(&reported.seconds_since(now));
    if plausible { reported } else { now.plus_seconds(DEFAULT_REGISTRATION_SECONDS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_implausible_expiry_of_a_registration_is_replaced() {
        let now = Timestamp(1_800_000_000);
        let usual = now.plus_seconds(DEFAULT_REGISTRATION_SECONDS);
        assert_eq!(registration_expiry(now.plus_seconds(86_400), now), now.plus_seconds(86_400));
        for reported in [0, -1, i64::MIN, i64::MAX, 1_800_000_000, 1_800_000_000_000, 1_700_000_000]
        {
            assert_eq!(registration_expiry(Timestamp(reported), now), usual, "{reported}");
        }
    }
}
