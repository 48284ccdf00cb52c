//! Replacing this process by a new run of this program, which starts with little memory.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::OsString;
use std::path::Path;

use crate::domain::{Error, Result};

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

/// The most bytes of input: every system keeps so many in a pipe that is not read yet.
const MAX_INPUT_LEN: usize = 16 * 1_024;

/// Replaces this process with a new run of the program, which gets `input` on its standard input
/// and keeps the id, the terminal and the first argument. `unset` names variables that it must not
/// inherit. Returns only if that failed.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the input is too long, or if the system can't
/// replace a process, as Windows.
pub fn replace(program: &Path, args: &[OsString], unset: &[&str], input: &[u8]) -> Result<()> {
    if input.len() > MAX_INPUT_LEN {
        return Err(Error::os("too much input for a new process"));
    }
    platform::replace(program, args, unset, input)
}
