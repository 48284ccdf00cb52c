//! Whose directory it is: secrets are neither read from nor written to somebody else's.

use std::io;
use std::path::Path;

use crate::domain::{Error, ErrorKind, Result};
use crate::os::atomic_file;

/// Whether there is a directory, and that it is this user's. One `stat`.
///
/// # Errors
/// [`Kind::Vault`] when it belongs to another user, [`Kind::Os`] if it can't be searched or is a
/// file.
#[cfg(unix)]
pub(super) fn check(dir: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let metadata = match std::fs::metadata(dir) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        // A directory that can't be searched may hold a vault: that is never taken for "nobody is
        // signed in".
        Err(error) => return Err(atomic_file::io_error("reading", dir, error)),
    };
    if !metadata.is_dir() {
        return Err(atomic_file::io_error("reading", dir, io::ErrorKind::NotADirectory.into()));
    }
    if metadata.uid() == rustix::process::geteuid().as_raw() {
        return Ok(true);
    }
    Err(Error::new(ErrorKind::Vault, format!("{} belongs to another user", dir.display()))
        .hint("run rolecall as that user, or set ROLECALL_HOME to a directory of your own"))
}

/// Elsewhere the directory lies in the user's profile, which the system guards.
#[cfg(not(unix))]
pub(super) fn check(dir: &Path) -> Result<bool> {
    Ok(dir.exists())
}

/// The same before something is written: a directory that is not there yet would be made in its
/// parent, which must be this user's too.
pub(super) fn check_for_writing(dir: &Path) -> Result<()> {
    if !check(dir)?
        && let Some(parent) = dir.parent()
    {
        check(parent)?;
    }
    Ok(())
}
