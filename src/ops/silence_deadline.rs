//! The common deadline of many requests to one instance while AWS does not answer.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, format_duration};

/// A deadline that work of the same kind shares. It begins with the first work, and again with the
/// first work after AWS has answered. Without it, each of a hundred roles would wait for as long as
/// a single one may.
#[derive(Debug)]
pub(super) struct SilenceDeadline {
    limit: Duration,
    /// When the first work began that may still wait for an answer.
    silent_since: Mutex<Option<Instant>>,
}

impl SilenceDeadline {
    /// A deadline that has not begun.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, silent_since: Mutex::default() }
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
        let mut work = pin!(work);
        loop {
            let left = self.time_left(Instant::now());
            if left.is_zero() {
                return Err(self.silence_error());
            }
            tokio::select! {
                result = &mut work => {
                    if is_answer(&result) {
                        self.set_answered();
                    }
                    return result;
                }
                // The answer to other work may have moved the deadline.
                () = tokio::time::sleep(left) => {}
            }
        }
    }

    /// Returns the time left before the deadline, which begins now if it has not begun.
    fn time_left(&self, now: Instant) -> Duration {
        let mut since = self.silent_since.lock().unwrap_or_else(PoisonError::into_inner);
        (*since.get_or_insert(now) + self.limit).saturating_duration_since(now)
    }

    fn set_answered(&self) {
        *self.silent_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn silence_error(&self) -> Error {
        let limit = format_duration(i64::try_from(self.limit.as_secs()).unwrap_or(i64::MAX));
        Error::new(ErrorKind::Unreachable, format!("AWS has not answered for {limit}"))
            .hint("run `rolecall doctor` to check the network, then run the command again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::thread::current_thread_runtime;

    const LIMIT: Duration = Duration::from_secs(60);

    #[test]
    fn all_work_shares_one_deadline_until_aws_answers() {
        let deadline = SilenceDeadline::new(LIMIT);
        let begun = Instant::now();
        let left = |seconds| deadline.time_left(begun + Duration::from_secs(seconds)).as_secs();
        assert_eq!([left(0), left(20), left(59), left(60), left(3_600)], [60, 40, 1, 0, 0]);
        deadline.set_answered();
        assert_eq!([left(3_600), left(3_650), left(3_660)], [60, 10, 0]);
    }

    #[test]
    fn only_an_answer_moves_the_deadline() {
        let deadline = SilenceDeadline::new(LIMIT);
        let runtime = current_thread_runtime().unwrap();
        let has_begun = |is_answer: bool| {
            let work = deadline.run(async { Ok(()) }, |_| is_answer);
            runtime.block_on(work).unwrap();
            deadline.silent_since.lock().unwrap().is_some()
        };
        assert!(has_begun(false) && !has_begun(true));
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
