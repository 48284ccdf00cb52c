//! SSO OIDC: device authorization, and tokens by all three grants.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::domain::Timestamp;
use crate::os::http::{HttpRequest, HttpResponse};
use crate::os::random;

use super::state::{Client, Code, Decision, Device, Session, State, Token};
use super::wire::{Answer, Refusal};

pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(super) const AUTHORIZATION_CODE: &str = "authorization_code";
pub(super) const REFRESH_TOKEN: &str = "refresh_token";

/// Seconds that device codes and authorize pages wait for the person.
pub(super) const PATIENCE: i64 = 600;

/// Seconds between polls; AWS says 5, which would make every demonstration wait.
const INTERVAL: u64 = 1;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct DeviceStart {
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
pub(super) fn start_device(state: &mut State, request: &HttpRequest) -> Answer {
    let asked: DeviceStart = read(request)?;
    let client = client(state, &asked.client_id, &asked.client_secret)?;
    allow_grant(client, DEVICE_CODE)?;
    let directory = directory_of(state, &asked.start_url, "startUrl")?;
    let (device_code, user_code) = (random::token::<48>()?, user_code()?);
    let now = Instant::now();
    let device = Device {
        user_code: user_code.clone(),
        client: asked.client_id,
        directory,
        csrf: random::token::<24>()?,
        expires: state.now().plus(PATIENCE),
        created: now,
        polls: 0,
        last_poll: now,
        decision: None,
    };
    state.devices.insert(device_code.clone(), device);
    let page = format!("{}/device", state.url);
    reply(json!({
        "deviceCode": device_code,
        "userCode": user_code,
        "verificationUri": page,
        "verificationUriComplete": format!("{page}?user_code={user_code}"),
        "expiresIn": PATIENCE,
        "interval": INTERVAL,
    }))
}

/// Eight consonants, so that no word comes out: `BCDF-GHJK`.
fn user_code() -> Result<String, Refusal> {
    let letters = b"BCDFGHJKLMNPQRSTVWXZ";
    let code: String = random::bytes::<8>()?
        .iter()
        .map(|byte| char::from(letters[usize::from(*byte) % letters.len()]))
        .collect();
    Ok(format!("{}-{}", &code[..4], &code[4..]))
}

/// CreateToken.
pub(super) fn create_token(state: &mut State, request: &HttpRequest) -> Answer {
    let asked: TokenRequest = read(request)?;
    let client = client(state, &asked.client_id, &asked.client_secret)?.clone();
    match asked.grant_type.as_str() {
        grant @ (DEVICE_CODE | AUTHORIZATION_CODE | REFRESH_TOKEN) => allow_grant(&client, grant)?,
        _ => return Err(Refusal::new(400, "UnsupportedGrantTypeException", "unknown grantType")),
    }
    match asked.grant_type.as_str() {
        DEVICE_CODE => {
            let directory = redeem_device(state, &asked)?;
            begin(state, asked.client_id, &client, directory)
        }
        AUTHORIZATION_CODE => {
            let code = redeem_code(state, &asked)?;
            begin(state, asked.client_id, &client, code.directory)
        }
        _ => refresh(state, &asked),
    }
}

/// The directory of a device code that was allowed; the code is used up.
fn redeem_device(state: &mut State, asked: &TokenRequest) -> Result<usize, Refusal> {
    let refuse = |name: &str, message: &str| Err(Refusal::new(400, name, message));
    let now = state.now();
    let Some(device) =
        state.devices.get(&asked.device_code).filter(|device| device.client == asked.client_id)
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
        None if too_fast(state, &asked.device_code) => {
            refuse("SlowDownException", "Polling faster than the interval")
        }
        None => refuse("AuthorizationPendingException", "Authorization is still pending"),
    }
}

/// Notes a poll. The second may follow the first at once: the AWS CLI asks once in silence before
/// it shows the code.
fn too_fast(state: &mut State, code: &str) -> bool {
    let Some(device) = state.devices.get_mut(code) else { return false };
    // A little less than the interval: timers of clients are not exact.
    let early = device.last_poll.elapsed() < Duration::from_millis(INTERVAL * 900);
    device.last_poll = Instant::now();
    device.polls += 1;
    early && device.polls > 2
}

/// What an authorization code stood for, if everything fits; the code is used up either way.
fn redeem_code(state: &mut State, asked: &TokenRequest) -> Result<Code, Refusal> {
    let refuse = |message: &str| Refusal::new(400, "InvalidGrantException", message);
    let code =
        state.codes.remove(&asked.code).ok_or_else(|| refuse("Invalid authorization code"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.code_verifier.as_bytes()));
    match () {
        () if code.client != asked.client_id => Err(refuse("The code belongs to another client")),
        () if state.now() >= code.expires => Err(refuse("The code has expired")),
        () if code.redirect != asked.redirect_uri => {
            Err(refuse("redirectUri is not the one of the authorize request"))
        }
        () if !(43..=128).contains(&asked.code_verifier.len()) || challenge != code.challenge => {
            Err(refuse("codeVerifier does not match the code challenge"))
        }
        () => Ok(code),
    }
}

/// Begins a session and gives out its first token.
fn begin(state: &mut State, client_id: String, client: &Client, directory: usize) -> Answer {
    let ends = state.now().plus(state.options.session_lifetime);
    let refreshable =
        client.refreshable && client.grants.iter().any(|grant| grant == REFRESH_TOKEN);
    let refresh = if refreshable { Some(refresh_token()?) } else { None };
    let number = state.open_session(Session {
        directory,
        client: client_id,
        ends,
        refresh: refresh.clone(),
    });
    // What can't be refreshed lasts as long as the session.
    let lifetime =
        if refreshable { state.options.token_lifetime } else { state.options.session_lifetime };
    issue(state, number, directory, lifetime, ends, refresh)
}

/// Rotates: the refresh token that was sent is dead from here on.
fn refresh(state: &mut State, asked: &TokenRequest) -> Answer {
    let now = state.now();
    let fits = |session: &Session| {
        session.refresh.as_deref() == Some(&asked.refresh_token)
            && session.client == asked.client_id
            && now < session.ends
    };
    let found = state
        .sessions
        .iter()
        .find(|(_, session)| fits(session))
        .map(|(number, session)| (*number, session.directory, session.ends));
    let Some((number, directory, ends)) = found else {
        return Err(Refusal::new(400, "InvalidGrantException", "Invalid refresh token provided"));
    };
    let next = if state.faults.drops_refresh_token() { None } else { Some(refresh_token()?) };
    if let (Some(next), Some(session)) = (&next, state.sessions.get_mut(&number)) {
        session.refresh = Some(next.clone());
    }
    issue(state, number, directory, state.options.token_lifetime, ends, next)
}

fn issue(
    state: &mut State,
    session: u64,
    directory: usize,
    lifetime: i64,
    ends: Timestamp,
    refresh: Option<String>,
) -> Answer {
    let now = state.now();
    let expires = now.plus(lifetime).min(ends);
    let access = format!("aoa{}", random::token::<192>()?);
    state.tokens.insert(access.clone(), Token { session, directory, expires });
    let mut body = Map::new();
    body.insert("accessToken".into(), access.into());
    body.insert("tokenType".into(), "Bearer".into());
    body.insert("expiresIn".into(), expires.since(now).into());
    if let Some(refresh) = refresh {
        body.insert("refreshToken".into(), refresh.into());
    }
    reply(Value::Object(body))
}

fn refresh_token() -> Result<String, Refusal> {
    Ok(format!("aor{}", random::token::<192>()?))
}

fn client<'a>(state: &'a State, id: &str, secret: &str) -> Result<&'a Client, Refusal> {
    let known = state
        .clients
        .get(id)
        .filter(|client| client.secret == secret && state.now() < client.expires);
    known.ok_or_else(|| Refusal::new(401, "InvalidClientException", "Invalid client provided"))
}

fn allow_grant(client: &Client, grant: &str) -> Result<(), Refusal> {
    let allowed = client.grants.iter().any(|have| have == grant);
    allowed.then_some(()).ok_or_else(|| {
        Refusal::new(
            400,
            "UnauthorizedClientException",
            "The client is not registered for this grant type",
        )
    })
}

pub(super) fn directory_of(state: &State, url: &str, field: &str) -> Result<usize, Refusal> {
    let found = state.organisation.directory_of(url);
    found.ok_or_else(|| {
        Refusal::new(
            400,
            "InvalidRequestException",
            format!("{field} is not the start URL of a directory here"),
        )
    })
}

pub(super) fn read<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Refusal> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Refusal::new(400, "InvalidRequestException", format!("the body: {error}")))
}

pub(super) fn reply(body: Value) -> Answer {
    Ok(HttpResponse::json(200, body.to_string()).with_header("cache-control", "no-store"))
}
