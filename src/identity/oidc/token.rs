//! Tokens: by authorization code, and by refresh token.

use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use aws_sdk_ssooidc::operation::create_token::builders::CreateTokenFluentBuilder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tracing::info;

use crate::domain::{Result, Secret, Timestamp};
use crate::identity::sdk_error::ApiError;
use crate::identity::validate::{Rejection, values};
use crate::identity::{IdentityClient, Pkce};

use super::ClientRegistration;
use super::explain::{is_unknown_client, rejection_error};

/// The characters of a query value that are percent-encoded: all but the unreserved ones.
const QUERY_ENCODE_SET: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Tokens that AWS has just issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// The access token for the portal.
    pub access_token: Secret<String>,
    /// The token that gets the next access token. If a refresh returns none, the previous one stays
    /// valid.
    pub refresh_token: Option<Secret<String>>,
    /// When the access token expires, by this machine's clock.
    pub expires_at: Timestamp,
}

/// The outcome of a refresh that AWS answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// New tokens.
    Token(TokenResponse),
    /// The refresh token was used, has expired or its session has ended: the user has to sign in.
    InvalidGrant,
    /// AWS no longer knows the registration: register again, then sign in.
    InvalidClient,
}

impl IdentityClient {
    /// Builds the URL of the page that the browser has to open.
    pub fn authorize_url(&self, registration: &ClientRegistration, pkce: &Pkce) -> String {
        let encode = |text: &str| utf8_percent_encode(text, QUERY_ENCODE_SET).to_string();
        // The AWS CLI sends `scopes` instead of the `scope` of RFC 6749, and the same order.
        format!(
            "{}/authorize?response_type=code&client_id={}&redirect_uri={}&state={}\
             &code_challenge_method=S256&scopes={}&code_challenge={}",
            self.0.endpoints.oidc,
            encode(&registration.client_id),
            encode(&pkce.redirect_uri),
            encode(&pkce.state),
            encode(&self.instance().scopes.join(" ")),
            pkce.challenge(),
        )
    }

    /// Exchanges an authorization code for tokens. This is never retried.
    ///
    /// # Errors
    /// `ErrorKind::LoginNeeded` if the code was used or belongs to another client; otherwise as
    /// [`IdentityClient::start_device_authorization`].
    pub async fn exchange_code(
        &self,
        registration: &ClientRegistration,
        pkce: &Pkce,
        code: &str,
    ) -> Result<TokenResponse> {
        let (client, host) = self.oidc_client(registration.flow)?;
        let call = client.create_token().grant_type("authorization_code").code(code);
        let call = call.redirect_uri(&pkce.redirect_uri).code_verifier(pkce.verifier.expose());
        match send_once(call, registration).await {
            Ok(response) => self.parse_tokens(response, host),
            Err(api_error) => Err(self.explain_oidc("signing in", host, &api_error)),
        }
    }

    /// Gets the next access token. This is never retried: AWS may have used up the refresh token
    /// even if its response was lost.
    ///
    /// # Errors
    /// Errors that leave the session unchanged: `ErrorKind::Unreachable`,
    /// `ErrorKind::Throttled`, `ErrorKind::AccessDenied`.
    pub async fn refresh_tokens(
        &self,
        registration: &ClientRegistration,
        refresh_token: &Secret<String>,
    ) -> Result<RefreshOutcome> {
        let (client, host) = self.oidc_client(registration.flow)?;
        let call =
            client.create_token().grant_type("refresh_token").refresh_token(refresh_token.expose());
        match send_once(call, registration).await {
            Ok(response) => Ok(RefreshOutcome::Token(self.parse_tokens(response, host)?)),
            Err(api_error) => match api_error.code() {
                "InvalidGrantException" | "ExpiredTokenException" => {
                    Ok(RefreshOutcome::InvalidGrant)
                }
                _ if is_unknown_client(&api_error) => Ok(RefreshOutcome::InvalidClient),
                _ => Err(self.explain_oidc("renewing the sign-in", host, &api_error)),
            },
        }
    }

    pub(super) fn parse_tokens(
        &self,
        response: CreateTokenOutput,
        host: &str,
    ) -> Result<TokenResponse> {
        let tokens = parse_token_response(response, self.0.clock.now())
            .map_err(|reason| rejection_error(reason, host))?;
        let expires = tokens.expires_at;
        info!(target: "rolecall::identity", host, %expires, "access token received");
        Ok(tokens)
    }
}

/// Validates the tokens in a response. An empty refresh token counts as missing, because it must
/// not replace a valid one.
fn parse_token_response(
    response: CreateTokenOutput,
    now: Timestamp,
) -> Result<TokenResponse, Rejection> {
    let refresh_token = response.refresh_token.filter(|token| !token.trim().is_empty());
    Ok(TokenResponse {
        access_token: values::secret(response.access_token, "accessToken")?.into(),
        refresh_token: refresh_token
            .map(|token| values::secret(Some(token), "refreshToken"))
            .transpose()?
            .map(Secret::new),
        expires_at: values::token_expiry(response.expires_in.into(), now)?,
    })
}

/// Sends a token request without retries: neither a code nor a refresh token may be used twice.
pub(super) async fn send_once(
    call: CreateTokenFluentBuilder,
    registration: &ClientRegistration,
) -> Result<CreateTokenOutput, ApiError> {
    let once = aws_sdk_ssooidc::Config::builder()
        .retry_config(aws_smithy_types::retry::RetryConfig::disabled());
    let call =
        call.client_id(&registration.client_id).client_secret(registration.client_secret.expose());
    call.customize().config_override(once).send().await.map_err(|error| ApiError::from_sdk(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn response(
        access: &str,
        refresh: Option<&str>,
        seconds: i32,
    ) -> Result<TokenResponse, Rejection> {
        let response = CreateTokenOutput::builder()
            .access_token(access)
            .set_refresh_token(refresh.map(str::to_owned))
            .expires_in(seconds);
        parse_token_response(response.build(), NOW)
    }

    #[test]
    fn incomplete_or_implausible_tokens_are_rejected() {
        let good = response("a", Some("r"), 3_600).unwrap();
        assert_eq!(
            (good.refresh_token, good.expires_at),
            (Some("r".into()), NOW.plus_seconds(3_600))
        );
        assert_eq!(response("a", Some(""), 3_600).unwrap().refresh_token, None);
        for (access, refresh, seconds) in [
            ("", None, 5),
            ("a\n", None, 5),
            ("a", Some("r\n"), 5),
            ("a", None, 0),
            ("a", None, -5),
            ("a", None, i32::MAX),
        ] {
            assert!(
                response(access, refresh, seconds).is_err(),
                "{access:?} {refresh:?} {seconds}"
            );
        }
    }
}
