//! One error type: what failed, on what, and what to type next.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure it is; `cli` makes the exit code of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// Nothing matched, or a check failed (exit 1).
    NoMatch,
    /// The command line contradicts itself, needs a terminal or needs `--yes` (2).
    Usage,
    /// A configuration file is wrong or missing (3).
    Config,
    /// No valid token: somebody has to sign in (4). Also what a 401 becomes.
    LoginNeeded,
    /// The role is unknown or ambiguous (5).
    UnknownRole,
    /// AWS says no: 403, or the role is not assigned any more (6).
    #[serde(rename = "refused")]
    AccessDenied,
    /// AWS asks to slow down: 429 (6 when it never stops).
    Throttled,
    /// AWS can't be reached, or answered with a 5xx (6).
    Unreachable,
    /// The vault is locked, out of reach or owned by somebody else (7).
    Vault,
    /// The operating system refused a file, a descriptor, a process or a thread (74, `EX_IOERR` of
    /// sysexits.h).
    Os,
    /// A bug in rolecall, and nothing else (70).
    Internal,
    /// The person cancelled (130).
    Cancelled,
}

/// A failure: one sentence, commands that help, and the error it was made from.
///
/// Equality ignores the source: two failures that read alike are alike.
#[derive(Debug, Clone)]
pub struct Error {
    /// The category; decides the exit code.
    pub kind: ErrorKind,
    /// What failed, on what. No full stop, no secret.
    pub message: String,
    /// Next steps; printed as `hint: …`, one per line.
    pub hints: Vec<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Creates an error with this message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), source: None }
    }

    /// Creates an error with the message `what: source`, which keeps its source.
    ///
    /// The source is printed as part of the message, so its text must not hold a secret.
    pub fn from_source(
        kind: ErrorKind,
        what: impl fmt::Display,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::new(kind, format!("{what}: {source}")).with_source(source)
    }

    /// Keeps the error that caused this one, for [`std::error::Error::source`].
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Adds a next step, for example `` run `rolecall login` ``.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Puts what was being done before the message: `reading /x: permission denied`.
    #[must_use]
    pub fn context(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Creates an error of [`ErrorKind::Os`].
    pub fn os(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Os, message)
    }

    /// Creates an error of [`ErrorKind::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.message, &self.hints) == (other.kind, &other.message, &other.hints)
    }
}

impl Eq for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Adapters for results whose error is not yet an [`Error`].
pub trait ResultExt<T> {
    /// Turns the failure into an [`Error`] with the message `what: failure`, which keeps the
    /// failure as its source.
    ///
    /// # Errors
    /// The failure, if there is one.
    fn context(self, kind: ErrorKind, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: std::error::Error + Send + Sync + 'static> ResultExt<T> for Result<T, E> {
    fn context(self, kind: ErrorKind, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Error::from_source(kind, what, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_source_through_clones_and_context() {
        let failed: Result<(), std::num::ParseIntError> = "x".parse::<u8>().map(drop);
        let error =
            failed.context(ErrorKind::Config, "port").unwrap_err().clone().context("a.toml");
        assert_eq!(error.to_string(), "a.toml: port: invalid digit found in string");
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.is::<std::num::ParseIntError>());
    }
}
