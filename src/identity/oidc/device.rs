//! Sign-in by device code.

use std::time::Duration;

use tracing::info;

use crate::domain::{Error, Result, Secret, Timestamp, check_browser_url};
use crate::identity::IdentityClient;
use crate::identity::sdk_error::ApiError;
use crate::identity::validate::values;

use super::explain::rejection_error;
use super::{ClientRegistration, TokenResponse};

/// The pause between two polls if the response has none, as RFC 8628 defines it.
const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause between two polls that is accepted; longer ones are cut.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(60);
/// The lifetime of a device code if the response has none: the one that AWS uses.
const DEFAULT_DEVICE_CODE_SECONDS: i32 = 600;
/// The shortest and the longest lifetime of a device code that is accepted; others are clamped.
const MIN_DEVICE_CODE_SECONDS: i32 = 10;
const MAX_DEVICE_CODE_SECONDS: i32 = 1_800;

/// A pending sign-in by device code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// The code to poll with.
    pub device_code: Secret<String>,
    /// The code that the user compares, such as `ABCD-EFGH`.
    pub user_code: String,
    /// The page on which the user types the code.
    pub verification_uri: String,
    /// The same page with the code filled in.
    pub verification_uri_complete: String,
    /// When the code expires, by this machine's clock.
    pub expires_at: Timestamp,
    /// The pause between two polls; five seconds more after each [`PollOutcome::SlowDown`].
    pub interval: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollOutcome {
    /// The user has allowed the access.
    Token(TokenResponse),
    /// The user has not decided yet.
    Pending,
    /// AWS requests five more seconds between polls from now on.
    SlowDown,
    /// AWS can't be reached, or something else answered: the user's decision is not known.
    NotAnswered(Error),
    /// AWS does not know the code, or has issued its token already.
    InvalidGrant(Error),
}

impl IdentityClient {
    /// Starts a sign-in by device code.
    ///
    /// # Errors
    /// `ErrorKind::AccessDenied` if AWS does not know the registration; if it was a stored one,
    /// register again and retry. `ErrorKind::Config` if the start URL is unknown in this region.
    pub async fn start_device_authorization(
        &self,
        registration: &ClientRegistration,
    ) -> Result<DeviceAuthorization> {
        let (client, host) = self.oidc_client(registration.flow)?;
        let call =
            client.start_device_authorization().start_url(self.instance().start_url.normalized());
        let call = call
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose());
        let response = call.send().await.map_err(|error| {
            self.explain_start("starting the sign-in", host, &ApiError::from_sdk(&error))
        })?;
        info!(target: "rolecall::identity", host, "device code received");
        let uri = values::required_text(response.verification_uri, "verificationUri")
            .map_err(|reason| rejection_error(reason, host))?;
        check_browser_url(&uri).map_err(|error| {
            error.context(format_args!("the sign-in page in the response of {host}"))
        })?;
        let interval = match u64::try_from(response.interval) {
            Ok(seconds @ 1..) => Duration::from_secs(seconds).min(MAX_POLL_INTERVAL),
            _ => DEFAULT_POLL_INTERVAL,
        };
        let lifetime_seconds = match response.expires_in {
            1.. => response.expires_in.clamp(MIN_DEVICE_CODE_SECONDS, MAX_DEVICE_CODE_SECONDS),
            _ => DEFAULT_DEVICE_CODE_SECONDS,
        };
        Ok(DeviceAuthorization {
            device_code: values::secret(response.device_code, "deviceCode")
                .map_err(|reason| rejection_error(reason, host))?
                .into(),
            user_code: values::required_text(response.user_code, "userCode")
                .map_err(|reason| rejection_error(reason, host))?,
            verification_uri_complete: response
                .verification_uri_complete
                .filter(|uri| !uri.is_empty())
                .unwrap_or_else(|| uri.clone()),
            verification_uri: uri,
            expires_at: self.0.clock.now().plus_seconds(i64::from(lifetime_seconds)),
            interval,
        })
    }

    /// Polls once for the user's decision. Transient network failures are retried, and are then an
    /// outcome and not an error: the decision can still arrive until the code expires.
    ///
    /// # Errors
    /// `ErrorKind::LoginNeeded` if the code has expired or the user declined; otherwise as
    /// [`IdentityClient::start_device_authorization`].
    pub async fn poll_device(
        &self,
        registration: &ClientRegistration,
        start: &DeviceAuthorization,
    ) -> Result<PollOutcome> {
        let (client, host) = self.oidc_client(registration.flow)?;
        let call = client.create_token().grant_type("urn:ietf:params:oauth:grant-type:device_code");
        let call = call.device_code(start.device_code.expose());
        let call = call
            .client_id(&registration.client_id)
            .client_secret(registration.client_secret.expose());
        match call.send().await.map_err(|error| ApiError::from_sdk(&error)) {
            Ok(response) => Ok(PollOutcome::Token(self.parse_tokens(response, host)?)),
            Err(api_error) => match api_error.code() {
                "AuthorizationPendingException" => Ok(PollOutcome::Pending),
                "SlowDownException" => Ok(PollOutcome::SlowDown),
                code => {
                    let error = self.explain_oidc("signing in", host, &api_error);
                    match code {
                        "InvalidGrantException" => Ok(PollOutcome::InvalidGrant(error)),
                        _ if api_error.is_transient() => Ok(PollOutcome::NotAnswered(error)),
                        _ => Err(error),
                    }
                }
            },
        }
    }
}
