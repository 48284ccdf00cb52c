//! Children that share this process's console, which sends Ctrl-C to all of them.

use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use winsafe::{HPROCESS, co};

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::process::signals::ConsoleEvents;
use crate::os::thread;

use super::ChildGroup;

/// The exit code of a child that was killed.
const KILLED: u32 = 137;

/// Ctrl-C, Ctrl-Break or the closing of the console.
#[derive(Debug, Clone, Copy)]
pub(super) struct StopSignal;

/// Does nothing: the child stays in the group that gets Ctrl-C.
pub(super) fn prepare(_: &mut Command) {}

/// Does nothing: the console has sent the event to the child and to all processes that it has
/// started.
pub(super) fn send(_: u32, _: StopSignal) {}

/// Kills the child. Processes that it has started are not known.
pub(super) fn kill(pid: u32) {
    if let Ok(process) = HPROCESS::OpenProcess(co::PROCESS::TERMINATE, false, pid) {
        let _ = process.TerminateProcess(KILLED);
    }
}

/// Does nothing: the id is not released as long as there is a handle of the child.
pub(super) fn wait_for_exit(_: u32) {}

/// While it lives, Ctrl-C, Ctrl-Break and the closing of the console stop a group instead of this
/// process. The second event kills the children.
#[derive(Debug)]
pub struct StopGroupOnSignal {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StopGroupOnSignal {
    /// Starts the thread that waits for the events. `on_stop` runs after the first event.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the system refuses the listener or the thread.
    pub fn new(group: Arc<ChildGroup>, on_stop: impl Fn() + Send + 'static) -> Result<Self> {
        let mut events = ConsoleEvents::listen().context(ErrorKind::Os, "handling Ctrl-C")?;
        let runtime = thread::current_thread_runtime()?;
        let (stop, mut stopped) = oneshot::channel();
        let thread = thread::spawn("signals", move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        biased;
                        _ = &mut stopped => return,
                        () = events.next() => group.handle(StopSignal, &on_stop),
                    }
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for StopGroupOnSignal {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
