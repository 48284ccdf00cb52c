//! Signing in: registration, device code, authorization code, refresh.

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
use super::sdk_error::{ApiError, login_hint};
use super::validate::{Rejection, values};
use super::{IdentityClient, Pkce, sdk_config};

/// The name people see on the page that asks them to allow access.
const CLIENT_NAME: &str = "rolecall";
/// Registered without a port: any port of this machine may then be used.
const REGISTERED_REDIRECT_URI: &str = "http://127.0.0.1/oauth/callback";
/// The pause between two polls if the response has none, as RFC 8628 defines it.
const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause between two polls that is accepted; longer ones are cut.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(60);
/// The lifetime of a device code if the response has none: the one that AWS uses.
const DEFAULT_DEVICE_CODE_SECONDS: i32 = 600;
/// The shortest and the longest lifetime of a device code that is accepted; others are clamped.
const MIN_DEVICE_CODE_SECONDS: i32 = 60;
const MAX_DEVICE_CODE_SECONDS: i32 = 1_800;
/// The lifetime of a registration at AWS, for responses without one or with an implausible one.
const DEFAULT_REGISTRATION_SECONDS: i64 = 90 * 86_400;
/// The longest lifetime of a registration that is plausible.
const MAX_REGISTRATION_SECONDS: i64 = 366 * 86_400;
/// The timeout of a check whether AWS still knows a registration.
const REGISTRATION_CHECK_TIMEOUT: Duration = Duration::from_secs(5);
/// What stays as it is in a query.
const QUERY_ENCODE_SET: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// A code is compared in a browser anywhere.
    Device,
    /// A browser on this machine comes back to a loopback address (authorization code with PKCE).
    Pkce,
}

/// This program as AWS knows it: good for one instance, region and flow, for about 90 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRegistration {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Secret<String>,
    /// When AWS forgets it, by this machine's clock.
    pub expires_at: Timestamp,
    /// The flow it was made for; it is good for no other.
    pub flow: Flow,
}

/// A sign-in by device code, begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// What is polled with.
    pub device_code: Secret<String>,
    /// What the person compares, such as `ABCD-EFGH`.
    pub user_code: String,
    /// Where the person types the code.
    pub verification_uri: String,
    /// The same with the code in it.
    pub verification_uri_complete: String,
    /// When the code dies, by this machine's clock.
    pub expires_at: Timestamp,
    /// Seconds between two polls; five more after each [`Poll::SlowDown`].
    pub interval: Duration,
}

/// What one poll found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollOutcome {
    /// Signed in.
    Token(TokenResponse),
    /// The person has not decided yet.
    Pending,
    /// Wait five seconds longer between polls, from now on.
    SlowDown,
}

/// Tokens, fresh from AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// Opens the portal.
    pub access_token: Secret<String>,
    /// Gets the next access token; a refresh that brings none leaves the old one valid.
    pub refresh_token: Option<Secret<String>>,
    /// When the access token dies, by this machine's clock.
    pub expires_at: Timestamp,
}

/// What a refresh came to, when AWS answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// New tokens.
    Token(TokenResponse),
    /// The refresh token was used, has expired or its session was ended: somebody has to sign in.
    InvalidGrant,
    /// AWS does not know the registration any more: register anew, then sign in.
    InvalidClient,
}

impl IdentityClient {
    /// Registers this program for one flow. Good for any number of sign-ins until it expires.
    ///
    /// # Errors
    /// [`Kind::Config`] when AWS does not know the scopes or the start URL, [`Kind::Unreachable`]
    /// when it can't be asked.
    pub async fn register(&self, flow: Flow) -> Result<ClientRegistration> {
        // An answer without id or secret is useless; the next one may be whole.
        match self.register_once(flow).await? {
            Ok(registration) => Ok(registration),
            Err(_) => self.register_once(flow).await?,
        }
    }

    /// The outer result is that of the request, the inner one that of reading the answer.
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
        let reply = call.customize().interceptor(date.clone()).send().await;
        let reply = reply.map_err(|error| {
            self.explain_start("registering this program", host, &ApiError::from_sdk(&error))
        })?;
        info!(target: "rolecall::identity", host, ?flow, "registered");
        let now = self.0.clock.now();
        let expires_at = registration_expiry(
            date.to_local_clock(Timestamp(reply.client_secret_expires_at), now),
            now,
        );
        let id = values::secret(reply.client_id, "clientId");
        let secret = values::secret(reply.client_secret, "clientSecret");
        let whole = id.and_then(|client_id| {
            Ok(ClientRegistration { client_id, client_secret: secret?.into(), expires_at, flow })
        });
        Ok(whole.map_err(|why| rejection_error(why, host)))
    }

    /// Whether AWS still knows a registration of the authorization code flow. In that flow only the
    /// browser would see that it does not. A code that nobody was given is redeemed: AWS checks
    /// the client first, and then refuses the code. Anything but a refusal of the client counts
    /// as yes, silence included: the sign-in itself tells more.
    pub async fn is_registered(&self, registration: &ClientRegistration) -> bool {
        let Ok((client, host)) = self.oidc_client(registration.flow) else { return true };
        let verifier = "registration-check-registration-check-registration-check";
        let call = client
            .create_token()
            .grant_type("authorization_code")
            .code("registration-check")
            .code_verifier(verifier);
        let call = send_once(call.redirect_uri(REGISTERED_REDIRECT_URI), registration);
        let refused = match tokio::time::timeout(REGISTRATION_CHECK_TIMEOUT, call).await {
            Ok(Err(fault)) => is_unknown_client(&fault),
            _ => false,
        };
        info!(target: "rolecall::identity", host, known = !refused, "registration checked");
        !refused
    }

    /// Begins a sign-in by device code.
    ///
    /// # Errors
    /// [`Kind::Refused`] when AWS does not know the registration: with a stored one, register anew
    /// and try once more. [`Kind::Config`] when the start URL is not known in this region.
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
        let reply = call.send().await.map_err(|error| {
            self.explain_start("starting the sign-in", host, &ApiError::from_sdk(&error))
        })?;
        info!(target: "rolecall::identity", host, "device code received");
        let uri = values::required_text(reply.verification_uri, "verificationUri")
            .map_err(|why| rejection_error(why, host))?;
        check_browser_url(&uri)
            .map_err(|error| error.context(format_args!("the sign-in page that {host} names")))?;
        let interval = match u64::try_from(reply.interval) {
            Ok(seconds @ 1..) => Duration::from_secs(seconds).min(MAX_POLL_INTERVAL),
            _ => DEFAULT_POLL_INTERVAL,
        };
        let lifetime_seconds = match reply.expires_in {
            1.. => reply.expires_in.clamp(MIN_DEVICE_CODE_SECONDS, MAX_DEVICE_CODE_SECONDS),
            _ => DEFAULT_DEVICE_CODE_SECONDS,
        };
        Ok(DeviceAuthorization {
            device_code: values::secret(reply.device_code, "deviceCode")
                .map_err(|why| rejection_error(why, host))?
                .into(),
            user_code: values::required_text(reply.user_code, "userCode")
                .map_err(|why| rejection_error(why, host))?,
            verification_uri_complete: reply
                .verification_uri_complete
                .filter(|uri| !uri.is_empty())
                .unwrap_or_else(|| uri.clone()),
            verification_uri: uri,
            expires_at: self.0.clock.now().plus(i64::from(lifetime_seconds)),
            interval,
        })
    }

    /// Asks whether the person has confirmed the code. A network that fails for a moment is tried
    /// again.
    ///
    /// # Errors
    /// [`Kind::LoginNeeded`] when the code expired or the person declined; otherwise as
    /// [`Identity::start_device`].
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
            Ok(reply) => Ok(PollOutcome::Token(self.parse_tokens(reply, host)?)),
            Err(fault) => match fault.code() {
                "AuthorizationPendingException" => Ok(PollOutcome::Pending),
                "SlowDownException" => Ok(PollOutcome::SlowDown),
                _ => Err(self.explain_oidc("signing in", host, &fault)),
            },
        }
    }

    /// The page that the browser has to open.
    pub fn authorize_url(&self, registration: &ClientRegistration, pkce: &Pkce) -> String {
        let encode = |text: &str| utf8_percent_encode(text, QUERY_ENCODE_SET).to_string();
        // `scopes`, not the `scope` of the RFC, and this order: that is how the AWS CLI asks.
        format!(
            "{}/authorize?response_type=code&client_id={}&redirect_uri={}&state={}&code_challenge_method=S256&scopes={}&code_challenge={}",
            self.0.endpoints.oidc,
            encode(&registration.client_id),
            encode(&pkce.redirect_uri),
            encode(&pkce.state),
            encode(&self.instance().scopes.join(" ")),
            pkce.challenge(),
        )
    }

    /// Exchanges the code that the browser brought back. Not tried twice.
    ///
    /// # Errors
    /// [`Kind::LoginNeeded`] when the code was used or is not ours; otherwise as
    /// [`Identity::start_device`].
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
            Ok(reply) => self.parse_tokens(reply, host),
            Err(fault) => Err(self.explain_oidc("signing in", host, &fault)),
        }
    }

    /// Gets the next access token. Not tried twice: AWS may have taken the refresh token though its
    /// answer was lost.
    ///
    /// # Errors
    /// Whatever leaves the session as it was: [`Kind::Unreachable`], [`Kind::Throttled`],
    /// [`Kind::Refused`].
    pub async fn refresh_tokens(
        &self,
        registration: &ClientRegistration,
        refresh_token: &Secret<String>,
    ) -> Result<RefreshOutcome> {
        let (client, host) = self.oidc_client(registration.flow)?;
        let call =
            client.create_token().grant_type("refresh_token").refresh_token(refresh_token.expose());
        match send_once(call, registration).await {
            Ok(reply) => Ok(RefreshOutcome::Token(self.parse_tokens(reply, host)?)),
            Err(fault) => match fault.code() {
                "InvalidGrantException" | "ExpiredTokenException" => {
                    Ok(RefreshOutcome::InvalidGrant)
                }
                _ if is_unknown_client(&fault) => Ok(RefreshOutcome::InvalidClient),
                _ => Err(self.explain_oidc("refreshing the session", host, &fault)),
            },
        }
    }

    /// The client of a flow, and the host it asks. Everything of a device code's life goes to one
    /// endpoint.
    fn oidc_client(&self, flow: Flow) -> Result<(&Client, &str)> {
        let (client, address) = match flow {
            Flow::Device => (&self.0.device, &self.0.endpoints.device),
            Flow::Pkce => (&self.0.oidc, &self.0.endpoints.oidc),
        };
        Ok((self.get_or_init_client(client, address)?, authority(address)))
    }

    fn get_or_init_client<'a>(
        &self,
        client: &'a OnceLock<Client>,
        address: &str,
    ) -> Result<&'a Client> {
        if let Some(ready) = client.get() {
            return Ok(ready);
        }
        let settings = sdk_config!(
            aws_sdk_ssooidc,
            Oidc,
            &self.0.network,
            address,
            self.instance().sso_region
        )
        .interceptor(self.0.clock_skew.clone());
        Ok(client.get_or_init(|| Client::from_conf(settings.build())))
    }

    fn parse_tokens(&self, reply: CreateTokenOutput, host: &str) -> Result<TokenResponse> {
        let tokens = parse_token_response(reply, self.0.clock.now())
            .map_err(|why| rejection_error(why, host))?;
        info!(target: "rolecall::identity", host, expires = %tokens.expires_at, "access token received");
        Ok(tokens)
    }

    /// Errors of the calls that name the directory: a refused request means that the start URL or
    /// the region is wrong.
    fn explain_start(&self, doing: &str, host: &str, fault: &ApiError) -> Error {
        match fault.code() {
            // Registering in another directory's region is refused by the second name.
            "InvalidRequestException" | "InvalidClientMetadataException"
                if !fault.message_suffix().contains("KMS") =>
            {
                let instance = self.instance();
                let text = format!(
                    "{doing}: AWS does not accept {} in {}{}",
                    instance.start_url,
                    instance.sso_region,
                    fault.message_suffix()
                );
                Error::new(ErrorKind::Config, text).hint(
                    "check `start_url` and `sso_region`: they must belong to the same directory",
                )
            }
            _ => self.explain_oidc(doing, host, fault),
        }
    }

    /// Sign-in errors, each with what a person can do about it.
    fn explain_oidc(&self, doing: &str, host: &str, fault: &ApiError) -> Error {
        let name = &self.instance().name;
        let of = |kind: ErrorKind, text: &str| {
            Error::new(kind, format!("{doing}: {text}{}", fault.message_suffix()))
        };
        match fault.code() {
            "" if fault.status() == 401 => of(ErrorKind::AccessDenied, "AWS does not accept this program's registration"),
            "ExpiredTokenException" => Error::new(ErrorKind::LoginNeeded, "the code expired before anybody confirmed it").hint(login_hint(name)),
            "AccessDeniedException" if fault.message_suffix().contains("KMS") => of(ErrorKind::AccessDenied, "the directory's encryption key can't be used"),
            "AccessDeniedException" => Error::new(ErrorKind::LoginNeeded, "the sign-in was declined in the browser").hint(login_hint(name)),
            "InvalidGrantException" => of(ErrorKind::LoginNeeded, "AWS does not accept the code of this sign-in").hint(login_hint(name)),
            "InvalidClientException" | "UnauthorizedClientException" => {
                of(ErrorKind::AccessDenied, "AWS does not know this program's registration").hint(login_hint_with(name, "--force"))
            }
            "UnsupportedGrantTypeException" => {
                of(ErrorKind::Config, "this region does not know that way to sign in").hint(login_hint_with(name, "--flow device-code"))
            }
            "InvalidScopeException" => of(ErrorKind::Config, "AWS does not know one of the scopes")
                .hint("check `scopes` of the instance, or `sso_registration_scopes` in the AWS config file"),
            "SlowDownException" => Error::new(ErrorKind::Throttled, format!("{doing}: {host} asks to slow down")),
            _ => fault.explain(doing, host, Some(name)),
        }
    }
}

/// The tokens in an answer. A refresh token that is empty is none: it must not replace one that
/// works.
fn parse_token_response(
    reply: CreateTokenOutput,
    now: Timestamp,
) -> Result<TokenResponse, Rejection> {
    let refresh_token = reply.refresh_token.filter(|token| !token.trim().is_empty());
    Ok(TokenResponse {
        access_token: values::secret(reply.access_token, "accessToken")?.into(),
        refresh_token: refresh_token
            .map(|token| values::secret(Some(token), "refreshToken"))
            .transpose()?
            .map(Secret::new),
        expires_at: values::token_expiry(reply.expires_in.into(), now)?,
    })
}

/// The error for an answer that must not be used.
fn rejection_error(why: Rejection, host: &str) -> Error {
    ApiError::Rejected(why).explain("sign-in", host, None)
}

/// Whether AWS refuses the registration itself: it has forgotten it, or does not accept it for this
/// flow.
fn is_unknown_client(fault: &ApiError) -> bool {
    matches!(fault.code(), "InvalidClientException" | "UnauthorizedClientException")
}

/// When a registration ends that was made `now`. An end that is missing, past or further off than
/// AWS ever puts it is replaced: too long a life does no harm, since a registration that AWS has
/// forgotten is replaced at once.
fn registration_expiry(told: Timestamp, now: Timestamp) -> Timestamp {
    let plausible = (1..=MAX_REGISTRATION_SECONDS).contains(&told.since(now));
    if plausible { told } else { now.plus(DEFAULT_REGISTRATION_SECONDS) }
}

/// The command that signs in, with an option.
fn login_hint_with(name: &InstanceName, option: &str) -> String {
    format!("run `rolecall login --sso {name} {option}`")
}

/// Sends a token request once: neither a code nor a refresh token may be used twice.
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

    fn reply(
        access: &str,
        refresh: Option<&str>,
        seconds: i32,
    ) -> Result<TokenResponse, Rejection> {
        let reply = CreateTokenOutput::builder()
            .access_token(access)
            .set_refresh_token(refresh.map(str::to_owned))
            .expires_in(seconds);
        parse_token_response(reply.build(), NOW)
    }

    #[test]
    fn half_or_absurd_tokens_are_refused() {
        let good = reply("a", Some("r"), 3_600).unwrap();
        assert_eq!((good.refresh_token, good.expires_at), (Some("r".into()), NOW.plus(3_600)));
        assert_eq!(reply("a", Some(""), 3_600).unwrap().refresh_token, None);
        for (access, refresh, seconds) in [
            ("", None, 5),
            ("a\n", None, 5),
            ("a", Some("r\n"), 5),
            ("a", None, 0),
            ("a", None, -5),
            ("a", None, i32::MAX),
        ] {
            assert!(reply(access, refresh, seconds).is_err(), "{access:?} {refresh:?} {seconds}");
        }
    }

    #[test]
    fn an_absurd_end_of_a_registration_is_replaced() {
        let now = Timestamp(1_800_000_000);
        let usual = now.plus(DEFAULT_REGISTRATION_SECONDS);
        assert_eq!(registration_expiry(now.plus(86_400), now), now.plus(86_400));
        for told in [0, -1, i64::MIN, i64::MAX, 1_800_000_000, 1_800_000_000_000, 1_700_000_000] {
            assert_eq!(registration_expiry(Timestamp(told), now), usual, "{told}");
        }
    }
}
