//! Windows protects the user's profile.

use std::io;
use std::path::Path;

use crate::domain::Result;
use crate::os::atomic_file;

/// Returns whether the directory exists. Other users, apart from administrators, can't write in a
/// profile that is not theirs.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it is a file or can't be searched.
pub(in crate::vault) fn check(dir: &Path) -> Result<bool> {
    match std::fs::metadata(dir) {
        Ok(metadata) if metadata.is_dir() => Ok(true),
        Ok(_) => Err(atomic_file::io_error("reading", dir, io::ErrorKind::NotADirectory.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(atomic_file::io_error("reading", dir, error)),
    }
}
