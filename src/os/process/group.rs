//! Child processes that run in parallel, each in its own process group. Their output is read line
//! by line, and they are stopped together.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::mutex::lock;
use crate::os::thread;

use super::ChildCommand;
use super::child::exit_code;
use super::signals::SignalClaim;

/// How long children may take to end after a signal before they are killed.
const KILL_AFTER: Duration = Duration::from_secs(5);
/// The most bytes of a line. Longer lines are split: a child that never ends a line must not fill
/// the memory.
const MAX_LINE_LEN: u64 = 64 * 1024;

/// The stream that a child wrote a line to.
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
    /// Runs a child without input and passes each line of its output, line end included, to
    /// `on_line`. Returns its exit code, which is 128 + the signal number if a signal ended it;
    /// `None` if the group was stopped before the child started.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run(
        &self,
        child: &ChildCommand,
        on_line: &(dyn Fn(OutputStream, Vec<u8>) + Sync),
    ) -> Result<Option<u8>> {
        let mut command = child.to_command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let (mut running, pid) = {
            // Locked while it starts: a stop finds it in the set, or it does not start.
            let mut state = self.lock();
            if state.stopped {
                return Ok(None);
            }
            let running = command.spawn().map_err(|error| child.spawn_error(error))?;
            let pid = Pid::from_child(&running);
            state.running.insert(pid.as_raw_nonzero().get());
            (running, pid)
        };
        let (stdout, stderr) = (running.stdout.take(), running.stderr.take());
        let read = std::thread::scope(|scope| {
            let errors = || {
                stderr.map(|stderr| read_lines(stderr, |line| on_line(OutputStream::Stderr, line)))
            };
            if let Err(error) = std::thread::Builder::new().spawn_scoped(scope, errors) {
                // If its output is not read, the child blocks for ever on a full pipe.
                let _ = kill_process_group(pid, Signal::KILL);
                return Err(thread::resource_error("a thread", error));
            }
            if let Some(stdout) = stdout {
                read_lines(stdout, |line| on_line(OutputStream::Stdout, line));
            }
            Ok(())
        });
        // The process id is not released before it is removed from the set, so that a signal never
        // reaches an unrelated process.
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let mut state = self.lock();
        let status = running.wait();
        state.running.remove(&pid.as_raw_nonzero().get());
        self.ended.notify_all();
        read?;
        Ok(Some(exit_code(status.map_err(|error| child.spawn_error(error))?)))
    }

    /// Whether the group was stopped.
    pub fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Starts no more children, and sends this signal to the running ones and to all processes that
    /// they have started.
    pub fn stop(&self, signal: i32) {
        let mut state = self.lock();
        state.stopped = true;
        for pid in state.running.iter().filter_map(|pid| Pid::from_raw(*pid)) {
            if let Some(signal) = Signal::from_named_raw(signal) {
                let _ = kill_process_group(pid, signal);
            }
        }
    }

    /// Kills the children that still run after [`KILL_AFTER`].
    fn kill_remaining(&self) {
        let is_running = |state: &mut ChildGroupState| !state.running.is_empty();
        drop(self.ended.wait_timeout_while(self.lock(), KILL_AFTER, is_running));
        self.stop(signal_hook::consts::SIGKILL);
    }

    fn lock(&self) -> MutexGuard<'_, ChildGroupState> {
        lock(&self.state)
    }
}

fn read_lines(from: impl Read, mut on_line: impl FnMut(Vec<u8>)) {
    let mut from = BufReader::new(from);
    loop {
        let mut line = Vec::new();
        match from.by_ref().take(MAX_LINE_LEN).read_until(b'\n', &mut line) {
            Ok(1..) => on_line(line),
            _ => return,
        }
    }
}

/// While it lives, Ctrl-C, SIGTERM and SIGHUP stop a group instead of this process. The second
/// signal kills the children.
#[derive(Debug)]
pub struct StopGroupOnSignal {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
    _claim: SignalClaim,
}

impl StopGroupOnSignal {
    /// Starts the thread that waits for the signals. `on_stop` runs after the first signal.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the handlers can't be installed.
    pub fn new(group: Arc<ChildGroup>, on_stop: impl Fn() + Send + 'static) -> Result<Self> {
        const NUMBERS: &[i32] = &[SIGINT, SIGTERM, SIGHUP];
        let claim = SignalClaim::new(NUMBERS);
        let mut signals = Signals::new(NUMBERS).context(ErrorKind::Os, "signals")?;
        let handle = signals.handle();
        let thread = thread::spawn("signals", move || {
            for signal in signals.forever() {
                if group.is_stopped() {
                    group.stop(signal_hook::consts::SIGKILL);
                    continue;
                }
                group.stop(signal);
                on_stop();
                let remaining = group.clone();
                if thread::spawn("kill", move || remaining.kill_remaining()).is_err() {
                    group.kill_remaining();
                }
            }
        })?;
        Ok(Self { handle, thread: Some(thread), _claim: claim })
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
    fn lines_have_their_stream_and_the_last_one_may_have_no_end() {
        let lines = Mutex::new(Vec::new());
        let on_line = |stream, line: Vec<u8>| {
            lines.lock().unwrap().push((stream, String::from_utf8(line).unwrap()))
        };
        let ended =
            ChildGroup::default().run(&sh("echo one; echo bad >&2; printf two; exit 3"), &on_line);
        assert_eq!(ended, Ok(Some(3)));
        let lines_of = |wanted| {
            lines
                .lock()
                .unwrap()
                .iter()
                .filter(|(stream, _)| *stream == wanted)
                .map(|(_, line)| line.clone())
                .collect()
        };
        let (out, err): (Vec<String>, Vec<String>) =
            (lines_of(OutputStream::Stdout), lines_of(OutputStream::Stderr));
        assert_eq!((out, err), (vec!["one\n".to_owned(), "two".into()], vec!["bad\n".to_owned()]));
    }

    #[test]
    fn a_stop_reaches_grandchildren_and_no_child_starts_after_it() {
        let (group, started) = (ChildGroup::default(), Condvar::new());
        let ready = Mutex::new(false);
        let on_line = |_, _| {
            *ready.lock().unwrap() = true;
            started.notify_all();
        };
        let code = std::thread::scope(|scope| {
            // The grandchild keeps the pipes open: if the signal did not reach it, this would take
            // a minute.
            let running =
                scope.spawn(|| group.run(&sh("(echo ready; exec sleep 60) & wait"), &on_line));
            drop(started.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap());
            group.stop(SIGTERM);
            running.join().unwrap()
        });
        assert_eq!(code, Ok(Some(143)));
        assert_eq!(group.run(&sh("exit 0"), &|_, _| {}), Ok(None));
    }

    #[test]
    fn a_missing_program_is_named() {
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
