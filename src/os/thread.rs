//! Threads and runtimes that return an error if the operating system refuses them.
//! `std::thread::spawn` and `tokio::task::spawn_blocking` panic if no thread can be created
//! (`ulimit -u`, `ulimit -v`, a cgroup's pids.max).

use std::io;
use std::thread::{Builder, JoinHandle};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::domain::{Error, ErrorKind, Result};

/// Starts a named thread.
///
/// # Errors
/// [`ErrorKind::Os`] if the system refuses it.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>> {
    Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| resource_error("a thread", error))
}

/// Runs work that blocks (a keyring, argon2, a lock, a slow disk) on a new thread and returns its
/// result. Dropping the future does not end the work.
///
/// # Errors
/// [`ErrorKind::Os`] if the system refuses the thread; otherwise the
/// error of the work.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (send, receive) = oneshot::channel();
    // The receiver may be gone; ignore send errors. Boxed: starting a thread is much code, which
    // would be compiled again for each of the many callers.
    let work: Box<dyn FnOnce() + Send> = Box::new(move || drop(send.send(work())));
    spawn("blocking", work)?;
    receive.await.unwrap_or_else(|_| Err(Error::internal("a thread ended without a result")))
}

/// Creates a single-threaded runtime.
///
/// # Errors
/// [`ErrorKind::Os`] if the system refuses the descriptors that it
/// needs.
pub fn current_thread_runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| resource_error("the network runtime", error))
}

/// Creates the error for a resource that the system refused.
pub(super) fn resource_error(resource: &str, error: io::Error) -> Error {
    let refused = format_args!("the operating system refused {resource}");
    Error::from_source(ErrorKind::Os, refused, error).hint(
        "raise the limits of processes, memory and open files (`ulimit -a` lists them), \
             or close other programs",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocking_work_returns_its_result_or_its_error() {
        let runtime = current_thread_runtime().unwrap();
        assert_eq!(runtime.block_on(run_blocking(|| Ok(7))), Ok(7));
        let error = Error::new(ErrorKind::Vault, "locked");
        assert_eq!(
            runtime.block_on(run_blocking::<()>({
                let error = error.clone();
                move || Err(error)
            })),
            Err(error)
        );
    }
}
