//! One slot: the credentials it has in memory, and the task that asks for new ones before they end.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::domain::{Credentials, Error, Kind, Result, Secret, Window};
use crate::os::clock::Clock;

/// Why credentials are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The old ones end soon, and nobody has to notice.
    Ahead,
    /// Somebody waits for them.
    Wanted,
}

/// Credentials on their way.
pub type Asking = Pin<Box<dyn Future<Output = Result<Credentials>> + Send>>;
/// Where a slot's credentials come from. It may take its time.
pub type Source = Box<dyn Fn(Occasion) -> Asking + Send + Sync>;

/// How fast things go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long a request waits at most: the most impatient SDK hangs up after a second.
    pub answer: Duration,
    /// How soon after a failure the source is asked again because somebody wants credentials.
    pub again: Duration,
    /// How soon it is asked again when nobody does.
    pub retry: Duration,
    /// How often the clock is looked at, at least: a machine that slept notices.
    pub look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            answer: Duration::from_millis(800),
            again: Duration::from_secs(2),
            retry: Duration::from_secs(30),
            look: Duration::from_secs(60),
        }
    }
}

/// A slot; clones are the same slot, which ends with the last.
#[derive(Clone)]
pub(super) struct Slot {
    shared: Arc<Shared>,
    _keeper: Arc<Keeper>,
}

/// The slot's task, which ends with it.
struct Keeper(JoinHandle<()>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What requests and the slot's task have in common.
struct Shared {
    token: [u8; 32],
    state: watch::Sender<State>,
    wanted: Notify,
    clock: Clock,
    pace: Pace,
}

/// What is known of the slot's credentials.
#[derive(Debug, Clone, Default)]
struct State {
    credentials: Option<Credentials>,
    /// How the source was asked last and failed, unless it was better since.
    failure: Option<(Error, Instant)>,
}

impl Slot {
    /// A slot that begins to ask at once.
    pub(super) fn new(token: Secret<String>, source: Source, clock: Clock, pace: Pace) -> Self {
        let shared = Shared {
            token: digest(token.expose()),
            state: watch::Sender::default(),
            wanted: Notify::new(),
            clock,
            pace,
        };
        let shared = Arc::new(shared);
        let keeper = tokio::spawn(keep(shared.clone(), source));
        Self { shared, _keeper: Arc::new(Keeper(keeper)) }
    }

    /// Whether this is the slot's token. Takes as long for a wrong one whatever it has in common
    /// with the right one.
    pub(super) fn opens(&self, token: &str) -> bool {
        let pairs = digest(token).into_iter().zip(self.shared.token);
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
        if let Some(credentials) = shared.good(&state) {
            if !shared.fresh(&state) {
                shared.wanted.notify_one();
            }
            return Ok(credentials);
        }
        match state.failure {
            Some((error, at)) if at.elapsed() < shared.pace.again => return Err(error),
            _ => shared.wanted.notify_one(),
        }
        let answered = tokio::time::timeout(shared.pace.answer, news.changed()).await.is_ok();
        let state = news.borrow().clone();
        match (shared.good(&state), state.failure) {
            (Some(credentials), _) => Ok(credentials),
            (None, Some((error, _))) if answered => Err(error),
            _ => Err(Error::new(Kind::Unreachable, "the credentials are not there yet")
                .hint("try again in a moment")),
        }
    }
}

impl Shared {
    /// The credentials that can be handed out.
    fn good(&self, state: &State) -> Option<Credentials> {
        state
            .credentials
            .as_ref()
            .filter(|credentials| credentials.left(self.clock.now()) > 0)
            .cloned()
    }

    /// Whether they will do for a while.
    fn fresh(&self, state: &State) -> bool {
        state
            .credentials
            .as_ref()
            .is_some_and(|credentials| credentials.fresh(self.clock.now(), Window::default()))
    }

    /// How long nothing has to be done.
    fn pause(&self, state: &State) -> Duration {
        match &state.credentials {
            Some(credentials) if self.fresh(state) => {
                let window = Window::default()
                    .for_lifetime(credentials.expires_at.since(credentials.issued_at));
                let seconds = credentials.left(self.clock.now()) - window;
                Duration::from_secs(seconds.unsigned_abs().max(1)).min(self.pace.look)
            }
            _ => self.pace.retry,
        }
    }
}

/// Asks the source as long as the slot is open: at first, ahead of the end, and when somebody wants
/// what is not there.
async fn keep(shared: Arc<Shared>, source: Source) {
    let mut occasion = Occasion::Ahead;
    let mut asked: Option<Instant> = None;
    loop {
        let stale = !shared.fresh(&shared.state.borrow());
        let soon = asked.is_some_and(|at| at.elapsed() < shared.pace.again);
        if stale && !(occasion == Occasion::Wanted && soon) {
            let got = source(occasion).await;
            asked = Some(Instant::now());
            shared.state.send_modify(|state| match got {
                Ok(credentials) => *state = State { credentials: Some(credentials), failure: None },
                Err(error) => state.failure = Some((error, Instant::now())),
            });
        }
        let pause = shared.pause(&shared.state.borrow());
        occasion = tokio::select! {
            () = shared.wanted.notified() => Occasion::Wanted,
            () = tokio::time::sleep(pause) => Occasion::Ahead,
        };
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
