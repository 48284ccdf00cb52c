//! Ownership of the vault's directory. Secrets are not read from or written to a directory of
//! another user.

use std::io;
use std::path::Path;

use crate::domain::{Error, ErrorKind, Result};
use crate::os::atomic_file;

/// Checks that the directory belongs to this user; `false` if it does not exist. One `stat`.
///
/// # Errors
/// [`ErrorKind::Vault`] if it belongs to another user, [`ErrorKind::Os`] if it can't be searched or
/// is a file.
#[cfg(unix)]
pub(super) fn check(dir: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let metadata = match std::fs::metadata(dir) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        // A directory that can't be searched may hold a vault, so this must not look like a vault
        // without records.
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

/// Returns whether the directory exists. It is in the user's profile, which the system protects.
#[cfg(not(unix))]
pub(super) fn check(dir: &Path) -> Result<bool> {
    Ok(dir.exists())
}

/// The same check before writing. A directory that does not exist would be created in its parent,
/// which must belong to this user too.
pub(super) fn check_for_writing(dir: &Path) -> Result<()> {
    if !check(dir)?
        && let Some(parent) = dir.parent()
    {
        check(parent)?;
    }
    Ok(())
}
