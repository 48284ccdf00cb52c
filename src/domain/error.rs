//! One error type: what failed, on what, and what to type next.

use std::fmt;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure it is; `cli` makes the exit code of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// A failure in words: one sentence, and commands that help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// What failed, on what. No full stop, no secret.
    pub message: String,
    /// What to do; shown as `hint: …`, one a line.
    pub hints: Vec<String>,
}

impl Error {
    /// An error of this kind with this sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// The same error with one more thing to try, for example `` run `rolecall login` ``.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same error, said of something: `reading /x: permission denied`.
    #[must_use]
    pub fn context(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// [`Kind::Os`] with this sentence.
    pub fn os(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Os, message)
    }

    /// [`Kind::Internal`] with this sentence.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
