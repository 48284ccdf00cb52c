//! Single flight across processes: if several processes need the same thing at once, one does the
//! work and the others take its outcome.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::domain::{Error, ErrorKind, Result, SerializedError, Timestamp};
use crate::os::atomic_file;
use crate::os::lock::Lock;

use super::ownership;

/// The outcome of the work. Contains no secret: what was fetched is in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedOutcome {
    /// The record is in the vault.
    Ok,
    /// The work failed with this error.
    Failed {
        #[serde(flatten)]
        error: SerializedError,
        /// When it failed.
        at: Timestamp,
    },
}

impl SharedOutcome {
    /// Creates the outcome of work that failed.
    pub fn from_error(error: &Error, at: Timestamp) -> Self {
        SharedOutcome::Failed { error: SerializedError::from_error(error.clone()), at }
    }

    /// Returns the error as if the work had failed in this process.
    ///
    /// # Errors
    /// The error of the work.
    pub fn into_result(self) -> Result<()> {
        match self {
            SharedOutcome::Ok => Ok(()),
            SharedOutcome::Failed { error, .. } => Err(error.into_error()),
        }
    }
}

/// The file of a flight.
#[derive(Serialize, Deserialize)]
struct CompletionRecord {
    generation: u64,
    outcome: SharedOutcome,
}

/// How often the work was completed. Read it *before* looking into the vault: a completion after
/// that is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

/// Work that only one process at a time should do. Its lock ends with the process that holds it,
/// and its files are never removed.
#[derive(Debug, Clone)]
pub struct SingleFlight {
    dir: PathBuf,
    record: PathBuf,
    lock: PathBuf,
}

/// The result of waiting for a flight.
#[derive(Debug)]
pub enum Turn {
    /// This process leads: do the work, then call [`Leader::complete`].
    Lead(Leader),
    /// Another process completed the work since the generation was read.
    Completed(SharedOutcome),
    /// Another process was still working at the deadline.
    TimedOut,
}

/// The lock of a flight. If it is dropped without completion, or its process is killed, the next
/// process leads.
#[derive(Debug)]
pub struct Leader {
    record: PathBuf,
    generation: u64,
    _lock: Option<Lock>,
}

impl SingleFlight {
    /// Creates the flight with this name in the directory of a vault.
    pub(super) fn new(dir: &Path, name: &str) -> Self {
        let flights = dir.join("flights");
        Self {
            dir: dir.to_owned(),
            record: flights.join(name),
            lock: flights.join(format!("{name}.lock")),
        }
    }

    pub fn generation(&self) -> Generation {
        Generation(self.load_completion().map_or(0, |completion| completion.generation))
    }

    /// Returns the last outcome; `None` if the work was never completed.
    pub fn last_outcome(&self) -> Option<SharedOutcome> {
        self.load_completion().map(|completion| completion.outcome)
    }

    /// Waits until this process leads, another process completes the work, or the deadline passes.
    /// Blocks the thread.
    ///
    /// # Errors
    /// [`ErrorKind::Vault`] if the directory of the vault belongs to another user.
    pub fn wait(&self, seen: Generation, deadline: Instant) -> Result<Turn> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(turn) = self.poll(seen)? {
                return Ok(turn);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Turn::TimedOut);
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Tries once without waiting; `None` while another process leads.
    ///
    /// If the lock can't be created (on a read-only or full disk), every process leads: no outcome
    /// could be shared.
    ///
    /// # Errors
    /// As [`SingleFlight::wait`].
    pub fn poll(&self, seen: Generation) -> Result<Option<Turn>> {
        if let Some(outcome) = self.completed_since(seen) {
            return Ok(Some(Turn::Completed(outcome)));
        }
        match ownership::check_for_writing(&self.dir) {
            Err(error) if error.kind == ErrorKind::Vault => return Err(error),
            _ => {}
        }
        let lock = match Lock::try_acquire(&self.lock) {
            Ok(None) => return Ok(None),
            Ok(Some(lock)) => Some(lock),
            Err(_) => None,
        };
        // Another process may have completed the work and released the lock in between.
        Ok(Some(match self.completed_since(seen) {
            Some(outcome) => Turn::Completed(outcome),
            None => {
                Turn::Lead(Leader { record: self.record.clone(), generation: seen.0, _lock: lock })
            }
        }))
    }

    fn completed_since(&self, seen: Generation) -> Option<SharedOutcome> {
        self.load_completion()
            .filter(|completion| completion.generation != seen.0)
            .map(|completion| completion.outcome)
    }

    /// Loads the last completion. A damaged or missing file counts as no completion: the process
    /// that waits will lead.
    fn load_completion(&self) -> Option<CompletionRecord> {
        let bytes = atomic_file::load(&self.record).ok()??;
        serde_json::from_slice(&bytes).ok()
    }
}

impl Leader {
    /// Shares the outcome with the waiting processes and releases the lock. Save the record first.
    /// If the outcome can't be written, the next process leads.
    pub fn complete(self, outcome: SharedOutcome) {
        let completion = CompletionRecord { generation: self.generation.wrapping_add(1), outcome };
        if let Ok(bytes) = serde_json::to_vec(&completion) {
            let _ = atomic_file::save(&self.record, &bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    fn failure() -> SharedOutcome {
        SharedOutcome::from_error(
            &Error::new(ErrorKind::AccessDenied, "no").hint("ask"),
            Timestamp(7),
        )
    }

    #[test]
    fn many_waiters_elect_one_leader_and_take_its_outcome() {
        for outcome in [SharedOutcome::Ok, failure()] {
            let home = tempfile::tempdir().unwrap();
            let leaders = AtomicUsize::new(0);
            let seen = SingleFlight::new(home.path(), "x").generation();
            std::thread::scope(|scope| {
                for _ in 0..40 {
                    scope.spawn(|| {
                        match SingleFlight::new(home.path(), "x").wait(seen, soon()).unwrap() {
                            Turn::Lead(leader) => {
                                leaders.fetch_add(1, Ordering::SeqCst);
                                leader.complete(outcome.clone());
                            }
                            Turn::Completed(shared) => assert_eq!(shared, outcome),
                            Turn::TimedOut => panic!("timed out"),
                        }
                    });
                }
            });
            assert_eq!(leaders.load(Ordering::SeqCst), 1);
            assert_eq!(SingleFlight::new(home.path(), "x").last_outcome(), Some(outcome));
        }
    }

    #[test]
    fn an_outcome_of_another_version_is_read() {
        let written = r#"{"failed":{"kind":"refused","message":"no","hints":["ask"],"at":7}}"#;
        assert_eq!(serde_json::from_str::<SharedOutcome>(written).unwrap(), failure());
        assert_eq!(serde_json::to_string(&failure()).unwrap(), written);
    }

    #[test]
    fn a_leader_that_never_completes_lets_the_next_one_lead() {
        let home = tempfile::tempdir().unwrap();
        let flight = SingleFlight::new(home.path(), "x");
        let seen = flight.generation();
        let Turn::Lead(leader) = flight.wait(seen, soon()).unwrap() else { panic!() };
        assert!(flight.poll(seen).unwrap().is_none());
        assert!(matches!(flight.wait(seen, Instant::now()).unwrap(), Turn::TimedOut));
        drop(leader);
        assert!(matches!(flight.wait(seen, soon()).unwrap(), Turn::Lead(_)));
    }

    #[test]
    fn a_generation_read_after_completion_leads_again() {
        let home = tempfile::tempdir().unwrap();
        let flight = SingleFlight::new(home.path(), "x");
        for _ in 0..3 {
            let Turn::Lead(leader) = flight.wait(flight.generation(), soon()).unwrap() else {
                panic!()
            };
            leader.complete(failure());
        }
        assert_eq!(flight.generation(), Generation(3));
    }

    #[test]
    fn the_lock_file_stays_and_a_damaged_record_is_ignored() {
        let home = tempfile::tempdir().unwrap();
        let flight = SingleFlight::new(home.path(), "x");
        let Turn::Lead(leader) = flight.wait(flight.generation(), soon()).unwrap() else {
            panic!()
        };
        leader.complete(SharedOutcome::Ok);
        assert!(flight.lock.exists());
        let seen = flight.generation();
        std::fs::write(&flight.record, b"{\"gener").unwrap();
        assert!(matches!(flight.poll(seen).unwrap(), Some(Turn::Lead(_))));
    }

    /// The bytes that other versions read and write.
    #[test]
    fn the_format_of_outcomes_on_disk_stays_the_same() {
        let home = tempfile::tempdir().unwrap();
        let flight = SingleFlight::new(home.path(), "x");
        let complete = |outcome| {
            let Turn::Lead(leader) = flight.wait(flight.generation(), soon()).unwrap() else {
                panic!()
            };
            leader.complete(outcome);
            std::fs::read_to_string(&flight.record).unwrap()
        };
        assert_eq!(
            complete(failure()),
            r#"{"generation":1,"outcome":{"failed":{"kind":"refused","message":"no","hints":["ask"],"at":7}}}"#
        );
        assert_eq!(complete(SharedOutcome::Ok), r#"{"generation":2,"outcome":"ok"}"#);
        let kinds = [
            (ErrorKind::NoMatch, "no-match"),
            (ErrorKind::Os, "os"),
            (ErrorKind::Usage, "usage"),
            (ErrorKind::Config, "config"),
            (ErrorKind::LoginNeeded, "login-needed"),
            (ErrorKind::UnknownRole, "unknown-role"),
            (ErrorKind::AccessDenied, "refused"),
            (ErrorKind::RoleNotAssigned, "role-not-assigned"),
            (ErrorKind::Throttled, "throttled"),
            (ErrorKind::Unreachable, "unreachable"),
            (ErrorKind::Vault, "vault"),
            (ErrorKind::Internal, "internal"),
            (ErrorKind::Cancelled, "cancelled"),
        ];
        for (kind, name) in kinds {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{name}\""));
        }
    }

    #[test]
    fn every_process_leads_if_nothing_can_be_written() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let flight = SingleFlight::new(&file.join("below"), "x");
        let leads = [0, 1].map(|_| flight.poll(flight.generation()).unwrap());
        assert!(leads.iter().all(|turn| matches!(turn, Some(Turn::Lead(_)))));
    }

    #[test]
    fn an_error_is_shared_with_its_kind_message_and_hints() {
        let error = failure().into_result().unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str(), error.hints[0].as_str()),
            (ErrorKind::AccessDenied, "no", "ask")
        );
    }
}
