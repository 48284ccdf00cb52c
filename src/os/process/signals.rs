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

use crate::domain::{Error, Result};
use crate::os::thread;

/// Who answers for a signal, for every signal that anybody in this process ever has: handlers are
/// the process's own.
static DEFAULT_ACTIONS: Mutex<BTreeMap<i32, DefaultAction>> = Mutex::new(BTreeMap::new());

/// A signal does what it does by default while nobody answers for it.
#[derive(Debug, Default)]
struct DefaultAction {
    claims: usize,
    enabled: Arc<AtomicBool>,
}

/// While it lives, somebody else answers for these signals; afterwards they do again what they did
/// before. A handler alone can't be given back: once the last action is unregistered the signal
/// would have no effect any more, and Ctrl-C would be dead.
#[derive(Debug)]
pub(super) struct SignalClaim(&'static [i32]);

impl SignalClaim {
    pub(super) fn new(signals: &'static [i32]) -> Self {
        let mut gates = DEFAULT_ACTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        for signal in signals {
            let gate = gates.entry(*signal).or_insert_with(|| {
                let gate = DefaultAction::default();
                let _ = register_conditional_default(*signal, gate.enabled.clone());
                gate
            });
            gate.claims += 1;
            gate.enabled.store(false, Ordering::SeqCst);
        }
        Self(signals)
    }
}

impl Drop for SignalClaim {
    fn drop(&mut self) {
        let mut gates = DEFAULT_ACTIONS.lock().unwrap_or_else(PoisonError::into_inner);
        for signal in self.0 {
            if let Some(gate) = gates.get_mut(signal) {
                gate.claims -= 1;
                gate.enabled.store(gate.claims == 0, Ordering::SeqCst);
            }
        }
    }
}

/// While it lives, signals that end the process by default do something first, and then end it as
/// they would have: with a core dump after SIGQUIT, SIGABRT and SIGXCPU. Those of faults in the
/// program itself, such as SIGSEGV, can't wait and are left alone.
#[derive(Debug)]
pub struct TerminationGuard {
    handle: Handle,
    pending: Option<PendingThread>,
    thread: Option<JoinHandle<()>>,
    _claim: SignalClaim,
}

/// What the thread will need.
struct PendingThread {
    signals: Signals,
    cleanup: Box<dyn Fn() + Send>,
}

impl std::fmt::Debug for PendingThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").field("signals", &self.signals).finish_non_exhaustive()
    }
}

impl TerminationGuard {
    /// Starts the thread that waits for the signals.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn new(first: impl Fn() + Send + 'static) -> Result<Self> {
        let mut will = Self::new_deferred(first)?;
        will.start()?;
        Ok(will)
    }

    /// Catches the signals, and leaves them waiting until [`LastWill::attend`]: a thread costs time
    /// that a first frame has not.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn new_deferred(first: impl Fn() + Send + 'static) -> Result<Self> {
        const NUMBERS: &[i32] =
            &[SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU];
        let answered = SignalClaim::new(NUMBERS);
        let signals =
            Signals::new(NUMBERS).map_err(|error| Error::os(format!("signals: {error}")))?;
        let handle = signals.handle();
        Ok(Self {
            handle,
            pending: Some(PendingThread { signals, cleanup: Box::new(first) }),
            thread: None,
            _claim: answered,
        })
    }

    /// Obeys the signals from now on, those that came before included.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Os`] if the system refuses the thread.
    pub fn start(&mut self) -> Result<()> {
        let Some(PendingThread { mut signals, cleanup: first }) = self.pending.take() else {
            return Ok(());
        };
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

impl Drop for TerminationGuard {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Tells this process that its window changed: a thread that blocks in reading keys wakes up and
/// looks around.
pub fn wake_reader() {
    let _ = kill_process(getpid(), Signal::WINCH);
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_signal_that_arrives_before_the_start_is_handled_after_it() {
        let home = tempfile::tempdir().unwrap();
        let told = home.path().join("told");
        // A process of its own: this test's binary again, which runs only what is named.
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "--exact",
                "os::process::signals::tests::helper_that_starts_late",
                "--include-ignored",
            ])
            .env("TOLD", &told);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!((status.signal(), told.exists()), (Some(15), true), "{status:?}");
    }

    #[test]
    #[ignore = "run by another test in a process of its own"]
    fn helper_that_starts_late() {
        let Some(told) = std::env::var_os("TOLD") else { return };
        let mut will =
            TerminationGuard::new_deferred(move || std::fs::write(&told, "").unwrap()).unwrap();
        kill_process(getpid(), Signal::TERM).unwrap();
        will.start().unwrap();
        std::thread::park_timeout(Duration::from_secs(30));
    }
}
