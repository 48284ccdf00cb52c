//! Replacing this process by a new run of this program, which starts with little memory.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::OsString;
use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::{ErrorKind, Result, ResultExt};

#[cfg(target_os = "linux")]
use linux::open_memory;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

/// Replaces this process with a new run of the program, which gets `input` on its standard input
/// and keeps the id, the terminal and the first argument. `unset` names variables that it must not
/// inherit. Returns `Ok` only if the system can't replace a process, as Windows.
///
/// # Errors
/// [`ErrorKind::Os`] if the program can't be run or the input can't be passed on. Standard input is
/// undefined then.
pub fn replace(program: &Path, args: &[OsString], unset: &[&str], input: &[u8]) -> Result<()> {
    platform::replace(program, args, unset, input)
}

/// Returns the input of the process that this one has replaced. Nothing of it stays readable.
///
/// # Errors
/// [`ErrorKind::Os`] if it can't be read.
pub fn take_input() -> Result<Zeroizing<Vec<u8>>> {
    platform::take_input().context(ErrorKind::Os, "reading standard input")
}

/// Only Linux has files in memory.
#[cfg(all(unix, not(target_os = "linux")))]
fn open_memory(_: &[u8]) -> std::io::Result<std::os::fd::OwnedFd> {
    Err(std::io::ErrorKind::Unsupported.into())
}
