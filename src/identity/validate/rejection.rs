//! Reasons why a response must not be used.

use std::fmt;

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;

/// Why an answer is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// A proxy, a login page or another box answered in place of AWS, with this HTTP status.
    Middlebox(u16),
    /// The server failed with this HTTP status, and not in AWS's error form.
    Unavailable(u16),
    /// A 429, whatever its body says.
    Throttled,
    /// The answer is incomplete, too large, of the wrong form or implausible. The text says which
    /// and contains nothing from the answer.
    Invalid(String),
    /// The connection failed while the body was read.
    Interrupted(String),
}

impl Rejection {
    /// [`Rejection::Invalid`] for this reason.
    pub(in crate::identity) fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid(why.into())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Middlebox(status) => write!(f, "a proxy or login page answered with {status}"),
            Self::Unavailable(status) => write!(f, "the server answered with {status}"),
            Self::Throttled => f.write_str("the server asks to slow down"),
            Self::Invalid(why) => write!(f, "the answer is not valid: {why}"),
            Self::Interrupted(why) => write!(f, "the answer broke off: {why}"),
        }
    }
}

impl std::error::Error for Rejection {}

impl From<Rejection> for ConnectorError {
    /// As the SDK's retry classifiers understand it: throttling or a failure of the network, both
    /// retried.
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Throttled => {
                ConnectorError::other(rejection.into(), Some(ErrorKind::ThrottlingError))
            }
            other => ConnectorError::io(other.into()),
        }
    }
}
