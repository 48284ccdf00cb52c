//! Sign-in through SSO OIDC: client registration, device code, authorization code, token refresh.

use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_ssooidc::Client;
use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use aws_sdk_ssooidc::operation::create_token::builders::CreateTokenFluentBuilder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tracing::info;

use crate::domain::{Error, ErrorKind, InstanceName, Result, Secret, Timestamp, check_browser_url};

use super::clock_skew::ServerDate;
use super::endpoint::authority;
use super::sdk_error::{ApiError, login_hint, throttled};
use super::validate::{Rejection, values};
use super::{IdentityClient, Pkce, sdk_config};

/// The client's name on the page that asks the user to allow access.
const CLIENT_NAME: &str = "rolecall";
/// The redirect URI as registered. Without a port, AWS accepts any port of the loopback address.
const REGISTERED_REDIRECT_URI: &str = "http://127.0.0.1/oauth/callback";
/// The pause between two polls if the response has none, as RFC 8628 defines it.
const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause between two polls that is accepted; longer ones are cut.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(60);
/// The lifetime of a device code if the response has none: the one that AWS uses.
const DEFAULT_DEVICE_CODE_SECONDS: i32 = 600;
/// The shortest and the longest lifetime of a device code that is accepted; others are clamped.
const MIN_DEVICE_CODE_SECONDS: i32 = 10;
const MAX_DEVICE_CODE_SECONDS: i32 = 1_800;
/// The lifetime of a registration at AWS, for responses without one or with an implausible one.
const DEFAULT_REGISTRATION_SECONDS: i64 = 90 * 86_400;
/// The longest lifetime of a registration that is plausible.
const MAX_REGISTRATION_SECONDS: i64 = 366 * 86_400;
/// The timeout of a check whether AWS still knows a registration.
const REGISTRATION_CHECK_TIMEOUT: Duration = Duration::from_secs(5);
/// The characters of a query value that are percent-encoded: all but the unreserved ones.
const QUERY_ENCODE_SET: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

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
    /// The client ID.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret<String>,
    /// When the registration expires, by this machine's clock.
    pub expires_at: Timestamp,
    /// The only flow that the registration is valid for.
    pub flow: Flow,
}

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

/// The outcome of one poll.
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
    /// Registers this program for one flow. The registration is valid for any number of sign-ins
    /// until it expires.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if AWS does not know the scopes or the start URL,
    /// [`ErrorKind::Unreachable`] if AWS can't be reached.
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
        let date = ServerDate::default();
        let response = call.customize().interceptor(date.clone()).send().await;
        let response = response.map_err(|error| {
            self.explain_start("registering this program", host, &ApiError::from_sdk(&error))
        })?;
        info!(target: "rolecall::identity", host, ?flow, "registered");
        let now = self.0.clock.now();
        let expires_at = registration_expiry(
            date.to_local_clock(Timestamp(response.client_secret_expires_at), now),
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

    /// Starts a sign-in by device code.
    ///
    /// # Errors
    /// [`ErrorKind::AccessDenied`] if AWS does not know the registration; if it was a stored one,
    /// register again and retry. [`ErrorKind::Config`] if the start URL is unknown in this region.
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
    /// [`ErrorKind::LoginNeeded`] if the code has expired or the user declined; otherwise as
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
    /// [`ErrorKind::LoginNeeded`] if the code was used or belongs to another client; otherwise as
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
    /// Errors that leave the session unchanged: [`ErrorKind::Unreachable`],
    /// [`ErrorKind::Throttled`], [`ErrorKind::AccessDenied`].
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
                _ => Err(self.explain_oidc("refreshing the session", host, &api_error)),
            },
        }
    }

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
        .interceptor(self.0.clock_skew.clone());
        Ok(client.get_or_init(|| Client::from_conf(config.build())))
    }

    fn parse_tokens(&self, response: CreateTokenOutput, host: &str) -> Result<TokenResponse> {
        let tokens = parse_token_response(response, self.0.clock.now())
            .map_err(|reason| rejection_error(reason, host))?;
        let expires = tokens.expires_at;
        info!(target: "rolecall::identity", host, %expires, "access token received");
        Ok(tokens)
    }

    /// Explains errors of calls that name the directory. A rejected request then means that the
    /// start URL or the region is wrong.
    fn explain_start(&self, action: &str, host: &str, api_error: &ApiError) -> Error {
        match api_error.code() {
            // The second one is the response to a registration in another directory's region.
            "InvalidRequestException" | "InvalidClientMetadataException"
                if !api_error.message_suffix().contains("KMS") =>
            {
                let instance = self.instance();
                let text = format!(
                    "{action}: AWS does not accept {} in {}{}",
                    instance.start_url,
                    instance.sso_region,
                    api_error.message_suffix()
                );
                Error::new(ErrorKind::Config, text).hint(
                    "check `start_url` and `sso_region`: they must belong to the same directory",
                )
            }
            _ => self.explain_oidc(action, host, api_error),
        }
    }

    /// Explains sign-in errors, with the command that helps.
    fn explain_oidc(&self, action: &str, host: &str, api_error: &ApiError) -> Error {
        let name = &self.instance().name;
        let error = |kind: ErrorKind, text: &str| {
            Error::new(kind, format!("{action}: {text}{}", api_error.message_suffix()))
        };
        let sign_in_again =
            |text: &str| Error::new(ErrorKind::LoginNeeded, text).hint(login_hint(name));
        match api_error.code() {
            "" if api_error.status() == 401 => {
                error(ErrorKind::AccessDenied, "AWS does not accept this program's registration")
            }
            "ExpiredTokenException" => {
                sign_in_again("the code expired before anybody confirmed it")
            }
            "AccessDeniedException" if api_error.message_suffix().contains("KMS") => {
                error(ErrorKind::AccessDenied, "the directory's encryption key can't be used")
            }
            "AccessDeniedException" => sign_in_again("the sign-in was declined in the browser"),
            "InvalidGrantException" => {
                error(ErrorKind::LoginNeeded, "AWS does not accept the code of this sign-in")
                    .hint(login_hint(name))
            }
            "InvalidClientException" | "UnauthorizedClientException" => {
                error(ErrorKind::AccessDenied, "AWS does not know this program's registration")
                    .hint(login_hint_with(name, "--force"))
            }
            "UnsupportedGrantTypeException" => {
                error(ErrorKind::Config, "this region does not support this sign-in flow")
                    .hint(login_hint_with(name, "--flow device-code"))
            }
            "InvalidScopeException" => error(
                ErrorKind::Config,
                "AWS does not know one of the scopes",
            )
            .hint(
                "check `scopes` of the instance, or `sso_registration_scopes` in the AWS config \
                 file",
            ),
            "SlowDownException" => throttled(action, host),
            _ => api_error.explain(action, host, Some(name)),
        }
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

/// The error for a response that must not be used.
fn rejection_error(reason: Rejection, host: &str) -> Error {
    ApiError::Rejected(reason).explain("sign-in", host, None)
}

/// Whether AWS rejects the registration itself: it is unknown, or not valid for this flow.
fn is_unknown_client(api_error: &ApiError) -> bool {
    matches!(api_error.code(), "InvalidClientException" | "UnauthorizedClientException")
}

/// Returns the expiry of a registration made `now`. An expiry that is missing, past or later than
/// AWS ever sets it is replaced by the default. A default that is too late does no harm: rolecall
/// replaces a registration as soon as AWS rejects it.
fn registration_expiry(reported: Timestamp, now: Timestamp) -> Timestamp {
    let plausible = (1..=MAX_REGISTRATION_SECONDS).contains(&reported.seconds_since(now));
    if plausible { reported } else { now.plus_seconds(DEFAULT_REGISTRATION_SECONDS) }
}

/// The hint to sign in with an option.
fn login_hint_with(name: &InstanceName, option: &str) -> String {
    format!("run `rolecall login --sso {name} {option}`")
}

/// Sends a token request without retries: neither a code nor a refresh token may be used twice.
async fn send_once(
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
