//! The runtime of the picker's background, on a thread of its own.

use std::thread::JoinHandle;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::domain::Result;
use crate::os::thread;

/// The runtime, driven by a thread of its own.
pub(super) struct RuntimeThread {
    /// To spawn on it.
    pub(super) handle: Handle,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl RuntimeThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the machine has no thread or no poll to give.
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

    /// Stops it and waits for the thread; what still runs on it is dropped.
    pub(super) fn shut_down(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
