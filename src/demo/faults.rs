//! What goes wrong when a test says so.

use std::time::Duration;

/// Something that goes wrong. Operations are named as in [`super::Running::calls`]; `*` is any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The next calls are answered with an error, in the shape of their service.
    Fail {
        /// Which operation.
        operation: String,
        /// How many calls.
        times: usize,
        /// The HTTP status.
        status: u16,
        /// The exception's name, as in `x-amzn-ErrorType`; empty for an error without name and with a body that is not JSON.
        error: String,
    },
    /// The next calls are answered only after a while.
    Hang {
        /// Which operation.
        operation: String,
        /// How many calls.
        times: usize,
        /// How long each takes.
        duration: Duration,
    },
    /// The next calls are answered 200 with a body that nobody can read.
    Garbage {
        /// Which operation.
        operation: String,
        /// How many calls.
        times: usize,
    },
    /// The next calls are carried out, but the answer is lost: what comes is an empty 503.
    LoseReply {
        /// Which operation.
        operation: String,
        /// How many calls.
        times: usize,
    },
    /// From now on replies carry no `Date` header.
    NoDate,
    /// From now on the simulator's clock is ahead of this machine's: `Date` headers, expiry times and the check of signatures.
    SkewDate {
        /// How far; negative when behind.
        seconds: i64,
    },
    /// The next refresh is answered without a new refresh token; the old one stays good.
    DropRefreshToken,
}

/// The faults still to come.
#[derive(Debug, Default)]
pub(super) struct Script {
    waiting: Vec<Fault>,
    /// Replies say no date.
    pub(super) no_date: bool,
    /// Seconds that the simulator's clock is ahead.
    pub(super) skew: i64,
}

impl Script {
    pub(super) fn add(&mut self, fault: Fault) {
        match fault {
            Fault::NoDate => self.no_date = true,
            Fault::SkewDate { seconds } => self.skew = seconds,
            fault => self.waiting.push(fault),
        }
    }

    /// The oldest fault for this operation, used up by one.
    pub(super) fn next(&mut self, operation: &str) -> Option<Fault> {
        let at = self.waiting.iter_mut().position(|fault| fault.times(operation).is_some_and(|times| *times > 0))?;
        let fault = self.waiting[at].clone();
        if let Some(times) = self.waiting[at].times(operation) {
            *times -= 1;
            if *times == 0 {
                self.waiting.remove(at);
            }
        }
        Some(fault)
    }

    /// Whether this refresh is the one without a new refresh token.
    pub(super) fn drops_refresh_token(&mut self) -> bool {
        let at = self.waiting.iter().position(|fault| *fault == Fault::DropRefreshToken);
        at.map(|at| self.waiting.remove(at)).is_some()
    }
}

impl Fault {
    /// The calls left, when the fault is about this operation.
    fn times(&mut self, wanted: &str) -> Option<&mut usize> {
        match self {
            Fault::Fail { operation, times, .. }
            | Fault::Hang { operation, times, .. }
            | Fault::Garbage { operation, times }
            | Fault::LoseReply { operation, times } => (operation == wanted || operation == "*").then_some(times),
            Fault::NoDate | Fault::SkewDate { .. } | Fault::DropRefreshToken => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_used_up_in_order() {
        let mut script = Script::default();
        script.add(Fault::Garbage { operation: "CreateToken".into(), times: 2 });
        script.add(Fault::LoseReply { operation: "*".into(), times: 1 });
        assert!(matches!(script.next("Logout"), Some(Fault::LoseReply { .. })));
        assert!(script.next("Logout").is_none());
        assert!(script.next("CreateToken").is_some() && script.next("CreateToken").is_some());
        assert!(script.next("CreateToken").is_none());
    }
}
