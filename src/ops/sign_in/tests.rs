//! Sign-ins by device code with scripted responses. The clock is paused: it moves when every task
//! waits.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use crate::config::{Env, InstanceTable};
use crate::identity::{Connections, NetworkConfig, ScriptedResponse};
use crate::ops::fixture::{Fixture, NOW, registration};
use crate::vault::{SharedOutcome, SsoToken, StoredRegistration};

const REGISTERED: (u16, &str) = (200, r#"{"clientId":"new","clientSecret":"secret"}"#);
const STARTED: (u16, &str) = (
    200,
    r#"{"deviceCode":"d","userCode":"ABCD","verificationUri":"https://a/","expiresIn":600,"interval":7}"#,
);
const PENDING: (u16, &str) = (400, "AuthorizationPendingException");
#[cfg(unix)]
const SLOW_DOWN: (u16, &str) = (400, "SlowDownException");
const FAILED: (u16, &str) = (500, "InternalServerException");
const UNKNOWN_CLIENT: (u16, &str) = (401, "InvalidClientException");
const APPROVED: (u16, &str) =
    (200, r#"{"accessToken":"token","expiresIn":3600,"refreshToken":"r","tokenType":"Bearer"}"#);

/// A context whose AWS gives these responses, one after the other: a status with a body, or with
/// the name of an error.
fn scripted(responses: &[(u16, &'static str)]) -> Fixture {
    let left = Mutex::new(VecDeque::from(responses.to_vec()));
    let respond = move || {
        let (status, text) = left.lock().unwrap().pop_front().expect("another request");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![header("content-type", "application/json")];
        let mut body = text;
        if status != 200 {
            headers.push(header("x-amzn-errortype", text));
            body = r#"{"message":"odd"}"#;
        }
        ScriptedResponse { status, headers, body: body.as_bytes().to_vec() }
    };
    let mut fixture = Fixture::refused();
    let connections = Connections::scripted(respond);
    let network = NetworkConfig { connections, max_attempts: 1, ..NetworkConfig::default() };
    fixture.change(|ctx| ctx.network = network);
    fixture
}

/// Signs in by device code; returns the result, the steps, and the seconds that it took.
async fn sign_in_by_code(fixture: &Fixture) -> (Result<()>, Vec<SignInStep>, u64) {
    let began = tokio::time::Instant::now();
    let steps = Mutex::default();
    let report = |step: SignInStep| {
        let mut steps: std::sync::MutexGuard<'_, Vec<SignInStep>> = steps.lock().unwrap();
        steps.push(step);
    };
    let options = SignInOptions { flow: Some(Flow::Device), ..SignInOptions::default() };
    let result = sign_in(&fixture.ctx, &fixture.instance, options, &report).await;
    (result, steps.into_inner().unwrap(), began.elapsed().as_secs())
}

fn stored_token(fixture: &Fixture) -> Option<SsoToken> {
    fixture.ctx.vault.load(&RecordId::token(&fixture.instance), NOW).unwrap()
}

/// Whether the registration of the device code flow is stored.
fn is_registered(fixture: &Fixture) -> bool {
    let registrations = fixture.ctx.vault.list(NOW).unwrap();
    registrations.iter().any(|(id, _)| {
        fixture.ctx.vault.load::<StoredRegistration>(id, NOW).is_ok_and(|found| found.is_some())
    })
}

#[tokio::test(start_paused = true)]
#[cfg(unix)] // elsewhere, it opens a browser
async fn a_sign_in_polls_until_the_user_has_approved_it_and_stores_the_token() {
    let fixture = scripted(&[REGISTERED, STARTED, PENDING, SLOW_DOWN, APPROVED]);
    let (result, steps, seconds) = sign_in_by_code(&fixture).await;
    assert_eq!(result, Ok(()));
    assert_eq!(seconds, 7 + 7 + 12, "five seconds more after being asked to slow down");
    let open = SignInStep::Open {
        url: "https://a/".into(),
        code: Some("ABCD".into()),
        expires_at: NOW.plus_seconds(600),
        browser_opened: false,
    };
    assert_eq!(steps, [SignInStep::Starting, open]);
    let token = stored_token(&fixture).unwrap();
    assert_eq!((token.access_token.expose().as_str(), token.signed_in_at), ("token", NOW));
    assert_eq!(token.registration.unwrap().client_id, "new");
    assert!(is_registered(&fixture));
    // It ends the cooldown of background sign-ins.
    let flight = fixture.ctx.vault.single_flight(&RecordId::sign_in(&fixture.instance));
    assert_eq!(flight.last_outcome(), Some(SharedOutcome::Ok));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_polls_less_often_while_aws_does_not_answer() {
    let fixture = scripted(&[REGISTERED, STARTED, FAILED, FAILED, FAILED, PENDING, APPROVED]);
    let (result, steps, seconds) = sign_in_by_code(&fixture).await;
    assert_eq!(result, Ok(()));
    assert_eq!(seconds, 7 + 7 + 14 + 28 + 7);
    let connections: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            SignInStep::Connection(connection) => Some(connection.is_ok()),
            _ => None,
        })
        .collect();
    assert_eq!(connections, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_stored_registration_that_aws_does_not_know_is_replaced() {
    let store = async |fixture: &Fixture| {
        let known = registration::from_record(&registration(86_400));
        let known = crate::identity::ClientRegistration { flow: Flow::Device, ..known };
        registration::store(&fixture.ctx, &fixture.instance, &known).await;
    };
    let fixture = scripted(&[UNKNOWN_CLIENT, REGISTERED, STARTED, APPROVED]);
    store(&fixture).await;
    assert_eq!(sign_in_by_code(&fixture).await.0, Ok(()));
    assert_eq!(stored_token(&fixture).unwrap().registration.unwrap().client_id, "new");

    // A new one that AWS does not know is an error, and another error leaves the stored one.
    let fixture = scripted(&[REGISTERED, UNKNOWN_CLIENT]);
    let error = sign_in_by_code(&fixture).await.0.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    let fixture = scripted(&[FAILED]);
    store(&fixture).await;
    let error = sign_in_by_code(&fixture).await.0.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(is_registered(&fixture));
    let flight = fixture.ctx.vault.single_flight(&RecordId::sign_in(&fixture.instance));
    assert_eq!(flight.last_outcome(), Some(SharedOutcome::from_error(&error, NOW)));
}

#[tokio::test]
async fn the_flow_is_the_configured_one_or_fits_the_machine() {
    let flow = |variables: &[(&str, &str)], general: AuthFlow, own: Option<AuthFlow>| {
        let mut fixture = Fixture::refused();
        let name = fixture.instance.name.clone();
        fixture.change(|ctx| {
            ctx.env = Env::from_pairs(variables.iter().copied());
            ctx.settings.auth_flow = general;
            let table = InstanceTable { auth_flow: own, ..InstanceTable::default() };
            ctx.settings.instances.insert(name, table);
        });
        resolve_flow(&fixture.ctx, &fixture.instance)
    };
    let display = ("DISPLAY", ":0");
    assert_eq!(flow(&[display], AuthFlow::Auto, None), Flow::Pkce);
    for variable in ["SSH_CONNECTION", "SSH_TTY", "WSL_DISTRO_NAME"] {
        assert_eq!(flow(&[display, (variable, "x")], AuthFlow::Auto, None), Flow::Device);
    }
    if cfg!(target_os = "linux") {
        assert_eq!(flow(&[], AuthFlow::Auto, None), Flow::Device, "there is no browser");
    }
    assert_eq!(flow(&[], AuthFlow::Pkce, None), Flow::Pkce);
    assert_eq!(flow(&[display], AuthFlow::Auto, Some(AuthFlow::DeviceCode)), Flow::Device);
}
