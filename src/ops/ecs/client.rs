//! Requests of commands to the server.

use std::time::{Duration, Instant};

use crate::config::Paths;
use crate::domain::{Error, ErrorKind, InstanceName, Result, ResultExt, SerializedError};
use crate::os::local_socket;
use crate::os::lock::Lock;
use crate::server::SlotName;

use super::messages::{
    ClientAccess, ControlReply, ControlRequest, LoadedRole, ServerStatus, SlotStatus,
};
use super::{lock_path, socket_path};

/// How long a server may take to reply.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a server may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Returns the running server and its slots; `None` if no server is running.
///
/// # Errors
/// [`ErrorKind::Os`] if a server is running and does not reply.
pub fn find_status(paths: &Paths) -> Result<Option<ServerStatus>> {
    find_status_within(paths, REPLY_TIMEOUT)
}

/// As [`find_status`], for a caller that can't wait for long.
///
/// # Errors
/// [`ErrorKind::Os`] if a server is running and does not reply in time.
pub fn find_status_within(paths: &Paths, timeout: Duration) -> Result<Option<ServerStatus>> {
    match send_within(paths, &ControlRequest::Status, timeout)? {
        Some(ControlReply::Status(status)) => Ok(Some(status)),
        None => Ok(None),
        Some(other) => Err(unexpected(other)),
    }
}

/// Returns the running server and its slots.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if no server is running.
pub fn status(paths: &Paths) -> Result<ServerStatus> {
    find_status(paths)?.ok_or_else(not_running)
}

/// Puts a role into a slot, and returns the slot and why it will be lost on a restart.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if no server is running; the error of the server.
pub fn load(
    paths: &Paths,
    slot: SlotName,
    role: LoadedRole,
) -> Result<(SlotStatus, Option<Error>)> {
    match require(paths, &ControlRequest::Load { slot, role })? {
        ControlReply::Loaded { slot, warning } => {
            Ok((*slot, warning.map(SerializedError::into_error)))
        }
        other => Err(unexpected(other)),
    }
}

/// Closes a slot, or every slot without a name, and returns those that were open.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if no server is running, or if it has no such slot.
pub fn unload(paths: &Paths, slot: Option<SlotName>) -> Result<Vec<SlotName>> {
    let request = slot.map_or(ControlRequest::UnloadAll, |slot| ControlRequest::Unload { slot });
    match require(paths, &request)? {
        ControlReply::Unloaded(slots) => Ok(slots),
        other => Err(unexpected(other)),
    }
}

/// Gives every slot a new token, and returns the slots; `None` if no server is running.
///
/// # Errors
/// [`ErrorKind::Vault`] if they can't be stored.
pub fn rotate(paths: &Paths) -> Result<Option<Vec<SlotName>>> {
    match send(paths, &ControlRequest::Rotate)? {
        Some(ControlReply::Rotated(slots)) => Ok(Some(slots)),
        None => Ok(None),
        Some(other) => Err(unexpected(other)),
    }
}

/// Makes the server forget the credentials of an instance that it has in memory. Does nothing if no
/// server is running.
///
/// # Errors
/// [`ErrorKind::Os`] if the server does not reply.
pub fn forget_credentials(paths: &Paths, instance: InstanceName) -> Result<()> {
    match send(paths, &ControlRequest::ForgetCredentials { instance })? {
        Some(ControlReply::Forgotten) | None => Ok(()),
        Some(other) => Err(unexpected(other)),
    }
}

/// Returns what a client of a slot needs.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if no server is running, or if it has no such slot.
pub fn access(paths: &Paths, slot: SlotName) -> Result<ClientAccess> {
    match require(paths, &ControlRequest::Access { slot })? {
        ControlReply::Access(access) => Ok(access),
        other => Err(unexpected(other)),
    }
}

/// Stops the server and waits until it has stopped.
///
/// # Errors
/// [`ErrorKind::NoMatch`] if no server is running; [`ErrorKind::Os`] if it did not stop.
pub fn stop(paths: &Paths) -> Result<()> {
    match require(paths, &ControlRequest::Stop)? {
        ControlReply::Stopping => {}
        other => return Err(unexpected(other)),
    }
    let stopped = Lock::acquire(&lock_path(paths), Instant::now() + STOP_TIMEOUT)?.is_some();
    if stopped { Ok(()) } else { Err(Error::os("the credentials endpoint did not stop")) }
}

fn require(paths: &Paths, request: &ControlRequest) -> Result<ControlReply> {
    send(paths, request)?.ok_or_else(not_running)
}

fn send(paths: &Paths, request: &ControlRequest) -> Result<Option<ControlReply>> {
    send_within(paths, request, REPLY_TIMEOUT)
}

fn send_within(
    paths: &Paths,
    request: &ControlRequest,
    timeout: Duration,
) -> Result<Option<ControlReply>> {
    let line = serde_json::to_string(request).context(ErrorKind::Internal, "ecs")?;
    let Some(reply) = local_socket::exchange(&socket_path(paths), &line, timeout)? else {
        return Ok(None);
    };
    match serde_json::from_str(reply.expose()) {
        Ok(ControlReply::Failed(error)) => Err(error.into_error()),
        Ok(reply) => Ok(Some(reply)),
        // The text of the error may quote the reply, and with it a token.
        Err(_) => Err(other_version()),
    }
}

fn not_running() -> Error {
    Error::new(ErrorKind::NoMatch, "no credentials endpoint is running")
        .hint("run `rolecall ecs run` in another terminal")
}

fn unexpected(_: ControlReply) -> Error {
    other_version()
}

fn other_version() -> Error {
    Error::os("the credentials endpoint runs a different version of rolecall")
        .hint("stop it with Ctrl-C, and run `rolecall ecs run` again")
}
