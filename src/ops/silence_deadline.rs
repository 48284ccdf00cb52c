//! The common deadline of many requests to one instance while AWS does not answer.

use std::pin::pin;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, format_duration_spaced};
use crate::os::mutex::lock;

/// A deadline that work of the same kind shares: how long AWS may be silent in all while some of the
/// work waits for it. An answer starts it again. Without it, each of a hundred roles would wait for
/// as long as a single one may.
#[derive(Debug)]
pub(super) struct SilenceDeadline {
    limit: Duration,
    silence: Mutex<Silence>,
}

/// The time without an answer.
#[derive(Debug, Default)]
struct Silence {
    /// The number of pieces of work in progress.
    pending: usize,
    /// When the first of them began, or AWS answered last.
    since: Option<Instant>,
    /// The silence before that. Time in which nothing waits for AWS does not count.
    before: Duration,
}

impl Silence {
    fn begin(&mut self, now: Instant) {
        self.pending += 1;
        self.since.get_or_insert(now);
    }

    fn end(&mut self, now: Instant) {
        self.pending = self.pending.saturating_sub(1);
        if self.pending == 0 {
            self.before = self.length(now);
            self.since = None;
        }
    }

    fn set_answered(&mut self, now: Instant) {
        self.before = Duration::ZERO;
        self.since = self.since.map(|_| now);
    }

    fn length(&self, now: Instant) -> Duration {
        self.before
            + self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

/// Work in progress; it ends when it is dropped.
struct Pending<'a>(&'a Mutex<Silence>);

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        lock(self.0).end(Instant::now());
    }
}

impl SilenceDeadline {
    /// A deadline that has not started.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, silence: Mutex::default() }
    }

    /// Does work until the deadline. `is_answer` is whether its result shows that AWS answers.
    ///
    /// # Errors
    /// As the work; [`ErrorKind::Unreachable`] if AWS has not answered within the limit.
    pub(super) async fn run<T>(
        &self,
        work: impl Future<Output = Result<T>>,
        is_answer: impl FnOnce(&Result<T>) -> bool,
    ) -> Result<T> {
        lock(&self.silence).begin(Instant::now());
        let _pending = Pending(&self.silence);
        let mut work = pin!(work);
        loop {
            let left = self.limit.saturating_sub(lock(&self.silence).length(Instant::now()));
            tokio::select! {
                // First, because stored credentials need no answer of AWS.
                biased;
                result = &mut work => {
                    if is_answer(&result) {
                        lock(&self.silence).set_answered(Instant::now());
                    }
                    return result;
                }
                // The answer to other work may have moved the deadline.
                () = tokio::time::sleep(left) => {
                    if lock(&self.silence).length(Instant::now()) >= self.limit {
                        return Err(self.silence_error());
                    }
                }
            }
        }
    }

    fn silence_error(&self) -> Error {
        let limit = format_duration_spaced(i64::try_from(self.limit.as_secs()).unwrap_or(i64::MAX));
        Error::new(ErrorKind::Unreachable, format!("AWS has not answered for {limit}"))
            .hint("run `rolecall doctor` to check the network, then run the command again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::thread::current_thread_runtime;

    #[test]
    fn silence_lasts_while_work_waits_until_aws_answers() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut silence = Silence::default();
        let length = |silence: &Silence, seconds| silence.length(at(seconds)).as_secs();
        silence.begin(at(0));
        silence.begin(at(10));
        assert_eq!(length(&silence, 20), 20);
        silence.end(at(20));
        silence.end(at(30));
        // Nothing waits for AWS while commands run.
        assert_eq!(length(&silence, 3_600), 30);
        silence.begin(at(3_600));
        assert_eq!(length(&silence, 3_605), 35);
        silence.set_answered(at(3_605));
        assert_eq!(length(&silence, 3_610), 5);
        silence.end(at(3_610));
        silence.set_answered(at(3_611));
        assert_eq!(length(&silence, 9_999), 0);
    }

    #[test]
    fn work_that_is_done_at_once_succeeds_after_any_silence() {
        let deadline = SilenceDeadline::new(Duration::ZERO);
        let runtime = current_thread_runtime().unwrap();
        let work = async || deadline.run(async { Ok(()) }, |_| false).await;
        runtime.block_on(async { work().await.and(work().await) }).unwrap();
        assert_eq!(lock(&deadline.silence).pending, 0);
    }

    #[test]
    fn work_that_waits_beyond_the_deadline_is_given_up() {
        let deadline = SilenceDeadline::new(Duration::from_millis(1));
        let runtime = current_thread_runtime().unwrap();
        let error = runtime
            .block_on(deadline.run(std::future::pending::<Result<()>>(), Result::is_ok))
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreachable);
        assert!(error.message.starts_with("AWS has not answered for "), "{error}");
    }
}
