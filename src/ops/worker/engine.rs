//! The runtime of the picker's background, on a thread of its own.

use std::thread::JoinHandle;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::domain::{Error, Result};

/// The runtime, driven by a thread of its own.
pub(super) struct Engine {
    /// To spawn on it.
    pub(super) handle: Handle,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Engine {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the machine has no thread or no poll to give.
    pub(super) fn start() -> Result<Engine> {
        let said = |error: std::io::Error| Error::os(format!("no runtime: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(said)?;
        let (stop, stopped) = oneshot::channel();
        let handle = runtime.handle().clone();
        let drive = move || {
            let _ = runtime.block_on(stopped);
            runtime.shutdown_background();
        };
        let thread = std::thread::Builder::new().name("network".into()).spawn(drive).map_err(said)?;
        Ok(Engine { handle, stop, thread })
    }

    /// Stops it and waits for the thread; what still runs on it is dropped.
    pub(super) fn end(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
