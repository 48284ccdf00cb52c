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
    /// When a client with the token last asked, and its program if that is known.
    pub last_request: Option<(Timestamp, Option<String>)>,
}

/// State that requests and the background task share.
struct SlotShared {
    token_digest: [u8; 32],
    state: watch::Sender<FetchOutcome>,
    last_request: Mutex<LastRequest>,
    fetch_requested: Notify,
    clock: Clock,
    timing: SlotTiming,
}

/// The last request with the token.
#[derive(Debug, Default)]
struct LastRequest {
    at: Option<Timestamp>,
    program: Option<String>,
    /// When the program was last looked up.
    looked_up: Option<Instant>,
}

/// The outcome of the fetches so far.
#[derive(Debug, Clone, Default)]
struct FetchOutcome {
    credentials: Option<Credentials>,
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
            token_digest: digest(token.expose()),
            state: watch::Sender::default(),
            last_request: Mutex::default(),
            fetch_requested: Notify::new(),
            clock,
            timing,
        };
        let shared = Arc::new(shared);
        let task = tokio::spawn(refresh_loop(shared.clone(), source));
        Self { shared, _refresh_task: Arc::new(RefreshTask(task)) }
    }

    /// Whether the token is that of the slot. Takes constant time.
    pub(super) fn accepts_token(&self, token: &str) -> bool {
        let pairs = digest(token).into_iter().zip(self.shared.token_digest);
        pairs.fold(0, |different, (given, own)| different | (given ^ own)) == 0
    }

    pub(super) fn state(&self) -> SlotState {
        let (outcome, last) = (self.shared.state.borrow(), lock(&self.shared.last_request));
        SlotState {
            expires_at: outcome.credentials.as_ref().map(|credentials| credentials.expires_at),
            failure: outcome.failure.as_ref().map(|(error, _)| error.clone()),
            last_request: last.at.map(|at| (at, last.program.clone())),
        }
    }

    /// Records a request. Returns whether the program that sent it should be looked up: once a
    /// second, because that takes longer than the response.
    pub(super) fn record_request(&self) -> bool {
        let mut last = lock(&self.shared.last_request);
        last.at = Some(self.shared.clock.now());
        let is_due = last.looked_up.is_none_or(|at| at.elapsed() >= PROGRAM_LOOKUP_INTERVAL);
        if is_due {
            last.looked_up = Some(Instant::now());
        }
        is_due
    }

    /// Records the program that sent the last request.
    pub(super) fn record_program(&self, program: Option<String>) {
        lock(&self.shared.last_request).program = program;
    }

    /// Returns credentials from memory, or waits for the next fetch.
    ///
    /// # Errors
    /// Returns the error of the source, or [`ErrorKind::Unreachable`] if the fetch takes too long.
    pub(super) async fn credentials(&self) -> Result<Credentials> {
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
    fn usable_credentials(&self, state: &FetchOutcome) -> Option<Credentials> {
        state
            .credentials
            .as_ref()
            .filter(|credentials| credentials.seconds_left(self.clock.now()) > 0)
            .cloned()
    }

    /// Whether there are credentials that need not be renewed yet.
    fn is_fresh(&self, state: &FetchOutcome) -> bool {
        state
            .credentials
            .as_ref()
            .is_some_and(|credentials| credentials.is_fresh(self.clock.now(), Window::default()))
    }

    /// Returns the pause before the next check.
    fn sleep_duration(&self, state: &FetchOutcome) -> Duration {
        match &state.credentials {
            Some(credentials) if self.is_fresh(state) => {
                let seconds = credentials.seconds_until_stale(self.clock.now(), Window::default());
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
            let fetched = source(reason).await;
            last_fetch = Some(Instant::now());
            shared.state.send_modify(|state| match fetched {
                Ok(FetchedCredentials { credentials, warning }) => {
                    let failure = warning.map(|error| (error, Instant::now()));
                    *state = FetchOutcome { credentials: Some(credentials), failure }
                }
                Err(error) => state.failure = Some((error, Instant::now())),
            });
        }
        let pause = shared.sleep_duration(&shared.state.borrow());
        reason = tokio::select! {
            () = shared.fetch_requested.notified() => FetchReason::Requested,
            () = tokio::time::sleep(pause) => FetchReason::BeforeExpiry,
        };
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
