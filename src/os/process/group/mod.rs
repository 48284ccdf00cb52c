//! Child processes that run in parallel, each in its own process group. Their output is read line
//! by line, and they are stopped together.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::domain::Result;
use crate::os::mutex::lock;
use crate::os::thread;

use super::ChildCommand;
use super::child::exit_code;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

pub use platform::StopGroupOnSignal;

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
    running: BTreeSet<u32>,
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
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        platform::prepare(&mut command);
        let (mut running, pid) = {
            // Locked while it starts: a stop finds it in the set, or it does not start.
            let mut state = self.lock();
            if state.stopped {
                return Ok(None);
            }
            let running = command.spawn().map_err(|error| child.spawn_error(error))?;
            let pid = running.id();
            state.running.insert(pid);
            (running, pid)
        };
        let (stdout, stderr) = (running.stdout.take(), running.stderr.take());
        let read = std::thread::scope(|scope| {
            let errors = || {
                stderr.map(|stderr| read_lines(stderr, |line| on_line(OutputStream::Stderr, line)))
            };
            if let Err(error) = std::thread::Builder::new().spawn_scoped(scope, errors) {
                // If its output is not read, the child blocks for ever on a full pipe.
                platform::kill(pid);
                return Err(thread::resource_error("a thread", error));
            }
            if let Some(stdout) = stdout {
                read_lines(stdout, |line| on_line(OutputStream::Stdout, line));
            }
            Ok(())
        });
        // The process id is not released before it is removed from the set, so that a signal never
        // reaches an unrelated process.
        platform::wait_for_exit(pid);
        let mut state = self.lock();
        let status = running.wait();
        state.running.remove(&pid);
        self.ended.notify_all();
        read?;
        let code = exit_code(status.map_err(|error| child.spawn_error(error))?);
        Ok(Some(u8::try_from(code).unwrap_or(255)))
    }

    /// Whether the group was stopped.
    pub fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Starts no more children, and sends this signal to the running ones and to all processes that
    /// they have started.
    fn stop(&self, signal: platform::StopSignal) {
        let mut state = self.lock();
        state.stopped = true;
        for pid in &state.running {
            platform::send(*pid, signal);
        }
    }

    /// Starts no more children, and kills the running ones.
    fn kill(&self) {
        let mut state = self.lock();
        state.stopped = true;
        for pid in &state.running {
            platform::kill(*pid);
        }
    }

    /// Kills the children that still run after [`KILL_AFTER`].
    fn kill_remaining(&self) {
        let is_running = |state: &mut ChildGroupState| !state.running.is_empty();
        drop(self.ended.wait_timeout_while(self.lock(), KILL_AFTER, is_running));
        self.kill();
    }

    /// Handles a request to end: the first one stops the children, the second one kills them.
    fn handle(self: &Arc<Self>, signal: platform::StopSignal, on_stop: &impl Fn()) {
        if self.is_stopped() {
            return self.kill();
        }
        self.stop(signal);
        on_stop();
        let remaining = self.clone();
        if thread::spawn("kill", move || remaining.kill_remaining()).is_err() {
            self.kill_remaining();
        }
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
