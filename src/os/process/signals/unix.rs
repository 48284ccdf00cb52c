//! Signals of Unix.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::mutex::lock;
use crate::os::thread;

/// The default action of every signal that was ever claimed. Handlers are global to the process.
static DEFAULT_ACTIONS: Mutex<BTreeMap<i32, DefaultAction>> = Mutex::new(BTreeMap::new());

/// The default action of a signal, which is enabled while there is no claim.
#[derive(Debug, Default)]
struct DefaultAction {
    claims: usize,
    enabled: Arc<AtomicBool>,
}

/// While it lives, another handler is responsible for these signals; afterwards they have their
/// default effect again. Unregistering a handler is not enough: a signal whose last handler is
/// unregistered has no effect any more, and Ctrl-C would be dead.
#[derive(Debug)]
pub(in crate::os::process) struct SignalClaim(&'static [i32]);

impl SignalClaim {
    pub(in crate::os::process) fn new(signals: &'static [i32]) -> Self {
        let mut actions = lock(&DEFAULT_ACTIONS);
        for signal in signals {
            let action = actions.entry(*signal).or_insert_with(|| {
                let action = DefaultAction::default();
                let _ = register_conditional_default(*signal, action.enabled.clone());
                action
            });
            action.claims += 1;
            action.enabled.store(false, Ordering::SeqCst);
        }
        Self(signals)
    }
}

impl Drop for SignalClaim {
    fn drop(&mut self) {
        let mut actions = lock(&DEFAULT_ACTIONS);
        for signal in self.0 {
            if let Some(action) = actions.get_mut(signal) {
                action.claims -= 1;
                action.enabled.store(action.claims == 0, Ordering::SeqCst);
            }
        }
    }
}

/// While it lives, a signal that ends the process by default runs a cleanup first, and then has its
/// default effect: a core dump after SIGQUIT, SIGABRT and SIGXCPU. Signals of faults in the program
/// itself, such as SIGSEGV, can't wait and are not handled.
#[derive(Debug)]
pub struct TerminationGuard {
    handle: Handle,
    pending: Option<PendingThread>,
    thread: Option<JoinHandle<()>>,
    _claim: SignalClaim,
}

/// The input of the thread that waits for signals.
struct PendingThread {
    signals: Signals,
    cleanup: Box<dyn Fn() + Send>,
}

impl std::fmt::Debug for PendingThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingThread").field("signals", &self.signals).finish_non_exhaustive()
    }
}

impl TerminationGuard {
    /// Installs the handlers and starts the thread that waits for the signals.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the handlers can't be installed.
    pub fn new(cleanup: impl Fn() + Send + 'static) -> Result<Self> {
        let mut guard = Self::new_deferred(cleanup)?;
        guard.start()?;
        Ok(guard)
    }

    /// Installs the handlers only. Signals wait until [`TerminationGuard::start`]: starting a
    /// thread would delay the first frame.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the handlers can't be installed.
    pub fn new_deferred(cleanup: impl Fn() + Send + 'static) -> Result<Self> {
        const NUMBERS: &[i32] =
            &[SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU];
        let claim = SignalClaim::new(NUMBERS);
        let signals = Signals::new(NUMBERS).context(ErrorKind::Os, "signals")?;
        let handle = signals.handle();
        Ok(Self {
            handle,
            pending: Some(PendingThread { signals, cleanup: Box::new(cleanup) }),
            thread: None,
            _claim: claim,
        })
    }

    /// Starts the thread that waits for the signals. Signals that arrived before are handled now.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the system refuses the thread.
    pub fn start(&mut self) -> Result<()> {
        let Some(PendingThread { mut signals, cleanup }) = self.pending.take() else {
            return Ok(());
        };
        self.thread = Some(thread::spawn("signals", move || {
            if let Some(signal) = signals.forever().next() {
                cleanup();
                // Ends the process by this signal, so that the shell sees 143 or 131.
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

/// Sends SIGWINCH to this process, which wakes the thread that blocks in reading keys.
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
        let cleaned_up = home.path().join("cleaned-up");
        // Another process: this test's binary, running only the named test.
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "--exact",
                "os::process::signals::unix::tests::helper_that_starts_late",
                "--include-ignored",
            ])
            .env("CLEANED_UP", &cleaned_up);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!((status.signal(), cleaned_up.exists()), (Some(15), true), "{status:?}");
    }

    #[test]
    #[ignore = "run by another test in another process"]
    fn helper_that_starts_late() {
        let Some(path) = std::env::var_os("CLEANED_UP") else { return };
        let mut guard =
            TerminationGuard::new_deferred(move || std::fs::write(&path, "").unwrap()).unwrap();
        kill_process(getpid(), Signal::TERM).unwrap();
        guard.start().unwrap();
        std::thread::park_timeout(Duration::from_secs(30));
    }
}
