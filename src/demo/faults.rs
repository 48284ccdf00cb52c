//! The fault script: faults that tests inject.

use std::time::Duration;

use super::fault_reply::FaultReply;

/// A fault to inject. Operations have the names of [`super::Simulator::call_count`]; `*` matches
/// all of them, and `CreateToken:GRANT` matches CreateToken with this grant: `authorization_code`,
/// `device_code` or `refresh_token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The next calls fail with an error, in the format of their service.
    Fail {
        /// The operation.
        operation: String,
        /// The number of calls.
        times: usize,
        /// The HTTP status.
        status: u16,
        /// The exception's name, as in `x-amzn-ErrorType`; empty for an error without a name and
        /// without a JSON body.
        error: String,
    },
    /// The next calls are delayed.
    Delay {
        /// The operation.
        operation: String,
        /// The number of calls.
        times: usize,
        /// The delay of each call.
        duration: Duration,
    },
    /// The next calls return a 200 with an invalid body.
    Garbage {
        /// The operation.
        operation: String,
        /// The number of calls.
        times: usize,
    },
    /// The next calls run, but their response is lost: the client gets an empty 503.
    LoseResponse {
        /// The operation.
        operation: String,
        /// The number of calls.
        times: usize,
    },
    /// The next calls get a scripted reply: any status, headers and bytes, cut short, endless or
    /// not sent at all.
    Reply {
        /// The operation.
        operation: String,
        /// The number of calls.
        times: usize,
        /// The reply.
        reply: FaultReply,
    },
    /// From now on responses have no `Date` header.
    OmitDate,
    /// From now on the simulator's clock is ahead of this machine's: `Date` headers, expiry times
    /// and the check of signatures.
    SkewClock {
        /// The difference; negative if the simulator is behind.
        seconds: i64,
    },
    /// The next refresh returns no new refresh token; the old one stays valid.
    OmitRefreshToken,
}

/// The faults to inject.
#[derive(Debug, Clone, Default)]
pub(super) struct FaultScript {
    pending: Vec<Fault>,
    /// Whether responses have no `Date` header.
    pub(super) omit_date: bool,
    /// Seconds by which the simulator's clock is ahead.
    pub(super) clock_skew_seconds: i64,
}

impl FaultScript {
    pub(super) fn add(&mut self, fault: Fault) {
        match fault {
            Fault::OmitDate => self.omit_date = true,
            Fault::SkewClock { seconds } => self.clock_skew_seconds = seconds,
            fault => self.pending.push(fault),
        }
    }

    /// Returns the oldest fault for this operation and counts the call. `grant` is the grant of
    /// CreateToken, empty for other operations.
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

    /// Whether this refresh must return no new refresh token; true once per fault.
    pub(super) fn take_omit_refresh_token(&mut self) -> bool {
        let at = self.pending.iter().position(|fault| *fault == Fault::OmitRefreshToken);
        at.map(|at| self.pending.remove(at)).is_some()
    }
}

impl Fault {
    /// The number of calls left if the fault matches this operation.
    fn remaining_calls(&mut self, called: &str, grant: &str) -> Option<&mut usize> {
        let matches = |operation: &str| match operation.split_once(':') {
            Some((operation, only_grant)) => operation == called && only_grant == grant,
            None => operation == called || operation == "*",
        };
        match self {
            Fault::Fail { operation, times, .. }
            | Fault::Delay { operation, times, .. }
            | Fault::Garbage { operation, times }
            | Fault::LoseResponse { operation, times }
            | Fault::Reply { operation, times, .. } => matches(operation).then_some(times),
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
    fn a_fault_can_match_one_grant() {
        let mut script = FaultScript::default();
        script.add(Fault::Garbage { operation: "CreateToken:refresh_token".into(), times: 1 });
        assert!(
            script.next("CreateToken", "device_code").is_none()
                && script.next("ListAccounts", "").is_none()
        );
        assert!(script.next("CreateToken", "refresh_token").is_some());
    }
}
