//! The crate's error type: a kind, a message, hints and the source.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A result whose error is [`Error`] by default.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The category of a failure. `cli` maps it to the exit code in brackets. Serialized in the
/// outcomes of single flights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// Nothing matched, or a check failed (exit 1).
    NoMatch,
    /// The command line is contradictory, needs a terminal, or needs `--yes` (2).
    Usage,
    /// A configuration file is invalid or missing (3).
    Config,
    /// There is no valid token, or AWS answered 401: the user has to sign in (4).
    LoginNeeded,
    /// The role is unknown or ambiguous (5).
    UnknownRole,
    /// AWS denied access: it answered 403 (6).
    #[serde(rename = "refused")]
    AccessDenied,
    /// The access portal does not assign the role to the user, any more or at all (6).
    RoleNotAssigned,
    /// AWS throttled the request with 429 and kept doing so (6).
    Throttled,
    /// AWS can't be reached, or answered with 5xx (6).
    Unreachable,
    /// The vault is locked, unavailable or owned by another user (7).
    Vault,
    /// The operating system refused an operation on a file, descriptor, process or thread (74,
    /// `EX_IOERR` of sysexits.h).
    Os,
    /// The user's program can't be run (126).
    ProgramNotExecutable,
    /// There is no such program (127).
    ProgramNotFound,
    /// A bug in rolecall (70, `EX_SOFTWARE`).
    Internal,
    /// The user cancelled (130).
    Cancelled,
}

impl ErrorKind {
    /// Whether AWS has denied access.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::AccessDenied | Self::RoleNotAssigned)
    }
}

/// A failure: a message, hints about what to do next, and the error that caused it.
///
/// Equality ignores the source.
#[derive(Debug, Clone)]
pub struct Error {
    /// The category, which decides the exit code.
    pub kind: ErrorKind,
    /// What failed, on what; without a full stop and without secrets.
    pub message: String,
    /// Next steps; printed as `hint: …`, one per line.
    pub hints: Vec<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Creates an error without hints and without a source.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), source: None }
    }

    /// Creates an error with the message `what: source` that keeps `source`.
    ///
    /// The text of `source` becomes part of the message, so it must not contain a secret.
    pub fn from_source(
        kind: ErrorKind,
        what: impl fmt::Display,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::new(kind, format!("{what}: {source}")).with_source(source)
    }

    /// Replaces a text in the message and the hints.
    #[must_use]
    pub fn replace(mut self, from: &str, to: &str) -> Self {
        self.message = self.message.replace(from, to);
        self.hints.iter_mut().for_each(|hint| *hint = hint.replace(from, to));
        self
    }

    /// Sets the error that [`std::error::Error::source`] returns.
    #[must_use]
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Adds a hint, for example `` run `rolecall login` ``.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Prefixes the message with `what`: `reading /x: permission denied`.
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

/// The kind, message and hints of an error, for another process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerializedError {
    pub kind: ErrorKind,
    pub message: String,
    hints: Vec<String>,
}

impl SerializedError {
    pub fn from_error(error: Error) -> Self {
        Self { kind: error.kind, message: error.message, hints: error.hints }
    }

    pub fn into_error(self) -> Error {
        Error { kind: self.kind, message: self.message, hints: self.hints, source: None }
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

/// Converts results whose error is not an [`Error`] yet.
pub trait ResultExt<T> {
    /// Converts a failure with [`Error::from_source`].
    ///
    /// # Errors
    /// Returns an error if `self` is one.
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
    fn errors_are_equal_if_users_see_the_same() {
        let error = Error::new(ErrorKind::Config, "a").hint("b");
        assert_eq!(error, error.clone());
        assert_ne!(error, Error::new(ErrorKind::Usage, "a").hint("b"));
        assert_ne!(error, Error::new(ErrorKind::Config, "x").hint("b"));
        assert_ne!(error, Error::new(ErrorKind::Config, "a"));
    }

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
