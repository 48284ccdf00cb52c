//! What goes wrong when a test says so.

use std::time::Duration;

use super::fault_reply::FaultReply;

/// Something that goes wrong. Operations are named as in [`super::Running::calls`]; `*` is any of
/// them, and `CreateToken:GRANT` is CreateToken with that grant: `authorization_code`,
/// `device_code` or `refresh_token`.
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
        /// The exception's name, as in `x-amzn-ErrorType`; empty for an error without name and
        /// with a body that is not JSON.
        error: String,
    },
    /// The next calls are answered only after a while.
    Delay {
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
    LoseResponse {
        /// Which operation.
        operation: String,
        /// How many calls.
        times: usize,
    },
    /// The next calls get a scripted reply: any status, headers and bytes, cut short, endless or
    /// not sent at all.
    Reply {
        /// Which operation.
        operation: String,
        /// How many calls.
        times: usize,
        /// What is sent.
        reply: FaultReply,
    },
    /// From now on replies carry no `Date` header.
    OmitDate,
    /// From now on the simulator's clock is ahead of this machine's: `Date` headers, expiry times
    /// and the check of signatures.
    SkewClock {
        /// How far; negative when behind.
        seconds: i64,
    },
    /// The next refresh is answered without a new refresh token; the old one stays good.
    OmitRefreshToken,
}

/// The faults still to come.
#[derive(Debug, Clone, Default)]
pub(super) struct FaultScript {
    pending: Vec<Fault>,
    /// Replies say no date.
    pub(super) omit_date: bool,
    /// Seconds that the simulator's clock is ahead.
    pub(super) clock_skew: i64,
}

impl FaultScript {
    pub(super) fn add(&mut self, fault: Fault) {
        match fault {
            Fault::OmitDate => self.omit_date = true,
            Fault::SkewClock { seconds } => self.clock_skew = seconds,
            fault => self.pending.push(fault),
        }
    }

    /// Returns the oldest fault for this operation and uses it up by one. `grant` is CreateToken's,
    /// empty otherwise.
    pub(super) fn next(&mut self, operation: &str, grant: &str) -> Option<Fault> {
        let at = self.pending.iter_mut().position(|fault| {
            fault.remaining_calls(operation, grant).is_some_and(|times| *times > 0)
        })?;
        let fault = self.pending[at].clone();
        if let Some(times) = self.pending[at].remaining_calls(operation, grant) {
            *times -= 1;
            if *times == 0 {
                self.pending.remove(at);
            }
        }
        Some(fault)
    }

    /// Whether this refresh is the one without a new refresh token.
    pub(super) fn take_omit_refresh_token(&mut self) -> bool {
        let at = self.pending.iter().position(|fault| *fault == Fault::OmitRefreshToken);
        at.map(|at| self.pending.remove(at)).is_some()
    }
}

impl Fault {
    /// The calls left, when the fault is about this operation.
    fn remaining_calls(&mut self, wanted: &str, grant: &str) -> Option<&mut usize> {
        let concerns = |operation: &str| match operation.split_once(':') {
            Some((operation, of)) => operation == wanted && of == grant,
            None => operation == wanted || operation == "*",
        };
        match self {
            Fault::Fail { operation, times, .. }
            | Fault::Delay { operation, times, .. }
            | Fault::Garbage { operation, times }
            | Fault::LoseResponse { operation, times }
            | Fault::Reply { operation, times, .. } => concerns(operation).then_some(times),
            Fault::OmitDate | Fault::SkewClock { .. } | Fault::OmitRefreshToken => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_used_up_in_order() {
        let mut script = FaultScript::default();
        script.add(Fault::Garbage { operation: "CreateToken".into(), times: 2 });
        script.add(Fault::LoseResponse { operation: "*".into(), times: 1 });
        assert!(matches!(script.next("Logout", ""), Some(Fault::LoseResponse { .. })));
        assert!(script.next("Logout", "").is_none());
        assert!(
            script.next("CreateToken", "").is_some()
                && script.next("CreateToken", "device_code").is_some()
        );
        assert!(script.next("CreateToken", "").is_none());
    }

    #[test]
    fn a_fault_can_concern_one_grant() {
        let mut script = FaultScript::default();
        script.add(Fault::Garbage { operation: "CreateToken:refresh_token".into(), times: 1 });
        assert!(
            script.next("CreateToken", "device_code").is_none()
                && script.next("ListAccounts", "").is_none()
        );
        assert!(script.next("CreateToken", "refresh_token").is_some());
    }
}
