//! Signals: dying politely, waking a thread that reads keys.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use super::thread;
use crate::domain::{Error, Result};

/// Who answers for a signal, for every signal that anybody in this process ever has: handlers are
/// the process's own.
static GATES: Mutex<BTreeMap<i32, Gate>> = Mutex::new(BTreeMap::new());

/// A signal does what it does by default while nobody answers for it.
#[derive(Debug, Default)]
struct Gate {
    answering: usize,
    by_default: Arc<AtomicBool>,
}

/// While it lives, somebody else answers for these signals; afterwards they do again what they did
/// before. A handler alone can't be given back: once the last action is unregistered the signal
/// would have no effect any more, and Ctrl-C would be dead.
#[derive(Debug)]
pub(super) struct Answered(&'static [i32]);

impl Answered {
    pub(super) fn begin(signals: &'static [i32]) -> Self {
        let mut gates = GATES.lock().unwrap_or_else(PoisonError::into_inner);
        for signal in signals {
            let gate = gates.entry(*signal).or_insert_with(|| {
                let gate = Gate::default();
                let _ = register_conditional_default(*signal, gate.by_default.clone());
                gate
            });
            gate.answering += 1;
            gate.by_default.store(false, Ordering::SeqCst);
        }
        Self(signals)
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        let mut gates = GATES.lock().unwrap_or_else(PoisonError::into_inner);
        for signal in self.0 {
            if let Some(gate) = gates.get_mut(signal) {
                gate.answering -= 1;
                gate.by_default.store(gate.answering == 0, Ordering::SeqCst);
            }
        }
    }
}

/// While it lives, signals that end the process by default do something first, and then end it as
/// they would have: with a core dump after SIGQUIT, SIGABRT and SIGXCPU. Those of faults in the
/// program itself, such as SIGSEGV, can't wait and are left alone.
#[derive(Debug)]
pub struct LastWill {
    handle: Handle,
    waiting: Option<Waiting>,
    thread: Option<JoinHandle<()>>,
    _answered: Answered,
}

/// What the thread will need.
struct Waiting {
    signals: Signals,
    first: Box<dyn Fn() + Send>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").field("signals", &self.signals).finish_non_exhaustive()
    }
}

impl LastWill {
    /// Starts the thread that waits for the signals.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn new(first: impl Fn() + Send + 'static) -> Result<Self> {
        let mut will = Self::written(first)?;
        will.attend()?;
        Ok(will)
    }

    /// Catches the signals, and leaves them waiting until [`LastWill::attend`]: a thread costs time
    /// that a first frame has not.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn written(first: impl Fn() + Send + 'static) -> Result<Self> {
        const NUMBERS: &[i32] =
            &[SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU];
        let answered = Answered::begin(NUMBERS);
        let signals =
            Signals::new(NUMBERS).map_err(|error| Error::os(format!("signals: {error}")))?;
        let handle = signals.handle();
        Ok(Self {
            handle,
            waiting: Some(Waiting { signals, first: Box::new(first) }),
            thread: None,
            _answered: answered,
        })
    }

    /// Obeys the signals from now on, those that came before included.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Os`] if the system refuses the thread.
    pub fn attend(&mut self) -> Result<()> {
        let Some(Waiting { mut signals, first }) = self.waiting.take() else { return Ok(()) };
        self.thread = Some(thread::spawn("signals", move || {
            if let Some(signal) = signals.forever().next() {
                first();
                // Ends the process by this very signal, so that the shell sees 143 or 131.
                let _ = emulate_default_handler(signal);
            }
        })?);
        Ok(())
    }
}

impl Drop for LastWill {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Tells this process that its window changed: a thread that blocks in reading keys wakes up and
/// looks around.
pub fn nudge() {
    let _ = kill_process(getpid(), Signal::WINCH);
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_signal_that_comes_before_anybody_attends_is_obeyed_then() {
        let home = tempfile::tempdir().unwrap();
        let told = home.path().join("told");
        // A process of its own: this test's binary again, which runs only what is named.
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "os::signals::tests::helper_that_attends_late", "--include-ignored"])
            .env("TOLD", &told);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!((status.signal(), told.exists()), (Some(15), true), "{status:?}");
    }

    #[test]
    #[ignore = "run by another test in a process of its own"]
    fn helper_that_attends_late() {
        let Some(told) = std::env::var_os("TOLD") else { return };
        let mut will = LastWill::written(move || std::fs::write(&told, "").unwrap()).unwrap();
        kill_process(getpid(), Signal::TERM).unwrap();
        will.attend().unwrap();
        std::thread::park_timeout(Duration::from_secs(30));
    }
}
