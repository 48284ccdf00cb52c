//! The runtime of a command's own thread, created when the network is first needed.

use std::fmt;
use std::sync::Mutex;

use tokio::runtime::Runtime;

use crate::domain::Result;
use crate::os::mutex::lock;
use crate::os::thread::current_thread_runtime;

/// One runtime for all the work that a command waits for. Between two pieces of work nothing runs,
/// but connections stay open.
#[derive(Default)]
pub struct LazyRuntime(Mutex<Option<Runtime>>);

impl LazyRuntime {
    /// Runs work to its end.
    ///
    /// # Errors
    /// As the work; [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if no runtime can be created.
    pub fn block_on<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = self.take().map_or_else(current_thread_runtime, Ok)?;
        let outcome = runtime.block_on(work);
        *lock(&self.0) = Some(runtime);
        outcome
    }

    /// Closes the connections, for a command that waits for something else from now on. Later work
    /// gets a new runtime. Does not wait for threads that hang in a lock or a name lookup.
    pub fn shut_down(&self) {
        if let Some(runtime) = self.take() {
            runtime.shutdown_background();
        }
    }

    fn take(&self) -> Option<Runtime> {
        lock(&self.0).take()
    }
}

impl Drop for LazyRuntime {
    fn drop(&mut self) {
        self.shut_down();
    }
}

impl fmt::Debug for LazyRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyRuntime")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_run_on_one_runtime_until_it_is_shut_down() {
        let runtime = LazyRuntime::default();
        let id = || runtime.block_on(async { Ok(tokio::runtime::Handle::current().id()) });
        let first = id().unwrap();
        assert_eq!(id().unwrap(), first);
        runtime.shut_down();
        assert_ne!(id().unwrap(), first);
    }
}
