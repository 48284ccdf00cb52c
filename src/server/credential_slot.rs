//! One slot: the credentials it has in memory, and the task that asks for new ones before they end.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::domain::{Credentials, Error, ErrorKind, Result, Secret, Window};
use crate::os::clock::Clock;

/// Why credentials are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchReason {
    /// The old ones end soon, and nobody has to notice.
    BeforeExpiry,
    /// Somebody waits for them.
    Requested,
}

/// Credentials on their way.
pub type CredentialsFuture = Pin<Box<dyn Future<Output = Result<Credentials>> + Send>>;
/// Where a slot's credentials come from. It may take its time.
pub type CredentialsSource = Box<dyn Fn(FetchReason) -> CredentialsFuture + Send + Sync>;

/// How fast things go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotTiming {
    /// How long a request waits at most: the most impatient SDK hangs up after a second.
    pub response_timeout: Duration,
    /// How soon after a failure the source is asked again because somebody wants credentials.
    pub requested_retry_delay: Duration,
    /// How soon it is asked again when nobody does.
    pub background_retry_delay: Duration,
    /// How often the clock is looked at, at least: a machine that slept notices.
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

/// A slot; clones are the same slot, which ends with the last.
#[derive(Clone)]
pub(super) struct Slot {
    shared: Arc<SlotShared>,
    _refresh_task: Arc<RefreshTask>,
}

/// The slot's task, which ends with it.
struct RefreshTask(JoinHandle<()>);

impl Drop for RefreshTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What requests and the slot's task have in common.
struct SlotShared {
    token_digest: [u8; 32],
    state: watch::Sender<SlotState>,
    fetch_requested: Notify,
    clock: Clock,
    timing: SlotTiming,
}

/// What is known of the slot's credentials.
#[derive(Debug, Clone, Default)]
struct SlotState {
    credentials: Option<Credentials>,
    /// How the source was asked last and failed, unless it was better since.
    failure: Option<(Error, Instant)>,
}

impl Slot {
    /// A slot that begins to ask at once.
    pub(super) fn new(
        token: Secret<String>,
        source: CredentialsSource,
        clock: Clock,
        pace: SlotTiming,
    ) -> Self {
        let shared = SlotShared {
            token_digest: digest(token.expose()),
            state: watch::Sender::default(),
            fetch_requested: Notify::new(),
            clock,
            timing: pace,
        };
        let shared = Arc::new(shared);
        let keeper = tokio::spawn(refresh_loop(shared.clone(), source));
        Self { shared, _refresh_task: Arc::new(RefreshTask(keeper)) }
    }

    /// Whether this is the slot's token. Takes as long for a wrong one whatever it has in common
    /// with the right one.
    pub(super) fn accepts_token(&self, token: &str) -> bool {
        let pairs = digest(token).into_iter().zip(self.shared.token_digest);
        pairs.fold(0, |different, (given, own)| different | (given ^ own)) == 0
    }

    /// Credentials from memory, or the next ones if they come in time.
    ///
    /// # Errors
    /// What the source said, or [`Kind::Unreachable`] when it takes too long.
    pub(super) async fn credentials(&self) -> Result<Credentials> {
        let shared = &*self.shared;
        let mut news = shared.state.subscribe();
        let state = news.borrow_and_update().clone();
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
            tokio::time::timeout(shared.timing.response_timeout, news.changed()).await.is_ok();
        let state = news.borrow().clone();
        match (shared.usable_credentials(&state), state.failure) {
            (Some(credentials), _) => Ok(credentials),
            (None, Some((error, _))) if answered => Err(error),
            _ => Err(Error::new(ErrorKind::Unreachable, "the credentials are not there yet")
                .hint("try again in a moment")),
        }
    }
}

impl SlotShared {
    /// The credentials that can be handed out.
    fn usable_credentials(&self, state: &SlotState) -> Option<Credentials> {
        state
            .credentials
            .as_ref()
            .filter(|credentials| credentials.seconds_left(self.clock.now()) > 0)
            .cloned()
    }

    /// Whether they will do for a while.
    fn is_fresh(&self, state: &SlotState) -> bool {
        state
            .credentials
            .as_ref()
            .is_some_and(|credentials| credentials.is_fresh(self.clock.now(), Window::default()))
    }

    /// How long nothing has to be done.
    fn sleep_duration(&self, state: &SlotState) -> Duration {
        match &state.credentials {
            Some(credentials) if self.is_fresh(state) => {
                let window = Window::default()
                    .for_lifetime(credentials.expires_at.since(credentials.issued_at));
                let seconds = credentials.seconds_left(self.clock.now()) - window;
                Duration::from_secs(seconds.unsigned_abs().max(1))
                    .min(self.timing.clock_check_interval)
            }
            _ => self.timing.background_retry_delay,
        }
    }
}

/// Asks the source as long as the slot is open: at first, ahead of the end, and when somebody wants
/// what is not there.
async fn refresh_loop(shared: Arc<SlotShared>, source: CredentialsSource) {
    let mut occasion = FetchReason::BeforeExpiry;
    let mut asked: Option<Instant> = None;
    loop {
        let stale = !shared.is_fresh(&shared.state.borrow());
        let soon = asked.is_some_and(|at| at.elapsed() < shared.timing.requested_retry_delay);
        if stale && !(occasion == FetchReason::Requested && soon) {
            let got = source(occasion).await;
            asked = Some(Instant::now());
            shared.state.send_modify(|state| match got {
                Ok(credentials) => {
                    *state = SlotState { credentials: Some(credentials), failure: None }
                }
                Err(error) => state.failure = Some((error, Instant::now())),
            });
        }
        let pause = shared.sleep_duration(&shared.state.borrow());
        occasion = tokio::select! {
            () = shared.fetch_requested.notified() => FetchReason::Requested,
            () = tokio::time::sleep(pause) => FetchReason::BeforeExpiry,
        };
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
