//! The failure of a request without a response: its category and the text of its cause.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use crate::domain::ConnectionFailure;

use super::error_text::root_cause;

/// The reason for a missing response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoResponse {
    pub(super) failure: ConnectionFailure,
    /// The text of the innermost cause.
    cause: String,
}

impl NoResponse {
    /// The failure of a request that took too long.
    pub(super) fn timed_out() -> Self {
        Self { failure: ConnectionFailure::TimedOut, cause: String::new() }
    }

    /// A failure without a cause.
    pub(super) fn unexplained() -> Self {
        Self { failure: ConnectionFailure::Other, cause: String::new() }
    }

    /// The failure of a connection.
    pub(super) fn from_error(error: &(dyn StdError + 'static)) -> Self {
        Self { failure: classify(error), cause: root_cause(error) }
    }
}

impl fmt::Display for NoResponse {
    /// Writes the reason in a few words. The cause says more about a certificate or a proxy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.failure, self.failure.reason()) {
            (ConnectionFailure::Certificate | ConnectionFailure::Proxy, _) | (_, None)
                if !self.cause.is_empty() =>
            {
                f.write_str(&self.cause)
            }
            (failure, _) => failure.fmt(f),
        }
    }
}

impl StdError for NoResponse {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.failure)
    }
}

/// Finds the category along the causes. A failure behind a proxy's tunnel is the proxy's.
fn classify(error: &(dyn StdError + 'static)) -> ConnectionFailure {
    let mut causes = vec![error];
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push(cause);
        source = cause.source();
    }
    let mentions = |words: &[&str]| {
        let found = |text: String| words.iter().any(|word| text.contains(word));
        causes.iter().any(|cause| found(cause.to_string().to_lowercase()))
    };
    if mentions(&["certificate"]) {
        ConnectionFailure::Certificate
    } else if mentions(&["tunnel", "proxy", "socks"]) {
        ConnectionFailure::Proxy
    } else if mentions(&["looking up `", "dns error", "lookup address"]) {
        ConnectionFailure::HostNotFound
    } else {
        let kinds = causes.iter().filter_map(|cause| cause.downcast_ref::<io::Error>());
        kinds.map(|error| from_io(error.kind())).next_back().unwrap_or(ConnectionFailure::Other)
    }
}

fn from_io(kind: io::ErrorKind) -> ConnectionFailure {
    match kind {
        io::ErrorKind::ConnectionRefused => ConnectionFailure::Refused,
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => ConnectionFailure::NoRoute,
        io::ErrorKind::TimedOut => ConnectionFailure::TimedOut,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => ConnectionFailure::Closed,
        _ => ConnectionFailure::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Error, ErrorKind};

    fn classified(cause: impl StdError + Send + Sync + 'static) -> (ConnectionFailure, String) {
        let outer = Error::new(ErrorKind::Unreachable, "client error (Connect)").with_source(cause);
        let failure = NoResponse::from_error(&outer);
        (failure.failure, failure.to_string())
    }

    #[test]
    fn the_words_fit_the_failure() {
        let text = |words: &str| Error::new(ErrorKind::Unreachable, words);
        let io = |kind| io::Error::from(kind);
        for (found, failure, words) in [
            (
                classified(io(io::ErrorKind::ConnectionRefused)),
                ConnectionFailure::Refused,
                "connection refused",
            ),
            (
                classified(io(io::ErrorKind::NetworkUnreachable)),
                ConnectionFailure::NoRoute,
                "no network",
            ),
            (
                classified(io(io::ErrorKind::ConnectionReset)),
                ConnectionFailure::Closed,
                "connection closed",
            ),
            (
                classified(text("looking up `oidc.example.com`: failed")),
                ConnectionFailure::HostNotFound,
                "host name not found",
            ),
            (
                classified(text("invalid peer certificate: UnknownIssuer")),
                ConnectionFailure::Certificate,
                "invalid peer certificate: UnknownIssuer",
            ),
            (
                classified(
                    text("tunnel error: failed").with_source(io(io::ErrorKind::ConnectionRefused)),
                ),
                ConnectionFailure::Proxy,
                "connection refused",
            ),
            (classified(text("strange")), ConnectionFailure::Other, "strange"),
        ] {
            assert_eq!(found, (failure, words.to_owned()));
        }
        assert_eq!(NoResponse::timed_out().to_string(), "no answer in time");
        let (failure, _) = classified(io(io::ErrorKind::TimedOut));
        assert_eq!(failure, ConnectionFailure::TimedOut);
        // Without a cause, the failure itself is all that can be said.
        let unexplained = NoResponse::unexplained();
        assert_eq!(unexplained.to_string(), ConnectionFailure::Other.to_string());
        assert!(!unexplained.to_string().is_empty());
        let source = unexplained.source().unwrap().downcast_ref::<ConnectionFailure>();
        assert_eq!(source, Some(&ConnectionFailure::Other));
    }
}
