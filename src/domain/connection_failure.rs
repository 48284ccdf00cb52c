//! Why a server could not be reached, for messages that fit the failure.

use std::fmt;

use super::Error;

/// The category of a connection failure. Kept among the sources of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionFailure {
    /// The host, or a firewall in front of it, refused the connection.
    Refused,
    /// The name of the host has no address.
    HostNotFound,
    /// No route to the host, usually because the machine is offline.
    NoRoute,
    /// There was no answer in time.
    TimedOut,
    /// The connection ended before the response.
    Closed,
    /// The host's certificate is not trusted.
    Certificate,
    /// The proxy can't be reached, or did not connect to the host.
    Proxy,
    /// Another reason.
    Other,
}

impl ConnectionFailure {
    /// Returns the failure among the sources of an error.
    pub fn of(error: &Error) -> Option<Self> {
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            if let Some(failure) = cause.downcast_ref() {
                return Some(*failure);
            }
            source = cause.source();
        }
        None
    }

    /// Returns the reason in a few words; `None` for [`ConnectionFailure::Other`].
    pub fn reason(self) -> Option<&'static str> {
        Some(match self {
            Self::Refused => "connection refused",
            Self::HostNotFound => "host name not found",
            Self::NoRoute => "no network",
            Self::TimedOut => "no answer in time",
            Self::Closed => "connection closed",
            Self::Certificate => "certificate not trusted",
            Self::Proxy => "proxy failed",
            Self::Other => return None,
        })
    }

    /// Returns what the user can do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Refused | Self::Closed => {
                "check if a firewall blocks the host, or if you need a VPN or a proxy (HTTPS_PROXY)"
            }
            Self::HostNotFound => {
                "check the network and its DNS, and if you need a VPN or a proxy (HTTPS_PROXY)"
            }
            Self::NoRoute => "check that this machine is connected to a network",
            Self::TimedOut => {
                "check the network, and if you need a VPN or a proxy (HTTPS_PROXY): firewalls often \
                 drop connections without an answer"
            }
            Self::Certificate => {
                "if a proxy inspects your traffic, set AWS_CA_BUNDLE to the PEM file of its \
                 authority"
            }
            Self::Proxy => "check HTTPS_PROXY, and NO_PROXY for hosts that need no proxy",
            Self::Other => "check the network, and HTTPS_PROXY and NO_PROXY if there is a proxy",
        }
    }
}

/// Returns what is wrong if AWS can't be reached, in a few words for a status line.
pub fn unreachable_summary(error: &Error) -> String {
    match ConnectionFailure::of(error).and_then(ConnectionFailure::reason) {
        Some(reason) => format!("AWS can't be reached ({reason})"),
        None => "AWS can't be reached".to_owned(),
    }
}

impl fmt::Display for ConnectionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason().unwrap_or("no connection"))
    }
}

impl std::error::Error for ConnectionFailure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ErrorKind, ResultExt};

    #[test]
    fn the_failure_is_found_below_the_context_of_an_error() {
        let error = Error::new(ErrorKind::Unreachable, "x").with_source(ConnectionFailure::Refused);
        assert_eq!(ConnectionFailure::of(&error), Some(ConnectionFailure::Refused));
        let outer = Err::<(), _>(error).context(ErrorKind::Unreachable, "y").unwrap_err();
        assert_eq!(ConnectionFailure::of(&outer), Some(ConnectionFailure::Refused));
        assert_eq!(ConnectionFailure::of(&Error::new(ErrorKind::Unreachable, "x")), None);
    }
}
