//! The standing credentials endpoint, `ecs`: a server that holds roles by name and renews their
//! credentials, and the commands that talk to it.
//!
//! Programs get credentials over TCP. Commands never use that port: they send [`messages`] over a
//! Unix-domain socket that only this user can open.

pub mod authority;
pub mod client;
pub mod launchd_agent;
pub mod listen_address;
pub mod messages;
pub mod recipes;
pub mod server;
pub mod service_command;
pub mod stored_slots;
pub mod systemd_unit;
pub mod token_file;
pub mod transport;

use std::path::PathBuf;

use crate::config::Paths;
use crate::domain::Result;
use crate::os::lock::Lock;

/// Returns the socket for commands.
pub fn socket_path(paths: &Paths) -> PathBuf {
    paths.state_dir.join("ecs/control")
}

/// Takes the lock of a server, so that none can start; `None` if one is running.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the lock can't be created.
pub fn lock_without_server(paths: &Paths) -> Result<Option<Lock>> {
    Lock::try_acquire(&lock_path(paths))
}

/// Returns the lock that a server holds while it runs.
fn lock_path(paths: &Paths) -> PathBuf {
    paths.state_dir.join("locks/ecs")
}
