//! SSO OIDC: device authorization, and tokens for all three grants.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::domain::Timestamp;
use crate::os::http::HttpRequest;
use crate::os::random;

use super::service_error::{HandlerResult, ServiceError};
use super::state::{
    AccessTokenEntry, AuthorizationCodeEntry, Decision, DeviceCodeEntry, RegisteredClient,
    SessionEntry, SimulatorState,
};
use super::wire::json_response;

pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(super) const AUTHORIZATION_CODE: &str = "authorization_code";
pub(super) const REFRESH_TOKEN: &str = "refresh_token";

/// The lifetime of device codes and authorize pages.
pub(super) const APPROVAL_TIMEOUT_SECONDS: i64 = 600;

/// The pause between polls. AWS uses 5 seconds, which would slow down every demonstration.
const POLL_INTERVAL_SECONDS: u64 = 1;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct DeviceAuthorizationRequest {
    client_id: String,
    client_secret: String,
    start_url: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct TokenRequest {
    client_id: String,
    client_secret: String,
    grant_type: String,
    device_code: String,
    code: String,
    refresh_token: String,
    redirect_uri: String,
    code_verifier: String,
}

/// StartDeviceAuthorization.
pub(super) fn start_device_authorization(
    state: &mut SimulatorState,
    request: &HttpRequest,
) -> HandlerResult {
    let params: DeviceAuthorizationRequest = parse_body(request)?;
    let client = authenticate_client(state, &params.client_id, &params.client_secret)?;
    check_grant(client, DEVICE_CODE)?;
    let directory = find_directory(state, &params.start_url, "startUrl")?;
    let (device_code, user_code) = (random::token::<48>()?, generate_user_code()?);
    let now = Instant::now();
    let lifetime_seconds = state.options.device_code_lifetime_seconds;
    let device = DeviceCodeEntry {
        user_code: user_code.clone(),
        client_id: params.client_id,
        directory,
        csrf: random::token::<24>()?,
        expires: state.now().plus_seconds(lifetime_seconds),
        created: now,
        polls: 0,
        last_poll: now,
        decision: None,
    };
    state.devices.insert(device_code.clone(), device);
    let page = format!("{}/device", state.url);
    Ok(json_response(json!({
        "deviceCode": device_code,
        "userCode": user_code,
        "verificationUri": page,
        "verificationUriComplete": format!("{page}?user_code={user_code}"),
        "expiresIn": lifetime_seconds,
        "interval": POLL_INTERVAL_SECONDS,
    })))
}

/// Generates a user code such as `BCDF-GHJK`. It has only consonants, so that it spells no word.
fn generate_user_code() -> Result<String, ServiceError> {
    let letters = b"BCDFGHJKLMNPQRSTVWXZ";
    let code: String = random::bytes::<8>()?
        .iter()
        .map(|byte| char::from(letters[usize::from(*byte) % letters.len()]))
        .collect();
    Ok(format!("{}-{}", &code[..4], &code[4..]))
}

/// CreateToken.
pub(super) fn create_token(state: &mut SimulatorState, request: &HttpRequest) -> HandlerResult {
    let params: TokenRequest = parse_body(request)?;
    let client = authenticate_client(state, &params.client_id, &params.client_secret)?.clone();
    match params.grant_type.as_str() {
        grant @ (DEVICE_CODE | AUTHORIZATION_CODE | REFRESH_TOKEN) => check_grant(&client, grant)?,
        _ => {
            return Err(ServiceError::new(
                400,
                "UnsupportedGrantTypeException",
                "unknown grantType",
            ));
        }
    }
    match params.grant_type.as_str() {
        DEVICE_CODE => {
            let directory = redeem_device_code(state, &params)?;
            start_session(state, params.client_id, &client, directory)
        }
        AUTHORIZATION_CODE => {
            let code = redeem_authorization_code(state, &params)?;
            start_session(state, params.client_id, &client, code.directory)
        }
        _ => refresh_tokens(state, &params),
    }
}

/// Redeems an approved device code, which removes it, and returns its directory.
fn redeem_device_code(
    state: &mut SimulatorState,
    params: &TokenRequest,
) -> Result<usize, ServiceError> {
    let reject = |name: &str, message: &str| Err(ServiceError::new(400, name, message));
    let now = state.now();
    let Some(device) = state
        .devices
        .get(&params.device_code)
        .filter(|device| device.client_id == params.client_id)
    else {
        return reject("InvalidGrantException", "Invalid device code provided");
    };
    if now >= device.expires {
        return reject("ExpiredTokenException", "Device code has expired");
    }
    match state.decision(device) {
        Some(Decision::Allow) => {
            let directory = device.directory;
            state.devices.remove(&params.device_code);
            Ok(directory)
        }
        Some(Decision::Deny) => reject("AccessDeniedException", "The user denied the request"),
        None if record_poll(state, &params.device_code) => {
            reject("SlowDownException", "Polling faster than the interval")
        }
        None => reject("AuthorizationPendingException", "Authorization is still pending"),
    }
}

/// Records a poll and returns whether it came too early. The second poll may follow the first at
/// once, because the AWS CLI polls once before it shows the code.
fn record_poll(state: &mut SimulatorState, code: &str) -> bool {
    let Some(device) = state.devices.get_mut(code) else { return false };
    // Slightly less than the interval, because timers of clients are not exact.
    let early = device.last_poll.elapsed() < Duration::from_millis(POLL_INTERVAL_SECONDS * 900);
    device.last_poll = Instant::now();
    device.polls += 1;
    early && device.polls > 2
}

/// Redeems an authorization code if the request matches it. The code is removed in any case.
fn redeem_authorization_code(
    state: &mut SimulatorState,
    params: &TokenRequest,
) -> Result<AuthorizationCodeEntry, ServiceError> {
    let reject = |message: &str| ServiceError::new(400, "InvalidGrantException", message);
    let code =
        state.codes.remove(&params.code).ok_or_else(|| reject("Invalid authorization code"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(params.code_verifier.as_bytes()));
    match () {
        () if code.client_id != params.client_id => {
            Err(reject("The code belongs to another client"))
        }
        () if state.now() >= code.expires => Err(reject("The code has expired")),
        () if code.redirect_uri != params.redirect_uri => {
            Err(reject("redirectUri is not the one of the authorize request"))
        }
        () if !(43..=128).contains(&params.code_verifier.len()) || challenge != code.challenge => {
            Err(reject("codeVerifier does not match the code challenge"))
        }
        () => Ok(code),
    }
}

/// Starts a session and issues its first tokens.
fn start_session(
    state: &mut SimulatorState,
    client_id: String,
    client: &RegisteredClient,
    directory: usize,
) -> HandlerResult {
    let ends = state.now().plus_seconds(state.options.session_lifetime_seconds);
    let refreshable =
        client.refreshable && client.grants.iter().any(|grant| grant == REFRESH_TOKEN);
    let refresh = if refreshable { Some(generate_refresh_token()?) } else { None };
    let number = state.open_session(SessionEntry {
        directory,
        client_id,
        ends_at: ends,
        refresh_token: refresh.clone(),
    });
    // Without a refresh token, the access token lasts as long as the session.
    let lifetime = if refreshable {
        state.options.token_lifetime_seconds
    } else {
        state.options.session_lifetime_seconds
    };
    issue_tokens(state, number, directory, lifetime, ends, refresh)
}

/// Issues new tokens and invalidates the refresh token of the request.
fn refresh_tokens(state: &mut SimulatorState, params: &TokenRequest) -> HandlerResult {
    let now = state.now();
    let matches = |session: &SessionEntry| {
        session.refresh_token.as_deref() == Some(&params.refresh_token)
            && session.client_id == params.client_id
            && now < session.ends_at
    };
    let found = state
        .sessions
        .iter()
        .find(|(_, session)| matches(session))
        .map(|(number, session)| (*number, session.directory, session.ends_at));
    let Some((number, directory, ends)) = found else {
        return Err(ServiceError::new(
            400,
            "InvalidGrantException",
            "Invalid refresh token provided",
        ));
    };
    let next =
        if state.faults.take_omit_refresh_token() { None } else { Some(generate_refresh_token()?) };
    if let (Some(next), Some(session)) = (&next, state.sessions.get_mut(&number)) {
        session.refresh_token = Some(next.clone());
    }
    issue_tokens(state, number, directory, state.options.token_lifetime_seconds, ends, next)
}

fn issue_tokens(
    state: &mut SimulatorState,
    session: u64,
    directory: usize,
    lifetime: i64,
    ends: Timestamp,
    refresh: Option<String>,
) -> HandlerResult {
    let now = state.now();
    let expires = now.plus_seconds(lifetime).min(ends);
    let access = format!("aoa{}", random::token::<192>()?);
    state.tokens.insert(access.clone(), AccessTokenEntry { session, directory, expires });
    let mut body = Map::new();
    body.insert("accessToken".into(), access.into());
    body.insert("tokenType".into(), "Bearer".into());
    body.insert("expiresIn".into(), expires.seconds_since(now).into());
    if let Some(refresh) = refresh {
        body.insert("refreshToken".into(), refresh.into());
    }
    Ok(json_response(Value::Object(body)))
}

fn generate_refresh_token() -> Result<String, ServiceError> {
    Ok(format!("aor{}", random::token::<192>()?))
}

fn authenticate_client<'a>(
    state: &'a SimulatorState,
    id: &str,
    secret: &str,
) -> Result<&'a RegisteredClient, ServiceError> {
    let known = state
        .clients
        .get(id)
        .filter(|client| client.secret == secret && state.now() < client.expires);
    known.ok_or_else(|| ServiceError::new(401, "InvalidClientException", "Invalid client provided"))
}

fn check_grant(client: &RegisteredClient, grant: &str) -> Result<(), ServiceError> {
    let allowed = client.grants.iter().any(|have| have == grant);
    allowed.then_some(()).ok_or_else(|| {
        ServiceError::new(
            400,
            "UnauthorizedClientException",
            "The client is not registered for this grant type",
        )
    })
}

pub(super) fn find_directory(
    state: &SimulatorState,
    url: &str,
    field: &str,
) -> Result<usize, ServiceError> {
    let found = state.organization.directory_index(url);
    found.ok_or_else(|| {
        ServiceError::new(
            400,
            "InvalidRequestException",
            format!("{field} is not the start URL of a directory"),
        )
    })
}

pub(super) fn parse_body<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, ServiceError> {
    serde_json::from_slice(&request.body).map_err(|error| {
        ServiceError::new(400, "InvalidRequestException", format!("the body: {error}"))
    })
}
