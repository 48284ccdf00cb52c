//! A slot: credentials in memory, and the task that renews them before they expire.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::domain::{Credentials, Error, ErrorKind, Result, Secret, Timestamp, Window};
use crate::os::clock::Clock;
use crate::os::mutex::lock;
use crate::os::process::ClientProgram;

/// The shortest time between two look-ups of the program that asks.
const PROGRAM_LOOKUP_INTERVAL: Duration = Duration::from_secs(1);

/// Why credentials are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchReason {
    /// The slot has none or they expire soon.
    BeforeExpiry,
    /// A client requested them.
    Requested,
}

/// What a source returns.
#[derive(Debug, Clone)]
pub struct FetchedCredentials {
    pub credentials: Credentials,
    /// The ARN of their IAM role, if it is known.
    pub role_arn: Option<String>,
    /// Why they are old ones, or could not be stored.
    pub warning: Option<Error>,
}

/// A future that fetches credentials.
pub type CredentialsFuture = Pin<Box<dyn Future<Output = Result<FetchedCredentials>> + Send>>;
/// Fetches the credentials of a slot. It may be slow.
pub type CredentialsSource = Box<dyn Fn(FetchReason) -> CredentialsFuture + Send + Sync>;

/// Timing of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotTiming {
    /// The longest time to wait for credentials in a request; some SDKs time out after a second.
    pub response_timeout: Duration,
    /// The shortest pause after a fetch before a request triggers another one.
    pub requested_retry_delay: Duration,
    /// The pause after a failure before the next fetch without a request.
    pub background_retry_delay: Duration,
    /// The longest pause between checks of the clock, so that a suspended machine notices expiry.
    pub clock_check_interval: Duration,
}

impl Default for SlotTiming {
    fn default() -> Self {
        Self {
            response_timeout: Duration::from_millis(800),
            requested_retry_delay: Duration::from_secs(2),
            background_retry_delay: Duration::from_secs(30),
            clock_check_interval: Duration::from_secs(60),
        }
    }
}

/// A slot. Clones share it, and it is closed when the last one is dropped.
#[derive(Clone)]
pub(super) struct Slot {
    shared: Arc<SlotShared>,
    _refresh_task: Arc<RefreshTask>,
}

/// The background task of a slot, aborted on drop.
struct RefreshTask(JoinHandle<()>);

impl Drop for RefreshTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What can be shown of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotState {
    /// When its credentials expire; `None` if it never had any.
    pub expires_at: Option<Timestamp>,
    /// The error of the last fetch, if it failed, or if it returned old credentials.
    pub failure: Option<Error>,
    /// When a client with the token last asked.
    pub requested_at: Option<Timestamp>,
    /// The last client whose program is known.
    pub last_client: Option<KnownClient>,
}

/// A client whose program is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownClient {
    pub program: ClientProgram,
    /// When it asked.
    pub at: Timestamp,
}

/// State that requests and the background task share.
struct SlotShared {
    token_digest: TokenDigest,
    state: watch::Sender<FetchOutcome>,
    last_request: Mutex<LastRequest>,
    fetch_requested: Notify,
    was_forgotten: Notify,
    clock: Clock,
    timing: SlotTiming,
}

/// The last request with the token.
#[derive(Debug, Default)]
struct LastRequest {
    at: Option<Timestamp>,
    known: Option<KnownClient>,
    /// When a program was last looked up.
    looked_up: Option<Instant>,
}

/// Credentials for a client, with the ARN of their IAM role if it is known.
#[derive(Debug, Clone)]
pub(super) struct ServedCredentials {
    pub(super) credentials: Credentials,
    pub(super) role_arn: Option<String>,
}

/// The outcome of the fetches so far.
#[derive(Debug, Clone, Default)]
struct FetchOutcome {
    served: Option<ServedCredentials>,
    /// How often the credentials were forgotten.
    forgotten: u64,
    /// The error and time of the last fetch, if it failed, or if it returned old credentials.
    failure: Option<(Error, Instant)>,
}

impl Slot {
    /// Opens a slot, and starts fetching.
    pub(super) fn new(
        token: Secret<String>,
        source: CredentialsSource,
        clock: Clock,
        timing: SlotTiming,
    ) -> Self {
        let shared = SlotShared {
            token_digest: TokenDigest::new(token.expose()),
            state: watch::Sender::default(),
            last_request: Mutex::default(),
            fetch_requested: Notify::new(),
            was_forgotten: Notify::new(),
            clock,
            timing,
        };
        let shared = Arc::new(shared);
        let task = tokio::spawn(refresh_loop(shared.clone(), source));
        Self { shared, _refresh_task: Arc::new(RefreshTask(task)) }
    }

    /// Whether the token is that of the slot. Takes constant time.
    pub(super) fn accepts_token(&self, token: &TokenDigest) -> bool {
        let pairs = token.0.into_iter().zip(self.shared.token_digest.0);
        pairs.fold(0, |different, (given, own)| different | (given ^ own)) == 0
    }

    /// Forgets the credentials. Clients get the error until the next fetch succeeds.
    pub(super) fn forget(&self, reason: Error) {
        self.shared.state.send_modify(|state| {
            state.served = None;
            state.failure = Some((reason, Instant::now()));
            state.forgotten = state.forgotten.wrapping_add(1);
        });
        self.shared.was_forgotten.notify_one();
    }

    pub(super) fn state(&self) -> SlotState {
        let (outcome, last) = (self.shared.state.borrow(), lock(&self.shared.last_request));
        SlotState {
            expires_at: outcome.served.as_ref().map(|served| served.credentials.expires_at),
            failure: outcome.failure.as_ref().map(|(error, _)| error.clone()),
            requested_at: last.at,
            last_client: last.known.clone(),
        }
    }

    /// Records a request, and returns its time. The second value is whether the program that sent
    /// it should be looked up: once a second, because that can take longer than the response.
    pub(super) fn record_request(&self) -> (Timestamp, bool) {
        let (mut last, now) = (lock(&self.shared.last_request), self.shared.clock.now());
        last.at = Some(now);
        let is_due = last.looked_up.is_none_or(|at| at.elapsed() >= PROGRAM_LOOKUP_INTERVAL);
        if is_due {
            last.looked_up = Some(Instant::now());
        }
        (now, is_due)
    }

    /// Returns the last client whose program is known. It is likely to ask again.
    pub(super) fn last_client(&self) -> Option<KnownClient> {
        lock(&self.shared.last_request).known.clone()
    }

    /// Records the program of a request.
    pub(super) fn record_client(&self, client: KnownClient) {
        lock(&self.shared.last_request).known = Some(client);
    }

    /// Returns credentials from memory, or waits for the next fetch.
    ///
    /// # Errors
    /// Returns the error of the source, or [`ErrorKind::Unreachable`] if the fetch takes too long.
    pub(super) async fn credentials(&self) -> Result<ServedCredentials> {
        let shared = &*self.shared;
        let mut updates = shared.state.subscribe();
        let state = updates.borrow_and_update().clone();
        if let Some(credentials) = shared.usable_credentials(&state) {
            if !shared.is_fresh(&state) {
                shared.fetch_requested.notify_one();
            }
            return Ok(credentials);
        }
        match state.failure {
            Some((error, at)) if at.elapsed() < shared.timing.requested_retry_delay => {
                return Err(error);
            }
            _ => shared.fetch_requested.notify_one(),
        }
        let answered =
            tokio::time::timeout(shared.timing.response_timeout, updates.changed()).await.is_ok();
        let state = updates.borrow().clone();
        match (shared.usable_credentials(&state), state.failure) {
            (Some(credentials), _) => Ok(credentials),
            (None, Some((error, _))) if answered => Err(error),
            _ => Err(Error::new(ErrorKind::Unreachable, "the credentials are not available yet")
                .hint("try again in a moment")),
        }
    }
}

impl SlotShared {
    /// Returns the credentials unless they have expired.
    fn usable_credentials(&self, state: &FetchOutcome) -> Option<ServedCredentials> {
        state
            .served
            .as_ref()
            .filter(|served| served.credentials.seconds_left(self.clock.now()) > 0)
            .cloned()
    }

    /// Whether there are credentials that need not be renewed yet.
    fn is_fresh(&self, state: &FetchOutcome) -> bool {
        state
            .served
            .as_ref()
            .is_some_and(|served| served.credentials.is_fresh(self.clock.now(), Window::default()))
    }

    /// Returns the pause before the next check.
    fn sleep_duration(&self, state: &FetchOutcome) -> Duration {
        match &state.served {
            Some(served) if self.is_fresh(state) => {
                let seconds =
                    served.credentials.seconds_until_stale(self.clock.now(), Window::default());
                Duration::from_secs(seconds.unsigned_abs().max(1))
                    .min(self.timing.clock_check_interval)
            }
            _ => self.timing.background_retry_delay,
        }
    }
}

/// Fetches credentials while the slot is open: at the start, before they expire, and on request.
async fn refresh_loop(shared: Arc<SlotShared>, source: CredentialsSource) {
    let mut reason = FetchReason::BeforeExpiry;
    let mut last_fetch: Option<Instant> = None;
    loop {
        let stale = !shared.is_fresh(&shared.state.borrow());
        let too_soon =
            last_fetch.is_some_and(|at| at.elapsed() < shared.timing.requested_retry_delay);
        if stale && !(reason == FetchReason::Requested && too_soon) {
            let forgotten = shared.state.borrow().forgotten;
            let fetched = source(reason).await;
            last_fetch = Some(Instant::now());
            shared.state.send_modify(|state| match fetched {
                // From before the user signed out.
                _ if state.forgotten != forgotten => {}
                Ok(FetchedCredentials { credentials, role_arn, warning }) => {
                    state.failure = warning.map(|error| (error, Instant::now()));
                    state.served = Some(ServedCredentials { credentials, role_arn });
                }
                Err(error) => state.failure = Some((error, Instant::now())),
            });
        }
        let pause = shared.sleep_duration(&shared.state.borrow());
        reason = tokio::select! {
            () = shared.fetch_requested.notified() => FetchReason::Requested,
            () = shared.was_forgotten.notified() => FetchReason::BeforeExpiry,
            () = tokio::time::sleep(pause) => FetchReason::BeforeExpiry,
        };
    }
}

/// The SHA-256 of a token.
pub(super) struct TokenDigest([u8; 32]);

impl TokenDigest {
    pub(super) fn new(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}
