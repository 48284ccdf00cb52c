//! Events of the console. An event that has no listener has its default effect, which is the end of
//! the process; as long as there is a listener, it has none.

use std::fmt;
use std::io;
use std::thread::JoinHandle;

use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};
use tokio::sync::oneshot;

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::thread;

/// The exit code of a process that Ctrl-C has ended, `STATUS_CONTROL_C_EXIT`.
const CONTROL_C_EXIT: i32 = 0xC000_013A_u32.cast_signed();

/// Listeners of Ctrl-C, Ctrl-Break and the closing of the console.
#[derive(Debug)]
pub(in crate::os::process) struct ConsoleEvents {
    interrupt: CtrlC,
    stop: CtrlBreak,
    close: CtrlClose,
}

impl ConsoleEvents {
    pub(in crate::os::process) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: ctrl_c()?, stop: ctrl_break()?, close: ctrl_close()? })
    }

    /// Waits for the next event.
    pub(in crate::os::process) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.stop.recv() => {}
            _ = self.close.recv() => {}
        }
    }

    /// Whether an event has arrived that was not waited for.
    pub(in crate::os::process) fn has_arrived(&mut self) -> bool {
        use std::task::{Context, Waker};
        let mut context = Context::from_waker(Waker::noop());
        self.interrupt.poll_recv(&mut context).is_ready()
            || self.stop.poll_recv(&mut context).is_ready()
            || self.close.poll_recv(&mut context).is_ready()
    }
}

/// Ends the process as Ctrl-C does by default.
#[expect(clippy::exit, reason = "stands for the default action of the system")]
pub(in crate::os::process) fn end_process() {
    std::process::exit(CONTROL_C_EXIT)
}

/// While it lives, Ctrl-C, Ctrl-Break and the closing of the console run a cleanup first, and then
/// end the process.
#[derive(Debug)]
pub struct TerminationGuard {
    pending: Option<PendingThread>,
    thread: Option<RunningThread>,
}

/// The input of the thread that waits for events.
struct PendingThread {
    events: ConsoleEvents,
    cleanup: Box<dyn Fn() + Send>,
}

impl fmt::Debug for PendingThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingThread").field("events", &self.events).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct RunningThread {
    stop: oneshot::Sender<()>,
    handle: JoinHandle<()>,
}

impl TerminationGuard {
    /// Listens to the events and starts the thread that waits for them.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the system refuses the listener or the thread.
    pub fn new(cleanup: impl Fn() + Send + 'static) -> Result<Self> {
        let mut guard = Self::new_deferred(cleanup)?;
        guard.start()?;
        Ok(guard)
    }

    /// Listens to the events only. Events wait until [`TerminationGuard::start`]: starting a thread
    /// would delay the first frame.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the system refuses the listener.
    pub fn new_deferred(cleanup: impl Fn() + Send + 'static) -> Result<Self> {
        let events = ConsoleEvents::listen().context(ErrorKind::Os, "handling Ctrl-C")?;
        let pending = PendingThread { events, cleanup: Box::new(cleanup) };
        Ok(Self { pending: Some(pending), thread: None })
    }

    /// Starts the thread that waits for the events. Events that arrived before are handled now.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the system refuses the thread.
    pub fn start(&mut self) -> Result<()> {
        let Some(PendingThread { mut events, cleanup }) = self.pending.take() else {
            return Ok(());
        };
        let runtime = thread::current_thread_runtime()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let wait = async move {
            tokio::select! {
                biased;
                _ = stopped => false,
                () = events.next() => true,
            }
        };
        let handle = thread::spawn("signals", move || {
            if runtime.block_on(wait) {
                cleanup();
                end_process();
            }
        })?;
        self.thread = Some(RunningThread { stop, handle });
        Ok(())
    }
}

impl Drop for TerminationGuard {
    fn drop(&mut self) {
        if let Some(RunningThread { stop, handle }) = self.thread.take() {
            drop(stop);
            let _ = handle.join();
        }
    }
}
