//! Permission bits and inodes.

use std::fs::{Metadata, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::domain::Result;
use crate::os::atomic_file;

/// Returns the permission bits of a file; `None` if there is no such file, or no bits.
pub fn mode(path: &Path) -> Option<u32> {
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

/// Sets the permission bits of a file, if there are any.
///
/// # Errors
/// As the system reports them.
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(|error| atomic_file::io_error("changing the mode of", path, error))
}

/// Returns the number of a file, which another file of the same name does not have; 0 if there are
/// no numbers.
pub fn inode(metadata: &Metadata) -> u64 {
    metadata.ino()
}
