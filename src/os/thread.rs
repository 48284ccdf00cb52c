//! Threads and runtimes that report a refusal of the operating system as an error.
//! `std::thread::spawn` and `tokio::task::spawn_blocking` panic when the system has no thread to
//! give (`ulimit -u`, `ulimit -v`, a cgroup's pids.max).

use std::io;
use std::thread::{Builder, JoinHandle};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::domain::{Error, Result};

/// Starts a thread of this name.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if the system refuses it.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>> {
    Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| resource_error("a thread", &error))
}

/// Runs work that blocks (a keyring, argon2, a lock, a slow disk) on a thread of its own and
/// returns its result. Dropping the future does not end the work.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if the system refuses the thread; otherwise the error of the work.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (send, receive) = oneshot::channel();
    // The caller may be gone; nobody needs the result then.
    spawn("blocking", move || drop(send.send(work())))?;
    receive.await.unwrap_or_else(|_| Err(Error::internal("a thread ended without a result")))
}

/// Creates a single-threaded runtime.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if the system refuses the descriptors that it needs.
pub fn current_thread_runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| resource_error("the network runtime", &error))
}

/// The error for something that the system did not give.
pub(super) fn resource_error(what: &str, error: &io::Error) -> Error {
    Error::os(format!("the operating system refused {what}: {error}"))
        .hint("raise the limits of processes, memory and open files (`ulimit -a` lists them), or close other programs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ErrorKind;

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
