//! Any bytes as an answer of SSO OIDC.

#![no_main]

#[allow(dead_code, reason = "every target uses a part of it")]
mod wire;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::identity::{
    ClientRegistration, DeviceAuthorization, Flow, Pkce, PollOutcome, RefreshOutcome, TokenResponse,
};
use wire::{AWS, check_header_value, now, send, set_answer};

fuzz_target!(|bytes: &[u8]| {
    let Some(request) = set_answer(bytes) else { return };
    let known = registration(Flow::Device);
    match request % 5 {
        0 => {
            if let Some(registration) = send(AWS.register(Flow::Pkce)) {
                check_header_value(&registration.client_id);
                check_header_value(registration.client_secret.expose());
            }
        }
        1 => {
            if let Some(start) = send(AWS.start_device_authorization(&known)) {
                check_device_start(&start);
            }
        }
        2 => {
            let Some(start) = device_start() else { return };
            if let Some(PollOutcome::Token(reply)) = send(AWS.poll_device(&known, &start)) {
                check_token(&reply);
            }
        }
        3 => {
            let pkce = Pkce::new("http://127.0.0.1:1/oauth/callback").expect("random bytes");
            if let Some(reply) = send(AWS.exchange_code(&registration(Flow::Pkce), &pkce, "code")) {
                check_token(&reply);
            }
        }
        _ => {
            if let Some(RefreshOutcome::Token(reply)) =
                send(AWS.refresh_tokens(&known, &"refresh".into()))
            {
                check_token(&reply);
            }
        }
    }
});

fn registration(flow: Flow) -> ClientRegistration {
    ClientRegistration {
        client_id: "id".into(),
        client_secret: "secret".into(),
        expires_at: now().plus_seconds(3_600),
        flow,
    }
}

/// A sign-in that was started before the fuzzer's answers.
fn device_start() -> Option<DeviceAuthorization> {
    Some(DeviceAuthorization {
        device_code: "code".into(),
        user_code: "BCDF-GHJK".into(),
        verification_uri: "https://device.sso.eu-west-1.amazonaws.com/".into(),
        verification_uri_complete:
            "https://device.sso.eu-west-1.amazonaws.com/?user_code=BCDF-GHJK".into(),
        interval: std::time::Duration::from_secs(5),
        expires_at: now().plus_seconds(600),
    })
}

fn check_device_start(start: &DeviceAuthorization) {
    check_header_value(start.device_code.expose());
    check_header_value(&start.user_code);
    assert!((1..=600).contains(&start.interval.as_secs()), "{start:?}");
    let left = start.expires_at.seconds_since(now());
    assert!((0..=3_600).contains(&left), "{left} s for {start:?}");
}

fn check_token(reply: &TokenResponse) {
    check_header_value(reply.access_token.expose());
    if let Some(refresh) = &reply.refresh_token {
        check_header_value(refresh.expose());
    }
    let left = reply.expires_at.seconds_since(now());
    assert!((0..=90 * 86_400).contains(&left), "a token for {left} s");
}
