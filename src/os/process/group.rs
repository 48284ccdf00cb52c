//! Many child processes at once, each in a process group of its own, read line by line and stopped
//! together.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::domain::{Error, Result};

use super::ChildCommand;
use super::child::exit_code;
use crate::os::process::signals::SignalClaim;
use crate::os::thread;

/// How long children may take to end after they were asked to.
const GRACE: Duration = Duration::from_secs(5);
/// Longer lines are cut: a child that never ends a line must not fill the memory.
const MAX_LINE_LEN: u64 = 64 * 1024;

/// Where a child's line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Children that run at the same time and are stopped together.
#[derive(Debug, Default)]
pub struct ChildGroup {
    state: Mutex<ChildGroupState>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct ChildGroupState {
    stopped: bool,
    running: BTreeSet<i32>,
}

impl ChildGroup {
    /// Runs a child without input to its end, and hands over what it writes line by line, line ends
    /// included. The answer is its exit code, 128 + the signal's number if it died of one;
    /// `None` when the group was stopped before it began.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn run(
        &self,
        child: &ChildCommand,
        heard: &(dyn Fn(OutputStream, Vec<u8>) + Sync),
    ) -> Result<Option<u8>> {
        let mut command = child.to_command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let (mut running, pid) = {
            // Held while it starts: whoever stops the group finds it there, or it does not start.
            let mut state = self.lock();
            if state.stopped {
                return Ok(None);
            }
            let running = command.spawn().map_err(|error| child.spawn_error(&error))?;
            let pid = Pid::from_child(&running);
            state.running.insert(pid.as_raw_nonzero().get());
            (running, pid)
        };
        let (stdout, stderr) = (running.stdout.take(), running.stderr.take());
        let read = std::thread::scope(|scope| {
            let errors = || {
                stderr.map(|stderr| read_lines(stderr, |line| heard(OutputStream::Stderr, line)))
            };
            if let Err(error) = std::thread::Builder::new().spawn_scoped(scope, errors) {
                // Unread, it would fill its pipe and wait for ever.
                let _ = kill_process_group(pid, Signal::KILL);
                return Err(thread::resource_error("a thread", &error));
            }
            if let Some(stdout) = stdout {
                read_lines(stdout, |line| heard(OutputStream::Stdout, line));
            }
            Ok(())
        });
        // The number stays its own until it is forgotten here, so that a signal never reaches a
        // stranger.
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let mut state = self.lock();
        let status = running.wait();
        state.running.remove(&pid.as_raw_nonzero().get());
        self.ended.notify_all();
        read?;
        Ok(Some(exit_code(status.map_err(|error| child.spawn_error(&error))?)))
    }

    /// Whether the group was stopped.
    pub fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Starts no more children and sends this signal to those that run, with all that they have
    /// started.
    pub fn stop(&self, signal: i32) {
        let mut state = self.lock();
        state.stopped = true;
        for pid in state.running.iter().filter_map(|pid| Pid::from_raw(*pid)) {
            if let Some(signal) = Signal::from_named_raw(signal) {
                let _ = kill_process_group(pid, signal);
            }
        }
    }

    /// Ends for good what still runs after a while.
    fn kill_remaining(&self) {
        let running =
            self.ended.wait_timeout_while(self.lock(), GRACE, |state| !state.running.is_empty());
        drop(running);
        self.stop(signal_hook::consts::SIGKILL);
    }

    fn lock(&self) -> MutexGuard<'_, ChildGroupState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_lines(from: impl Read, mut heard: impl FnMut(Vec<u8>)) {
    let mut from = BufReader::new(from);
    loop {
        let mut line = Vec::new();
        match from.by_ref().take(MAX_LINE_LEN).read_until(b'\n', &mut line) {
            Ok(1..) => heard(line),
            _ => return,
        }
    }
}

/// While it lives, Ctrl-C, SIGTERM and SIGHUP stop a group instead of this process; the second one
/// does it for good.
#[derive(Debug)]
pub struct StopGroupOnSignal {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
    _claim: SignalClaim,
}

impl StopGroupOnSignal {
    /// Starts the thread that waits for the signals; `told` runs after the first.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn new(group: Arc<ChildGroup>, told: impl Fn() + Send + 'static) -> Result<Self> {
        const NUMBERS: &[i32] = &[SIGINT, SIGTERM, SIGHUP];
        let answered = SignalClaim::new(NUMBERS);
        let mut signals =
            Signals::new(NUMBERS).map_err(|error| Error::os(format!("signals: {error}")))?;
        let handle = signals.handle();
        let thread = thread::spawn("signals", move || {
            for signal in signals.forever() {
                if group.is_stopped() {
                    group.stop(signal_hook::consts::SIGKILL);
                    continue;
                }
                group.stop(signal);
                told();
                let late = group.clone();
                if thread::spawn("insist", move || late.kill_remaining()).is_err() {
                    group.kill_remaining();
                }
            }
        })?;
        Ok(Self { handle, thread: Some(thread), _claim: answered })
    }
}

impl Drop for StopGroupOnSignal {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> ChildCommand {
        ChildCommand {
            program: "sh".into(),
            args: vec!["-c".into(), script.into()],
            set: vec![],
            unset: vec![],
        }
    }

    #[test]
    fn lines_come_with_their_stream_and_a_last_one_without_its_end() {
        let heard = Mutex::new(Vec::new());
        let tell = |stream, line: Vec<u8>| {
            heard.lock().unwrap().push((stream, String::from_utf8(line).unwrap()))
        };
        let ended =
            ChildGroup::default().run(&sh("echo one; echo bad >&2; printf two; exit 3"), &tell);
        assert_eq!(ended, Ok(Some(3)));
        let of = |wanted| {
            heard
                .lock()
                .unwrap()
                .iter()
                .filter(|(stream, _)| *stream == wanted)
                .map(|(_, line)| line.clone())
                .collect()
        };
        let (out, err): (Vec<String>, Vec<String>) =
            (of(OutputStream::Stdout), of(OutputStream::Stderr));
        assert_eq!((out, err), (vec!["one\n".to_owned(), "two".into()], vec!["bad\n".to_owned()]));
    }

    #[test]
    fn a_stop_reaches_what_a_child_has_started_and_nothing_begins_after_it() {
        let (group, begun) = (ChildGroup::default(), Condvar::new());
        let ready = Mutex::new(false);
        let tell = |_, _| {
            *ready.lock().unwrap() = true;
            begun.notify_all();
        };
        let code = std::thread::scope(|scope| {
            // Its grandchild holds the pipes open: without the group's signal this would take a
            // minute.
            let running =
                scope.spawn(|| group.run(&sh("(echo ready; exec sleep 60) & wait"), &tell));
            drop(begun.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap());
            group.stop(SIGTERM);
            running.join().unwrap()
        });
        assert_eq!(code, Ok(Some(143)));
        assert_eq!(group.run(&sh("exit 0"), &|_, _| {}), Ok(None));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let missing = ChildCommand { program: "no-such-program".into(), ..sh("") };
        assert!(
            ChildGroup::default()
                .run(&missing, &|_, _| {})
                .unwrap_err()
                .message
                .contains("no-such-program")
        );
    }
}
