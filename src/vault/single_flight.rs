//! One flight across processes: of many that want the same thing at once, one gets it and the
//! others take its outcome.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::domain::{Error, ErrorKind, Result, Timestamp};
use crate::os::atomic_file;
use crate::os::lock::Lock;

use super::ownership;

/// How a flight ended. Holds no secret: what was fetched is in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedOutcome {
    /// The record is there.
    Ok,
    /// It is not, and this is why.
    Failed {
        /// What sort of failure.
        #[serde(with = "KindName")]
        kind: ErrorKind,
        /// What failed, on what.
        message: String,
        /// What to do.
        hints: Vec<String>,
        /// When it failed.
        at: Timestamp,
    },
}

impl SharedOutcome {
    /// The outcome of a failure.
    pub fn from_error(error: &Error, at: Timestamp) -> Self {
        SharedOutcome::Failed {
            kind: error.kind,
            message: error.message.clone(),
            hints: error.hints.clone(),
            at,
        }
    }

    /// The failure, as if it had happened here.
    ///
    /// # Errors
    /// The failure itself.
    pub fn into_result(self) -> Result<()> {
        match self {
            SharedOutcome::Ok => Ok(()),
            SharedOutcome::Failed { kind, message, hints, .. } => {
                Err(hints.into_iter().fold(Error::new(kind, message), Error::hint))
            }
        }
    }
}

/// `domain` knows nothing of how a failure is written down; this is how.
#[derive(Serialize, Deserialize)]
#[serde(remote = "ErrorKind", rename_all = "kebab-case")]
enum KindName {
    NoMatch,
    Os,
    Usage,
    Config,
    LoginNeeded,
    UnknownRole,
    #[serde(rename = "refused")]
    AccessDenied,
    Throttled,
    Unreachable,
    Vault,
    Internal,
    Cancelled,
}

/// The record of a flight.
#[derive(Serialize, Deserialize)]
struct CompletionRecord {
    generation: u64,
    outcome: SharedOutcome,
}

/// How often the flight had landed when somebody looked. Take one *before* looking into the vault:
/// a landing after that is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

/// A thing that only one process at a time should get. Its lock dies with its holder and its files
/// are never unlinked.
#[derive(Debug, Clone)]
pub struct SingleFlight {
    dir: PathBuf,
    record: PathBuf,
    lock: PathBuf,
}

/// What came of waiting for a flight.
#[derive(Debug)]
pub enum Turn {
    /// Nobody else is at it: do the work, then [`Lead::land`].
    Lead(Leader),
    /// Somebody else finished since the ticket was taken: take that.
    Completed(SharedOutcome),
    /// Somebody else is still at it at the deadline.
    TimedOut,
}

/// The lock of a flight. Dropped without landing, or with its process killed, the next one leads.
#[derive(Debug)]
pub struct Leader {
    record: PathBuf,
    generation: u64,
    _lock: Option<Lock>,
}

impl SingleFlight {
    /// The flight of this name in a vault's directory.
    pub(super) fn new(dir: &Path, name: &str) -> Self {
        let flights = dir.join("flights");
        Self {
            dir: dir.to_owned(),
            record: flights.join(name),
            lock: flights.join(format!("{name}.lock")),
        }
    }

    /// Where the flight stands now.
    pub fn generation(&self) -> Generation {
        Generation(self.load_record().map_or(0, |landing| landing.generation))
    }

    /// How the flight landed last; `None` when it never did.
    pub fn last_outcome(&self) -> Option<SharedOutcome> {
        self.load_record().map(|landing| landing.outcome)
    }

    /// Waits until this process leads, somebody lands, or the deadline passes. Blocks the thread.
    ///
    /// # Errors
    /// [`Kind::Vault`] when the vault's directory belongs to another user.
    pub fn wait(&self, ticket: Generation, deadline: Instant) -> Result<Turn> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(boarding) = self.poll(ticket)? {
                return Ok(boarding);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Turn::TimedOut);
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// One try that does not wait; `None` while somebody else is at it.
    ///
    /// Where no lock can be made (a read-only or full disk) everybody leads: nothing could be
    /// shared there.
    ///
    /// # Errors
    /// As [`Flight::board`].
    pub fn poll(&self, ticket: Generation) -> Result<Option<Turn>> {
        if let Some(landed) = self.completed_since(ticket) {
            return Ok(Some(Turn::Completed(landed)));
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
        // Somebody may have landed and let go between the two lines above.
        Ok(Some(match self.completed_since(ticket) {
            Some(landed) => Turn::Completed(landed),
            None => Turn::Lead(Leader {
                record: self.record.clone(),
                generation: ticket.0,
                _lock: lock,
            }),
        }))
    }

    fn completed_since(&self, ticket: Generation) -> Option<SharedOutcome> {
        self.load_record()
            .filter(|landing| landing.generation != ticket.0)
            .map(|landing| landing.outcome)
    }

    /// A damaged or missing record says nothing: whoever waits will lead.
    fn load_record(&self) -> Option<CompletionRecord> {
        let bytes = atomic_file::load(&self.record).ok()??;
        serde_json::from_slice(&bytes).ok()
    }
}

impl Leader {
    /// Tells everybody who waits how it ended, then lets go. Save the record first. Where nothing
    /// can be written they find out by themselves.
    pub fn complete(self, outcome: SharedOutcome) {
        let landing = CompletionRecord { generation: self.generation.wrapping_add(1), outcome };
        if let Ok(bytes) = serde_json::to_vec(&landing) {
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
            let led = AtomicUsize::new(0);
            let ticket = SingleFlight::new(home.path(), "x").generation();
            std::thread::scope(|scope| {
                for _ in 0..40 {
                    scope.spawn(|| {
                        match SingleFlight::new(home.path(), "x").wait(ticket, soon()).unwrap() {
                            Turn::Lead(lead) => {
                                led.fetch_add(1, Ordering::SeqCst);
                                lead.complete(outcome.clone());
                            }
                            Turn::Completed(landed) => assert_eq!(landed, outcome),
                            Turn::TimedOut => panic!("timed out"),
                        }
                    });
                }
            });
            assert_eq!(led.load(Ordering::SeqCst), 1);
            assert_eq!(SingleFlight::new(home.path(), "x").last_outcome(), Some(outcome));
        }
    }

    #[test]
    fn a_leader_that_never_completes_lets_the_next_one_lead() {
        let home = tempfile::tempdir().unwrap();
        let flight = SingleFlight::new(home.path(), "x");
        let ticket = flight.generation();
        let Turn::Lead(lead) = flight.wait(ticket, soon()).unwrap() else { panic!() };
        assert!(flight.poll(ticket).unwrap().is_none());
        assert!(matches!(flight.wait(ticket, Instant::now()).unwrap(), Turn::TimedOut));
        drop(lead);
        assert!(matches!(flight.wait(ticket, soon()).unwrap(), Turn::Lead(_)));
    }

    #[test]
    fn a_generation_read_after_completion_leads_again() {
        let home = tempfile::tempdir().unwrap();
        let flight = SingleFlight::new(home.path(), "x");
        for _ in 0..3 {
            let Turn::Lead(lead) = flight.wait(flight.generation(), soon()).unwrap() else {
                panic!()
            };
            lead.complete(failure());
        }
        assert_eq!(flight.generation(), Generation(3));
    }

    #[test]
    fn the_lock_file_stays_and_a_damaged_record_is_ignored() {
        let home = tempfile::tempdir().unwrap();
        let flight = SingleFlight::new(home.path(), "x");
        let Turn::Lead(lead) = flight.wait(flight.generation(), soon()).unwrap() else { panic!() };
        lead.complete(SharedOutcome::Ok);
        assert!(flight.lock.exists());
        let ticket = flight.generation();
        std::fs::write(&flight.record, b"{\"gener").unwrap();
        assert!(matches!(flight.poll(ticket).unwrap(), Some(Turn::Lead(_))));
    }

    #[test]
    fn where_nothing_can_be_written_everybody_leads() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let flight = SingleFlight::new(&file.join("below"), "x");
        let leads = [0, 1].map(|_| flight.poll(flight.generation()).unwrap());
        assert!(leads.iter().all(|lead| matches!(lead, Some(Turn::Lead(_)))));
    }

    #[test]
    fn a_failure_comes_back_whole() {
        let error = failure().into_result().unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str(), error.hints[0].as_str()),
            (ErrorKind::AccessDenied, "no", "ask")
        );
    }
}
