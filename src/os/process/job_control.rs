//! Job control: being stopped by Ctrl-Z or from outside, and being continued by the shell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};

#[cfg(target_os = "linux")]
use super::ProcStat;
use super::signals::wake_reader;
use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::thread;

/// While it lives, a request to stop (SIGTSTP) is recorded instead of obeyed, so that the terminal
/// can be restored first. It also records that the process was continued after a stop that can't be
/// caught (SIGSTOP). After it is dropped, Ctrl-Z has no effect on this process: what follows is
/// short.
#[derive(Debug)]
pub struct JobControl {
    stop_requested: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
    actions: [SigId; 2],
    waker: Option<(Handle, JoinHandle<()>)>,
}

/// The processes that [`JobControl::stop`] stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopScope {
    /// Every process of the job, as Ctrl-Z in the terminal does.
    Job,
    /// Only this process.
    Process,
}

impl JobControl {
    /// Installs the signal handlers.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if they can't be installed.
    pub fn new() -> Result<Self> {
        let (stop_requested, continued) =
            (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        // Set within the signal handler itself, so there is nothing to wait for.
        let register = |signal, flag: &Arc<AtomicBool>| {
            signal_hook::flag::register(signal, flag.clone()).context(ErrorKind::Os, "signals")
        };
        let actions = [register(SIGTSTP, &stop_requested)?, register(SIGCONT, &continued)?];
        Ok(Self { stop_requested, continued, actions, waker: None })
    }

    /// Starts a thread that wakes the reader of keys after each recorded signal.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the handlers can't be installed.
    pub fn start_waker(&mut self) -> Result<()> {
        let mut signals = Signals::new([SIGTSTP, SIGCONT]).context(ErrorKind::Os, "signals")?;
        let handle = signals.handle();
        self.waker = Some((
            handle,
            thread::spawn("job", move || signals.forever().for_each(|_| wake_reader()))?,
        ));
        Ok(())
    }

    /// Whether this process was asked to stop since the last call.
    pub fn take_stop_request(&self) -> bool {
        self.stop_requested.swap(false, Ordering::SeqCst)
    }

    /// Whether the process was continued after a stop since the last call.
    pub fn take_continued(&self) -> bool {
        self.continued.swap(false, Ordering::SeqCst)
    }

    /// Stops processes and returns when the shell continues this one. Returns at once if no shell
    /// could continue it, as in a command substitution.
    pub fn stop(&self, scope: StopScope) {
        if scope == StopScope::Job {
            let _ = kill_current_process_group(Signal::TSTP);
        }
        #[cfg(target_os = "linux")]
        if !is_orphaned() {
            let _ = kill_process(getpid(), Signal::STOP);
        }
        // Stops like SIGTSTP, is ignored like it in an orphaned process group, and is not recorded
        // by the handlers.
        #[cfg(not(target_os = "linux"))]
        let _ = kill_process(getpid(), Signal::TTOU);
        // The signal may arrive a moment after the call has returned.
        std::thread::sleep(Duration::from_millis(100));
        self.take_stop_request();
        self.take_continued();
    }
}

impl Drop for JobControl {
    fn drop(&mut self) {
        for action in self.actions {
            signal_hook::low_level::unregister(action);
        }
        if let Some((handle, thread)) = self.waker.take() {
            handle.close();
            let _ = thread.join();
        }
    }
}

/// Whether the process group is orphaned: no shell above would continue it. The kernel ignores
/// Ctrl-Z then, and so must this process.
#[cfg(target_os = "linux")]
fn is_orphaned() -> bool {
    let Some(own) = ProcStat::current() else { return true };
    let mut parent = own.parent;
    while let Some(stat) = ProcStat::load(parent) {
        if stat.group != own.group {
            return stat.session != own.session;
        }
        parent = stat.parent;
    }
    true
}
