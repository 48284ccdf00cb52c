//! Job control with SIGTSTP, SIGSTOP and SIGCONT.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Signal, kill_current_process_group};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::process::signals::wake_reader;
use crate::os::thread;

use super::StopScope;

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
        super::stop_this_process();
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
