//! A helper that is no child of ours: it says one line when it is ready, and is then left alone.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::domain::{Error, Result};

/// How long a helper may take to be ready.
const READY_TIMEOUT: Duration = Duration::from_secs(10);

/// Starts a helper and waits for its line, which comes back without its end. What it needs to know
/// goes to its standard input; its standard error is nowhere. The program has to call [`step_back`]
/// first: the helper is then nobody's child, and a program that this process becomes, and that
/// waits for all its children, does not wait for the helper.
///
/// # Errors
/// When it can't be started, or ends or takes ten seconds without a word.
pub fn spawn_and_wait(
    program: &Path,
    args: &[OsString],
    unset: &[&str],
    input: &[u8],
) -> Result<String> {
    let said = |error: std::io::Error| start_error(&error.to_string());
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    for name in unset {
        command.env_remove(name);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(said)?;
    let mut stdin = child.stdin.take().ok_or_else(|| start_error("it has no input"))?;
    let stdout = child.stdout.take().ok_or_else(|| start_error("it has no output"))?;
    let written = stdin.write_all(input);
    drop(stdin);
    let (tell, heard) = mpsc::channel();
    let reader = crate::os::thread::spawn("helper", move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        let _ = tell.send(read.map(|_| line));
    });
    if let Err(error) = reader {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error.context("starting the background helper"));
    }
    let line = heard.recv_timeout(READY_TIMEOUT);
    // The first process has only started the second.
    child.wait().map_err(said)?;
    written.map_err(said)?;
    let line = line.map_err(|_| start_error("it is not ready after ten seconds"))?.map_err(said)?;
    line.strip_suffix('\n')
        .map(str::to_owned)
        .ok_or_else(|| start_error("it ended before it was ready"))
}

/// What the first process of a helper does: starts the second, which gets its input and output, and
/// has to end then.
///
/// # Errors
/// When it can't be started.
pub fn respawn_detached(program: &Path, args: &[OsString]) -> Result<()> {
    Command::new(program)
        .args(args)
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
        .map_err(|error| start_error(&error.to_string()))
}

/// Says the line, from inside the helper.
///
/// # Errors
/// When nobody is there any more to hear it: the process that started the helper has ended.
pub fn report_ready(line: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .map_err(|error| start_error(&error.to_string()))
}

fn start_error(why: &str) -> Error {
    Error::os(format!("starting the background helper: {why}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, input: &str) -> Result<String> {
        spawn_and_wait(
            Path::new("/bin/sh"),
            &["-c".into(), script.into()],
            &["HOME"],
            input.as_bytes(),
        )
    }

    #[test]
    fn the_line_comes_while_the_helper_goes_on() {
        // What goes on holds the output open: a reader that waited for its end would wait for a
        // minute.
        assert_eq!(
            sh("read word; (sleep 60 & echo \"$word $!${HOME-}\") ", "hello\n").map(kill_helper),
            Ok("hello".to_owned())
        );
    }

    /// Ends what was left behind.
    fn kill_helper(line: String) -> String {
        let (word, pid) = line.split_once(' ').unwrap();
        let pid = rustix::process::Pid::from_raw(pid.parse().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        word.to_owned()
    }

    #[test]
    fn a_helper_that_says_nothing_is_a_failure() {
        assert!(sh("cat >/dev/null", "").unwrap_err().message.contains("before it was ready"));
        assert!(spawn_and_wait(Path::new("/no/such/program"), &[], &[], b"").is_err());
    }
}
