//! Any bytes as a request of a program or a web page to the credentials endpoint.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rolecall::testing::domain::{Credentials, Timestamp};
use rolecall::testing::os::clock::Clock;
use rolecall::testing::server::{CredentialsSource, Endpoint, FetchedCredentials, SlotTiming};
use tokio::runtime::{Builder, Runtime};

const ADDRESS: &str = "127.0.0.1:4144";
/// The path, token and secret of each slot.
const SLOTS: [(&str, &str, &str); 2] =
    [("default", "t-1", "secret-of-default"), ("ci", "t-2", "secret-of-ci")];

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
});

static ENDPOINT: LazyLock<Endpoint> = LazyLock::new(|| {
    let now = Clock::System.now();
    let endpoint = Endpoint::new(Clock::Fixed(now), SlotTiming::default());
    let _inside = RUNTIME.enter();
    for (name, token, secret) in SLOTS {
        let name = name.parse().expect("it is a name");
        endpoint.open(&name, token.into(), source(secret, now));
    }
    endpoint
});

fn source(secret: &'static str, now: Timestamp) -> CredentialsSource {
    Box::new(move |_| {
        let credentials = Credentials {
            access_key_id: "ASIA1".to_owned(),
            secret_access_key: secret.into(),
            session_token: "token".into(),
            expires_at: Timestamp(now.0 + 3_600),
            issued_at: now,
            account: "012345678901".parse().expect("it is an account"),
        };
        Box::pin(async { Ok(FetchedCredentials { credentials, role_arn: None, warning: None }) })
    })
}

fuzz_target!(|bytes: &[u8]| {
    let address = ADDRESS.parse().expect("it is an address");
    let response = RUNTIME.block_on(ENDPOINT.respond_to_bytes(bytes, address));
    let text = String::from_utf8_lossy(&response);
    assert!(response.is_empty() || response.starts_with(b"HTTP/1."), "{text}");
    let head = first_head(bytes);
    for (_, token, secret) in SLOTS {
        if text.contains(secret) {
            assert!(response.starts_with(b"HTTP/1.1 200") || response.starts_with(b"HTTP/1.0 200"));
            assert!(head.contains(token), "another token opens the slot: {head}");
            assert!(head.contains(ADDRESS) || head.contains("localhost:4144"), "{head}");
            let forbidden =
                |line: &str| line.starts_with("origin:") || line.starts_with("sec-fetch-");
            assert!(!head.lines().any(forbidden), "a page gets credentials: {head}");
        }
    }
});

/// The request line and the headers of the first request, in lower case.
fn first_head(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    let head = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    head.collect::<Vec<_>>().join("\n")
}
