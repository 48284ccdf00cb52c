//! Programs whose output is read: credential processes, the AWS CLI, tmux.

use std::ffi::OsString;
use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, Secret};

use super::{ChildCommand, console};

/// What a program has printed, and how it ended.
#[derive(Debug)]
pub struct CapturedOutput {
    /// Its standard output.
    pub stdout: Secret<Vec<u8>>,
    /// Its messages; empty if it shared the terminal.
    pub stderr: String,
    /// How it ended.
    pub status: ExitStatus,
}

impl CapturedOutput {
    /// Describes a failure: `exited with 3: the last line of its messages`.
    pub fn describe_failure(&self) -> String {
        let status = describe_exit(self.status);
        match self.stderr.lines().map(str::trim).rfind(|line| !line.is_empty()) {
            Some(last) => format!("{status}: {last}"),
            None => status,
        }
    }
}

/// Whether a program may ask the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminalAccess {
    /// It shares stdin and stderr of this program.
    Shared,
    /// Its stdin is empty, and its messages are captured.
    None,
}

/// The most bytes that are read of the output.
const MAX_OUTPUT_BYTES: u64 = 64 * 1024;
/// The pause between two looks at whether a program that has closed its output has ended.
const EXIT_POLL: Duration = Duration::from_millis(10);

/// Runs a program to its end and returns its output, at most 64 KiB.
///
/// # Errors
/// [`ErrorKind::ProgramNotFound`] or [`ErrorKind::ProgramNotExecutable`] if the program can't be
/// started; [`ErrorKind::Os`] if it has not ended within the limit.
pub fn capture(
    program: &str,
    args: &[String],
    limit: Duration,
    terminal: TerminalAccess,
) -> Result<CapturedOutput> {
    let failed = |what: String| Error::new(ErrorKind::Os, format!("`{program}` {what}"));
    let end = Instant::now() + limit;
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::piped());
    match terminal {
        TerminalAccess::Shared => command.stdin(Stdio::inherit()).stderr(Stdio::inherit()),
        TerminalAccess::None => command.stdin(Stdio::null()).stderr(Stdio::piped()),
    };
    let mut child = command.spawn().map_err(|error| spawn_error(program, args, error))?;
    let stdout = child.stdout.take().map(read_apart);
    let stderr = child.stderr.take().map(read_apart);
    let receive = |output: Option<Receiver<Vec<u8>>>| match output {
        Some(output) => output.recv_timeout(end.saturating_duration_since(Instant::now())),
        None => Ok(Vec::new()),
    };
    let stdout = receive(stdout).map(Secret::new);
    while stdout.as_ref() != Err(&RecvTimeoutError::Timeout) {
        match child.try_wait().map_err(|error| failed(format!("can't be waited for: {error}")))? {
            Some(status) => {
                let stdout = stdout.unwrap_or_else(|_| Secret::new(Vec::new()));
                let stderr = receive(stderr).unwrap_or_default();
                let stderr = String::from_utf8_lossy(&stderr).into_owned();
                return Ok(CapturedOutput { stdout, stderr, status });
            }
            None if Instant::now() >= end => break,
            None => std::thread::sleep(EXIT_POLL),
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(failed(format!("has not ended within {} s", limit.as_secs())))
}

/// Reads a pipe on a thread: it can outlive the program, in a process that it has started.
fn read_apart(pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut output = Vec::new();
        let _ = pipe.take(MAX_OUTPUT_BYTES).read_to_end(&mut output);
        let _ = sender.send(output);
    });
    receiver
}

/// The error of a program that can't be started, without the hints for commands that a user typed.
fn spawn_error(program: &str, args: &[String], error: std::io::Error) -> Error {
    let args = args.iter().map(OsString::from).collect();
    let command =
        ChildCommand { program: program.into(), args, set: Vec::new(), unset: Vec::new() };
    let mut error = command.spawn_error(error);
    error.hints.clear();
    error
}

/// Describes an exit status: `exited with 3`.
pub fn describe_exit(status: ExitStatus) -> String {
    if let Some(signal) = console::ending_signal(status) {
        return format!("was ended by signal {signal}");
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exited with {code}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str, limit: Duration, terminal: TerminalAccess) -> Result<CapturedOutput> {
        capture("/bin/sh", &["-c".to_owned(), script.to_owned()], limit, terminal)
    }

    #[test]
    fn the_output_of_a_program_is_returned_with_its_status() {
        let captured = shell("printf hello; exit 3", LONG, TerminalAccess::Shared).unwrap();
        assert_eq!(captured.stdout.expose(), b"hello");
        assert_eq!(captured.status.code(), Some(3));
        assert_eq!(captured.describe_failure(), "exited with 3");
    }

    #[test]
    fn messages_are_captured_if_the_program_has_no_terminal() {
        let script = "printf 'usage\\n\\nno such profile\\n\\n' >&2; exit 255";
        let captured = shell(script, LONG, TerminalAccess::None).unwrap();
        assert_eq!(captured.describe_failure(), "exited with 255: no such profile");
        let killed = shell("kill -9 $$", LONG, TerminalAccess::None).unwrap();
        assert_eq!(killed.describe_failure(), "was ended by signal 9");
    }

    #[test]
    fn a_program_that_can_not_be_started_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plain");
        std::fs::write(&file, "").unwrap();
        for (program, reason) in [
            ("no-such-program", "program `no-such-program` not found in PATH"),
            (file.to_str().unwrap(), "is not executable"),
            (folder.path().to_str().unwrap(), "is a directory"),
        ] {
            let error = capture(program, &[], LONG, TerminalAccess::None).unwrap_err();
            assert!(error.message.contains(reason), "{error:?}");
        }
    }

    #[test]
    fn a_program_that_does_not_end_or_prints_too_much_is_stopped() {
        let slow = shell("exec sleep 600", Duration::from_millis(1), TerminalAccess::None);
        assert_eq!(slow.unwrap_err().message, "`/bin/sh` has not ended within 0 s");
        let flood = shell("exec yes", LONG, TerminalAccess::Shared).unwrap();
        assert_eq!(flood.stdout.expose().len() as u64, MAX_OUTPUT_BYTES);
        assert!(!flood.status.success());
    }
}
