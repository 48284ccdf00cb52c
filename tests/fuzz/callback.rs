//! Any bytes as a request of a browser, or of another program on this machine, to the sign-in
//! callback.

#![no_main]

use std::sync::{Arc, LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use rolecall::testing::identity::{handle_callback, parse_redirect_url};
use rolecall::testing::os::http::serve_bytes;
use tokio::runtime::{Builder, Runtime};

const STATE: &str = "s-1";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
});

fuzz_target!(|bytes: &[u8]| {
    let codes = Arc::new(Mutex::new(Vec::new()));
    let seen = codes.clone();
    let back = RUNTIME.block_on(serve_bytes(bytes, move |request| {
        let (outcome, page) = handle_callback(&request, STATE, "corp");
        seen.lock().expect("one thread").extend(outcome);
        async move { page }
    }));
    assert!(back.is_empty() || back.starts_with(b"HTTP/1."), "{}", String::from_utf8_lossy(&back));
    let decoded = percent_decoded(bytes);
    for outcome in codes.lock().expect("one thread").iter() {
        // Only a request with the state is accepted.
        assert!(decoded.windows(STATE.len()).any(|part| part == STATE.as_bytes()), "{outcome:?}");
        match outcome {
            Ok(code) => assert!(!code.is_empty()),
            Err(error) => assert!(!error.message.chars().any(char::is_control), "{error:?}"),
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Err(error) = parse_redirect_url(text, STATE)
    {
        assert!(!error.message.chars().any(char::is_control), "{error:?}");
    }
});

/// The bytes with `%XX` decoded.
fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}
