//! Any bytes as an answer of SSO OIDC.

#![no_main]

#[allow(dead_code, reason = "every target uses a part of it")]
mod wire;

use libfuzzer_sys::fuzz_target;
use rolecall::identity::{DeviceStart, Flow, Pkce, Poll, RefreshOutcome, Registration, TokenReply};
use wire::{AWS, ask, now, prepare, word};

fuzz_target!(|bytes: &[u8]| {
    let Some(request) = prepare(bytes) else { return };
    let known = registration(Flow::Device);
    match request % 5 {
        0 => {
            if let Some(registration) = ask(AWS.register(Flow::Pkce)) {
                word(&registration.client_id);
                word(registration.client_secret.expose());
            }
        }
        1 => {
            if let Some(start) = ask(AWS.start_device(&known)) {
                started(&start);
            }
        }
        2 => {
            let Some(start) = device() else { return };
            if let Some(Poll::Token(reply)) = ask(AWS.poll_device(&known, &start)) {
                token(&reply);
            }
        }
        3 => {
            let pkce = Pkce::new("http://127.0.0.1:1/oauth/callback").expect("random bytes");
            if let Some(reply) = ask(AWS.exchange(&registration(Flow::Pkce), &pkce, "code")) {
                token(&reply);
            }
        }
        _ => {
            if let Some(RefreshOutcome::Token(reply)) = ask(AWS.refresh(&known, &"refresh".into()))
            {
                token(&reply);
            }
        }
    }
});

fn registration(flow: Flow) -> Registration {
    Registration {
        client_id: "id".into(),
        client_secret: "secret".into(),
        expires_at: now().plus(3_600),
        flow,
    }
}

/// A sign-in that was started before the fuzzer's answers came.
fn device() -> Option<DeviceStart> {
    Some(DeviceStart {
        device_code: "code".into(),
        user_code: "BCDF-GHJK".into(),
        verification_uri: "https://device.sso.eu-west-1.amazonaws.com/".into(),
        verification_uri_complete:
            "https://device.sso.eu-west-1.amazonaws.com/?user_code=BCDF-GHJK".into(),
        interval: 5,
        expires_at: now().plus(600),
    })
}

fn started(start: &DeviceStart) {
    word(start.device_code.expose());
    word(&start.user_code);
    assert!((1..=600).contains(&start.interval), "{start:?}");
    let left = start.expires_at.since(now());
    assert!((0..=3_600).contains(&left), "{left} s for {start:?}");
}

fn token(reply: &TokenReply) {
    word(reply.access_token.expose());
    if let Some(refresh) = &reply.refresh_token {
        word(refresh.expose());
    }
    let left = reply.expires_at.since(now());
    assert!((0..=90 * 86_400).contains(&left), "a token for {left} s");
}
