//! Programs whose output is read: credential processes.

use std::process::{Command, ExitStatus, Stdio};

use crate::domain::{Error, ErrorKind, Result, Secret};

/// What a program has printed, and how it ended.
#[derive(Debug)]
pub struct CapturedOutput {
    /// Its standard output.
    pub stdout: Secret<Vec<u8>>,
    /// How it ended.
    pub status: ExitStatus,
}

/// Runs a program to its end and returns its output. It shares this program's terminal: it may ask
/// the user on stdin and stderr.
///
/// # Errors
/// [`ErrorKind::Os`] if the program can't be started.
pub fn capture(program: &str, args: &[String]) -> Result<CapturedOutput> {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            Error::new(ErrorKind::Os, format!("`{program}` can't be started: {error}"))
        })?;
    Ok(CapturedOutput { stdout: Secret::new(output.stdout), status: output.status })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_output_of_a_program_is_returned_with_its_status() {
        let args = ["-c", "printf hello; exit 3"].map(String::from);
        let captured = capture("/bin/sh", &args).unwrap();
        assert_eq!(captured.stdout.expose(), b"hello");
        assert_eq!(captured.status.code(), Some(3));
        let error = capture("/nonexistent/program", &[]).unwrap_err();
        assert!(error.message.contains("/nonexistent/program"), "{error:?}");
    }
}
