//! Helper processes that outlive this one. Some write one line when they are ready.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::domain::{Error, ErrorKind, Result, ResultExt};

use super::console;

/// What failed, in errors of this module.
const STARTING_HELPER: &str = "starting the background helper";
/// How long a helper may take to become ready.
const READY_TIMEOUT: Duration = Duration::from_secs(10);

/// Starts a helper process. It has no terminal, has to call [`super::become_session_leader`]
/// itself, and gets `input` on its standard input, which is then closed. `unset` names variables
/// that it must not inherit.
///
/// # Errors
/// [`ErrorKind::Os`] if it can't be started or does not read its input.
pub fn spawn_detached(
    program: &Path,
    args: &[OsString],
    unset: &[&str],
    input: &[u8],
) -> Result<()> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in unset {
        command.env_remove(name);
    }
    // On Unix it stays in this process group: the leader of a group can't start a session.
    console::without_console(&mut command);
    let mut child = command.spawn().context(ErrorKind::Os, STARTING_HELPER)?;
    let mut stdin =
        child.stdin.take().ok_or_else(|| Error::os("the background helper has no input"))?;
    let written = stdin.write_all(input).context(ErrorKind::Os, STARTING_HELPER);
    drop(stdin);
    // A server that starts many helpers must not keep their entries in the process table.
    crate::os::thread::spawn("helper", move || drop(child.wait()))?;
    written
}

/// Starts a helper, waits for its line and returns it without the line end. `input` goes to its
/// standard input; its standard error is discarded. `unset` names variables that it must not
/// inherit.
///
/// The program has to call [`respawn_detached`] first, so that the helper is not a child of this
/// process: a program that replaces this process and waits for all its children must not wait for
/// the helper.
///
/// # Errors
/// [`ErrorKind::Os`] if it can't be started, ends without a line, or is not ready after ten
/// seconds.
pub fn spawn_and_wait(
    program: &Path,
    args: &[OsString],
    unset: &[&str],
    input: &[u8],
) -> Result<String> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    for name in unset {
        command.env_remove(name);
    }
    console::own_group(&mut command);
    let mut child = command.spawn().context(ErrorKind::Os, STARTING_HELPER)?;
    let mut stdin = child.stdin.take().ok_or_else(|| start_error("it has no input"))?;
    let stdout = child.stdout.take().ok_or_else(|| start_error("it has no output"))?;
    let written = stdin.write_all(input);
    drop(stdin);
    let (sender, receiver) = mpsc::channel();
    let reader = crate::os::thread::spawn("helper", move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        let _ = sender.send(read.map(|_| line));
    });
    if let Err(error) = reader {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error.context(STARTING_HELPER));
    }
    let line = receiver.recv_timeout(READY_TIMEOUT);
    // The first process only starts the second.
    child.wait().context(ErrorKind::Os, STARTING_HELPER)?;
    written.context(ErrorKind::Os, STARTING_HELPER)?;
    line.map_err(|_| start_error("it is not ready after ten seconds"))?
        .context(ErrorKind::Os, STARTING_HELPER)?
        .strip_suffix('\n')
        .map(str::to_owned)
        .ok_or_else(|| start_error("it ended before it was ready"))
}

/// Starts the second process of a helper, which inherits input and output and has to call
/// [`super::become_session_leader`]. Called by the first process, which has to end afterwards.
///
/// # Errors
/// [`ErrorKind::Os`] if it can't be started.
pub fn respawn_detached(program: &Path, args: &[OsString]) -> Result<()> {
    let mut command = Command::new(program);
    console::without_console(&mut command);
    command
        .args(args)
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
        .context(ErrorKind::Os, STARTING_HELPER)
}

/// Writes the line that the starter of the helper waits for. Called by the helper.
///
/// # Errors
/// [`ErrorKind::Os`] if the process that started the helper has ended.
pub fn report_ready(line: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).context(ErrorKind::Os, STARTING_HELPER)
}

fn start_error(reason: &str) -> Error {
    Error::os(format!("{STARTING_HELPER}: {reason}"))
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
    fn the_line_is_returned_while_the_helper_runs_on() {
        // The helper keeps the output open: a reader that waited for its end would wait a minute.
        assert_eq!(
            sh("read word; (sleep 60 & echo \"$word $!${HOME-}\") ", "hello\n").map(kill_helper),
            Ok("hello".to_owned())
        );
    }

    /// Ends the helper, whose id is the second word, and returns the first word.
    fn kill_helper(line: String) -> String {
        let (word, pid) = line.split_once(' ').unwrap();
        let pid = rustix::process::Pid::from_raw(pid.parse().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        word.to_owned()
    }

    #[test]
    fn a_helper_that_writes_nothing_is_an_error() {
        assert!(sh("cat >/dev/null", "").unwrap_err().message.contains("before it was ready"));
        assert!(spawn_and_wait(Path::new("/no/such/program"), &[], &[], b"").is_err());
    }
}
