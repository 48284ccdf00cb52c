//! AWS's services with the fuzzer's bytes as answers: the real clients over scripted connections.

use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use rolecall::testing::domain::{
    Credentials, EndpointOverrides, Error, ErrorKind, Instance, InstanceName, InstanceSource,
    Region, StartUrl, Timestamp,
};
use rolecall::testing::identity::{Connections, IdentityClient, NetworkConfig, ScriptedResponse};
use rolecall::testing::os::clock::Clock;
use tokio::runtime::{Builder, Runtime};

/// The answer to every request.
static ANSWER: LazyLock<Arc<Mutex<ScriptedResponse>>> = LazyLock::new(|| {
    Arc::new(Mutex::new(ScriptedResponse { status: 200, headers: Vec::new(), body: Vec::new() }))
});

/// The services of an instance.
pub(crate) static AWS: LazyLock<IdentityClient> = LazyLock::new(|| {
    let instance = Instance {
        name: InstanceName::new("corp"),
        start_url: StartUrl::new("https://corp.awsapps.com/start"),
        sso_region: Region::new("eu-west-1"),
        default_region: None,
        scopes: vec![Instance::DEFAULT_SCOPE.into()],
        source: InstanceSource::RolecallConfig,
        endpoints: EndpointOverrides::default(),
    };
    let connections =
        Connections::scripted(|| ANSWER.lock().unwrap_or_else(PoisonError::into_inner).clone());
    // One attempt: the next one would get the same answer.
    let network = NetworkConfig {
        connections,
        max_attempts: 1,
        max_backoff: Duration::ZERO,
        ..NetworkConfig::default()
    };
    IdentityClient::new(instance, &network, Clock::System).expect("the region has endpoints")
});

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
});

const STATUSES: [u16; 12] = [200, 201, 204, 302, 400, 401, 403, 404, 413, 429, 500, 503];
const CONTENT_TYPES: [&str; 4] = ["application/json", "text/xml", "text/html", ""];

/// Makes the input the answer to the next request. Its first byte chooses the request, the second
/// the status, the third the content type; `000` is the first of each. Returns the number of the
/// request.
pub(crate) fn set_answer(input: &[u8]) -> Option<usize> {
    let [request, status, content, body @ ..] = input else { return None };
    let pick = |byte: &u8, among: usize| usize::from(byte.wrapping_sub(b'0')) % among;
    let content = CONTENT_TYPES[pick(content, CONTENT_TYPES.len())];
    let headers = if content.is_empty() {
        Vec::new()
    } else {
        vec![("content-type".to_owned(), content.to_owned())]
    };
    let message = ScriptedResponse {
        status: STATUSES[pick(status, STATUSES.len())],
        headers,
        body: body.to_vec(),
    };
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = message;
    Some(pick(request, 256))
}

/// Runs a request to its end. A failure must be one of AWS or of the network, never a bug of
/// rolecall.
pub(crate) fn send<T>(request: impl Future<Output = Result<T, Error>>) -> Option<T> {
    match RUNTIME.block_on(request) {
        Ok(reply) => Some(reply),
        Err(error) => {
            assert!(
                !matches!(
                    error.kind,
                    ErrorKind::Internal | ErrorKind::Os | ErrorKind::Config | ErrorKind::Vault
                ),
                "{error:?}"
            );
            assert!(!error.message.chars().any(char::is_control), "{error:?}");
            assert!(error.message.len() < 4_000, "{} bytes of message", error.message.len());
            None
        }
    }
}

pub(crate) fn now() -> Timestamp {
    Clock::System.now()
}

/// Accepted credentials are complete and have a plausible lifetime.
pub(crate) fn check_credentials(credentials: &Credentials) {
    for text in [
        &credentials.access_key_id,
        credentials.secret_access_key.expose(),
        credentials.session_token.expose(),
    ] {
        check_header_value(text);
    }
    let left = credentials.expires_at.seconds_since(now());
    assert!((0..=12 * 3_600 + 600).contains(&left), "credentials for {left} s");
}

/// A valid value of a header: not empty, without blanks at its ends and without control characters.
pub(crate) fn check_header_value(text: &str) {
    assert!(
        !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control),
        "{text:?}"
    );
}
