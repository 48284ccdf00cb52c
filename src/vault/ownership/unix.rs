//! Owners of directories.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, access};

use crate::domain::{Error, ErrorKind, Result};
use crate::os::atomic_file;

/// Checks that the directory belongs to this user; `false` if it does not exist. One `stat`.
///
/// # Errors
/// [`ErrorKind::Vault`] if it belongs to another user, or is in a directory of another user that
/// this one may not search; [`ErrorKind::Os`] if it can't be searched for another reason or is a
/// file.
pub(in crate::vault) fn check(dir: &Path) -> Result<bool> {
    let metadata = match std::fs::metadata(dir) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        // A directory that can't be searched may hold a vault, so this must not look like a vault
        // without records.
        Err(error) => {
            let denied = error.kind() == io::ErrorKind::PermissionDenied;
            let foreign = dir.ancestors().filter(|_| denied).find_map(foreign_directory);
            return Err(foreign.map_or_else(
                || atomic_file::io_error("reading", dir, error),
                belongs_to_another_user,
            ));
        }
    };
    if !metadata.is_dir() {
        return Err(atomic_file::io_error("reading", dir, io::ErrorKind::NotADirectory.into()));
    }
    if metadata.uid() == rustix::process::geteuid().as_raw() {
        return Ok(true);
    }
    Err(belongs_to_another_user(dir))
}

/// The directory, if it belongs to another user and does not let this one search it.
fn foreign_directory(dir: &Path) -> Option<&Path> {
    let metadata = std::fs::metadata(dir).ok()?;
    let is_foreign = metadata.is_dir()
        && metadata.uid() != rustix::process::geteuid().as_raw()
        && access(dir, Access::EXEC_OK).is_err();
    is_foreign.then_some(dir)
}

fn belongs_to_another_user(dir: &Path) -> Error {
    Error::new(ErrorKind::Vault, format!("{} belongs to another user", dir.display()))
        .hint("run rolecall as that user, or set ROLECALL_HOME to a directory of your own")
}
