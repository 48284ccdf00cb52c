//! A helper of ours that is left behind to answer for something: it is given its task, says where it stands, and goes on without us.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use crate::domain::{Error, Result};

/// How long a helper has to say its first line.
const START: Duration = Duration::from_secs(5);

/// A helper that runs.
#[derive(Debug)]
pub struct Helper {
    child: Child,
    /// What it said first.
    said: String,
    /// Closed once it has ended.
    rest: Receiver<String>,
}

impl Helper {
    /// Starts a program as a helper, gives it its task on its standard input and waits for the line that it answers with. It has no
    /// terminal, and outlives this process if it asks for a session of its own. `unset` names variables that it must not inherit.
    ///
    /// # Errors
    /// When it can't be started, or ends or stays silent for five seconds instead of answering.
    pub fn start(program: &Path, args: &[OsString], unset: &[&str], task: &[u8]) -> Result<Self> {
        let said = |error: std::io::Error| Error::internal(format!("starting the background helper: {error}"));
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        for name in unset {
            command.env_remove(name);
        }
        let mut child = command.spawn().map_err(said)?;
        let (tell, rest) = channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || BufReader::new(stdout).lines().map_while(std::io::Result::ok).try_for_each(|line| tell.send(line)));
        }
        let given = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(task));
        let line = given
            .map_err(said)
            .and_then(|()| rest.recv_timeout(START).map_err(|_| Error::internal("the background helper did not start").hint("try again")));
        match line {
            Ok(said) => Ok(Self { child, said, rest }),
            Err(error) => {
                stop(&mut child);
                Err(error)
            }
        }
    }

    /// The line that it answered with.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Whether it has done what it was left for, and ended.
    pub fn ended(&self) -> bool {
        self.rest.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Ends it: what it was left for will not come.
    pub fn stop(mut self) {
        stop(&mut self.child);
    }
}

fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Instant;

    use super::*;

    fn sh(script: &str, task: &str) -> Result<Helper> {
        Helper::start(Path::new("/bin/sh"), &["-c".into(), script.into()], &["HOME"], task.as_bytes())
    }

    #[test]
    fn a_helper_gets_its_task_and_answers() {
        let helper = sh("read task; echo \"got $task${HOME-}\"", "it\n").unwrap();
        assert_eq!(helper.said(), "got it");
        let deadline = Instant::now() + Duration::from_secs(20);
        while !helper.ended() {
            assert!(Instant::now() < deadline, "its end is not noticed");
            std::thread::yield_now();
        }
    }

    #[test]
    fn one_that_goes_on_has_not_ended_until_it_is_stopped() {
        let helper = sh("echo here; exec sleep 60", "").unwrap();
        assert!(!helper.ended());
        let began = Instant::now();
        helper.stop();
        assert!(began.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn one_that_ends_without_a_word_is_an_error() {
        assert!(sh("exit 1", "").unwrap_err().message.contains("did not start"));
        assert!(Helper::start(Path::new("/no/such/program"), &[], &[], b"").is_err());
    }
}
