//! SSO OIDC: device authorization, and tokens by all three grants.

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

/// Seconds that device codes and authorize pages wait for the person.
pub(super) const APPROVAL_TIMEOUT: i64 = 600;

/// Seconds between polls; AWS says 5, which would make every demonstration wait.
const POLL_INTERVAL: u64 = 1;

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
    let asked: DeviceAuthorizationRequest = parse_body(request)?;
    let client = authenticate_client(state, &asked.client_id, &asked.client_secret)?;
    check_grant(client, DEVICE_CODE)?;
    let directory = find_directory(state, &asked.start_url, "startUrl")?;
    let (device_code, user_code) = (random::token::<48>()?, generate_user_code()?);
    let now = Instant::now();
    let device = DeviceCodeEntry {
        user_code: user_code.clone(),
        client_id: asked.client_id,
        directory,
        csrf: random::token::<24>()?,
        expires: state.now().plus(APPROVAL_TIMEOUT),
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
        "expiresIn": APPROVAL_TIMEOUT,
        "interval": POLL_INTERVAL,
    })))
}

/// Eight consonants, so that no word comes out: `BCDF-GHJK`.
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
    let asked: TokenRequest = parse_body(request)?;
    let client = authenticate_client(state, &asked.client_id, &asked.client_secret)?.clone();
    match asked.grant_type.as_str() {
        grant @ (DEVICE_CODE | AUTHORIZATION_CODE | REFRESH_TOKEN) => check_grant(&client, grant)?,
        _ => {
            return Err(ServiceError::new(
                400,
                "UnsupportedGrantTypeException",
                "unknown grantType",
            ));
        }
    }
    match asked.grant_type.as_str() {
        DEVICE_CODE => {
            let directory = redeem_device_code(state, &asked)?;
            start_session(state, asked.client_id, &client, directory)
        }
        AUTHORIZATION_CODE => {
            let code = redeem_authorization_code(state, &asked)?;
            start_session(state, asked.client_id, &client, code.directory)
        }
        _ => refresh_tokens(state, &asked),
    }
}

/// The directory of a device code that was allowed; the code is used up.
fn redeem_device_code(
    state: &mut SimulatorState,
    asked: &TokenRequest,
) -> Result<usize, ServiceError> {
    let refuse = |name: &str, message: &str| Err(ServiceError::new(400, name, message));
    let now = state.now();
    let Some(device) =
        state.devices.get(&asked.device_code).filter(|device| device.client_id == asked.client_id)
    else {
        return refuse("InvalidGrantException", "Invalid device code provided");
    };
    if now >= device.expires {
        return refuse("ExpiredTokenException", "Device code has expired");
    }
    match state.decision(device) {
        Some(Decision::Allow) => {
            let directory = device.directory;
            state.devices.remove(&asked.device_code);
            Ok(directory)
        }
        Some(Decision::Deny) => refuse("AccessDeniedException", "The person denied the request"),
        None if record_poll(state, &asked.device_code) => {
            refuse("SlowDownException", "Polling faster than the interval")
        }
        None => refuse("AuthorizationPendingException", "Authorization is still pending"),
    }
}

/// Notes a poll. The second may follow the first at once: the AWS CLI asks once in silence before
/// it shows the code.
fn record_poll(state: &mut SimulatorState, code: &str) -> bool {
    let Some(device) = state.devices.get_mut(code) else { return false };
    // A little less than the interval: timers of clients are not exact.
    let early = device.last_poll.elapsed() < Duration::from_millis(POLL_INTERVAL * 900);
    device.last_poll = Instant::now();
    device.polls += 1;
    early && device.polls > 2
}

/// What an authorization code stood for, if everything fits; the code is used up either way.
fn redeem_authorization_code(
    state: &mut SimulatorState,
    asked: &TokenRequest,
) -> Result<AuthorizationCodeEntry, ServiceError> {
    let refuse = |message: &str| ServiceError::new(400, "InvalidGrantException", message);
    let code =
        state.codes.remove(&asked.code).ok_or_else(|| refuse("Invalid authorization code"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.code_verifier.as_bytes()));
    match () {
        () if code.client_id != asked.client_id => {
            Err(refuse("The code belongs to another client"))
        }
        () if state.now() >= code.expires => Err(refuse("The code has expired")),
        () if code.redirect_uri != asked.redirect_uri => {
            Err(refuse("redirectUri is not the one of the authorize request"))
        }
        () if !(43..=128).contains(&asked.code_verifier.len()) || challenge != code.challenge => {
            Err(refuse("codeVerifier does not match the code challenge"))
        }
        () => Ok(code),
    }
}

/// Begins a session and gives out its first token.
fn start_session(
    state: &mut SimulatorState,
    client_id: String,
    client: &RegisteredClient,
    directory: usize,
) -> HandlerResult {
    let ends = state.now().plus(state.options.session_lifetime_seconds);
    let refreshable =
        client.refreshable && client.grants.iter().any(|grant| grant == REFRESH_TOKEN);
    let refresh = if refreshable { Some(generate_refresh_token()?) } else { None };
    let number = state.open_session(SessionEntry {
        directory,
        client_id,
        ends_at: ends,
        refresh_token: refresh.clone(),
    });
    // What can't be refreshed lasts as long as the session.
    let lifetime = if refreshable {
        state.options.token_lifetime_seconds
    } else {
        state.options.session_lifetime_seconds
    };
    issue_tokens(state, number, directory, lifetime, ends, refresh)
}

/// Rotates: the refresh token that was sent is dead from here on.
fn refresh_tokens(state: &mut SimulatorState, asked: &TokenRequest) -> HandlerResult {
    let now = state.now();
    let fits = |session: &SessionEntry| {
        session.refresh_token.as_deref() == Some(&asked.refresh_token)
            && session.client_id == asked.client_id
            && now < session.ends_at
    };
    let found = state
        .sessions
        .iter()
        .find(|(_, session)| fits(session))
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
    let expires = now.plus(lifetime).min(ends);
    let access = format!("aoa{}", random::token::<192>()?);
    state.tokens.insert(access.clone(), AccessTokenEntry { session, directory, expires });
    let mut body = Map::new();
    body.insert("accessToken".into(), access.into());
    body.insert("tokenType".into(), "Bearer".into());
    body.insert("expiresIn".into(), expires.since(now).into());
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
            format!("{field} is not the start URL of a directory here"),
        )
    })
}

pub(super) fn parse_body<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, ServiceError> {
    serde_json::from_slice(&request.body).map_err(|error| {
        ServiceError::new(400, "InvalidRequestException", format!("the body: {error}"))
    })
}
