//! Decides whether a request that failed is repeated, skipped, or ends the pass.

use std::time::Duration;

use tracing::info;

use crate::domain::{ConnectionFailure, Error, ErrorKind, Result, format_duration_spaced};

use super::{Fetcher, PageRequest, PortalList};

/// Pause after the first request without an answer; doubled after each further one.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);

/// What to do with a request that failed.
enum FailureAction {
    /// Send it again, not before this time.
    RetryAt(Duration),
    Skip(Error),
    Stop(Error),
}

impl Fetcher {
    /// The error if AWS does not answer for too long, or the pass takes too long.
    pub(super) fn timeout_error(&mut self) -> Error {
        let silence = self.limits.silence_timeout;
        let seconds = i64::try_from(self.limits.total_timeout.as_secs()).unwrap_or(i64::MAX);
        let waited =
            self.waiting_since.filter(|since| self.elapsed().saturating_sub(*since) >= silence);
        match (waited, self.last_failure.take()) {
            (Some(_), Some(error)) => error,
            (Some(_), None) => Error::new(
                ErrorKind::Unreachable,
                format!("reading roles: AWS has not answered for {} s", silence.as_secs()),
            )
            .hint(ConnectionFailure::TimedOut.hint())
            .with_source(ConnectionFailure::TimedOut),
            (None, _) => Error::new(
                ErrorKind::Unreachable,
                format!("reading roles: not finished after {}", format_duration_spaced(seconds)),
            )
            .hint("run `rolecall cache` again, with more `--threads`"),
        }
    }

    pub(super) fn handle_failure(
        &mut self,
        mut request: PageRequest,
        sent: Duration,
        error: Error,
    ) -> Result<()> {
        match (self.classify_failure(error, sent, &mut request.retries), &request.list) {
            (FailureAction::RetryAt(moment), list) => {
                let first = matches!(list, PortalList::Accounts(_));
                request.not_before = moment;
                // To the end: an account that is refused repeatedly must not keep others from being
                // fetched.
                if first { self.queue.push_front(request) } else { self.queue.push_back(request) }
            }
            (FailureAction::Skip(error), _) => return self.skip(request.list, error),
            (FailureAction::Stop(error), _) => return Err(error),
        }
        Ok(())
    }

    /// Skips a list: one account's roles, or everything if it is the account list.
    pub(super) fn skip(&mut self, list: PortalList, error: Error) -> Result<()> {
        let PortalList::Roles { account, .. } = list else { return Err(error) };
        info!(target: "rolecall::refresh", %account, %error, "account skipped");
        self.done += 1;
        self.failed.push((account, error));
        Ok(())
    }

    fn classify_failure(
        &mut self,
        error: Error,
        sent: Duration,
        retries: &mut u32,
    ) -> FailureAction {
        let (now, limits) = (self.elapsed(), self.limits);
        match error.kind {
            ErrorKind::Unreachable => self.last_failure = Some(error.clone()),
            _ => self.restart_wait(),
        }
        match error.kind {
            ErrorKind::LoginNeeded => FailureAction::Stop(error),
            ErrorKind::Throttled => {
                self.rate_limiter.on_throttled(sent, now);
                // As long as some requests are accepted, this will end.
                let patience = limits.max_backoff * limits.max_retry.max(1);
                if now.saturating_sub(self.last_answered) > patience {
                    FailureAction::Stop(error)
                } else {
                    FailureAction::RetryAt(now)
                }
            }
            ErrorKind::Unreachable => {
                *retries += 1;
                self.unanswered += 1;
                // If no request is answered, the cause is the network and not the account.
                let gone = limits
                    .max_retry
                    .saturating_add(u32::try_from(limits.threads).unwrap_or(u32::MAX));
                if self.unanswered > gone {
                    FailureAction::Stop(error)
                } else if *retries > limits.max_retry {
                    FailureAction::Skip(error)
                } else {
                    FailureAction::RetryAt(
                        now + (FIRST_BACKOFF * 2_u32.pow((*retries - 1).min(8)))
                            .min(limits.max_backoff),
                    )
                }
            }
            _ => FailureAction::Skip(error),
        }
    }
}

#[cfg(test)]
mod tests;
