//! Reasons reason a response must not be used.

use std::fmt;

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;

/// Why a response must not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// A proxy, a login page or another middlebox answered instead of AWS, with this HTTP status.
    Middlebox(u16),
    /// The server failed with this HTTP status, and not in AWS's error format.
    Unavailable(u16),
    /// A 429, whatever its body is.
    Throttled,
    /// The response is incomplete, too large, of the wrong format or implausible. The text gives
    /// the reason and quotes nothing of the response.
    Invalid(String),
    /// The connection failed while the body was read.
    Interrupted(String),
}

impl Rejection {
    pub(in crate::identity) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(reason.into())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Middlebox(status) => write!(f, "a proxy or login page answered with {status}"),
            Self::Unavailable(status) => write!(f, "the server answered with {status}"),
            Self::Throttled => f.write_str("the server asks to slow down"),
            Self::Invalid(reason) => write!(f, "the response is not valid: {reason}"),
            Self::Interrupted(reason) => write!(f, "the response was interrupted: {reason}"),
        }
    }
}

impl std::error::Error for Rejection {}

impl From<Rejection> for ConnectorError {
    /// Converts to an error that the SDK's retry classifiers retry: throttling or a network
    /// failure.
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Throttled => {
                ConnectorError::other(rejection.into(), Some(ErrorKind::ThrottlingError))
            }
            other => ConnectorError::io(other.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_names_its_reason_and_is_retried_as_throttling_or_a_network_failure() {
        for (rejection, text) in [
            (Rejection::Middlebox(302), "a proxy or login page answered with 302"),
            (Rejection::Unavailable(520), "the server answered with 520"),
            (Rejection::Throttled, "the server asks to slow down"),
            (Rejection::invalid("x"), "the response is not valid: x"),
            (Rejection::Interrupted("x".into()), "the response was interrupted: x"),
        ] {
            assert_eq!(rejection.to_string(), text);
            let is_throttled = rejection == Rejection::Throttled;
            let error = ConnectorError::from(rejection);
            assert_eq!(error.is_io(), !is_throttled, "{text}");
            let kind = is_throttled.then_some(ErrorKind::ThrottlingError);
            assert_eq!(error.as_other(), kind, "{text}");
        }
    }
}
