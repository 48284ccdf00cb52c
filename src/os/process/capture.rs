//! Programs whose output is read: credential processes.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::domain::{Error, ErrorKind, Result, Secret};

/// What a program has printed, and how it ended.
#[derive(Debug)]
pub struct CapturedOutput {
    /// Its standard output.
    pub stdout: Secret<Vec<u8>>,
    /// How it ended.
    pub status: ExitStatus,
}

/// The most bytes that are read of the output.
const MAX_OUTPUT_BYTES: u64 = 64 * 1024;
/// The pause between two looks at whether a program that has closed its output has ended.
const EXIT_POLL: Duration = Duration::from_millis(10);

/// Runs a program to its end and returns its output, at most 64 KiB. It shares this program's
/// terminal: it may ask the user on stdin and stderr.
///
/// # Errors
/// [`ErrorKind::Os`] if the program can't be started, or has not ended within the limit.
pub fn capture(program: &str, args: &[String], limit: Duration) -> Result<CapturedOutput> {
    let failed = |what: String| Error::new(ErrorKind::Os, format!("`{program}` {what}"));
    let end = Instant::now() + limit;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child =
        command.spawn().map_err(|error| failed(format!("can't be started: {error}")))?;
    let (sender, receiver) = channel();
    if let Some(pipe) = child.stdout.take() {
        // The pipe can outlive the program, in a process that it has started.
        std::thread::spawn(move || {
            let mut stdout = Vec::new();
            let _ = pipe.take(MAX_OUTPUT_BYTES).read_to_end(&mut stdout);
            let _ = sender.send(Secret::new(stdout));
        });
    }
    let stdout = receiver.recv_timeout(limit);
    while stdout.as_ref() != Err(&RecvTimeoutError::Timeout) {
        match child.try_wait().map_err(|error| failed(format!("can't be waited for: {error}")))? {
            Some(status) => {
                let stdout = stdout.unwrap_or_else(|_| Secret::new(Vec::new()));
                return Ok(CapturedOutput { stdout, status });
            }
            None if Instant::now() >= end => break,
            None => std::thread::sleep(EXIT_POLL),
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(failed(format!("has not ended within {} s", limit.as_secs())))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_output_of_a_program_is_returned_with_its_status() {
        let args = ["-c", "printf hello; exit 3"].map(String::from);
        let long = Duration::from_secs(60);
        let captured = capture("/bin/sh", &args, long).unwrap();
        assert_eq!(captured.stdout.expose(), b"hello");
        assert_eq!(captured.status.code(), Some(3));
        let error = capture("/nonexistent/program", &[], long).unwrap_err();
        assert!(error.message.contains("/nonexistent/program"), "{error:?}");
    }
    #[test]
    fn a_program_that_does_not_end_or_prints_too_much_is_stopped() {
        let shell =
            |script: &str, limit| capture("/bin/sh", &["-c".to_owned(), script.to_owned()], limit);
        let error = shell("exec sleep 600", Duration::from_millis(1)).unwrap_err();
        assert_eq!(error.message, "`/bin/sh` has not ended within 0 s");
        let long = Duration::from_secs(60);
        let flood = shell("exec yes", long).unwrap();
        assert_eq!(flood.stdout.expose().len() as u64, MAX_OUTPUT_BYTES);
        assert!(!flood.status.success());
    }
}
