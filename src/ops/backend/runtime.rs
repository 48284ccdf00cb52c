//! The runtime of the picker's backend, on a thread of its own.

use std::thread::JoinHandle;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::domain::Result;
use crate::os::thread;

/// A single-threaded runtime and the thread that drives it. Nothing that blocks may run on it.
pub(super) struct RuntimeThread {
    /// Spawns tasks on the runtime.
    pub(super) handle: Handle,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl RuntimeThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`crate::domain::ErrorKind::Os`] if the operating system refuses the thread or the
    /// descriptors of the runtime.
    pub(super) fn start() -> Result<RuntimeThread> {
        let runtime = thread::current_thread_runtime()?;
        let (stop, stopped) = oneshot::channel();
        let handle = runtime.handle().clone();
        let drive = move || {
            let _ = runtime.block_on(stopped);
            runtime.shutdown_background();
        };
        let thread = thread::spawn("network", drive)?;
        Ok(RuntimeThread { handle, stop, thread })
    }

    /// Stops the runtime and waits for its thread. Tasks that still run are dropped.
    pub(super) fn shut_down(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
