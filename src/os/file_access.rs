//! Permission bits and file numbers, which only Unix has.

use std::fs::Metadata;
use std::path::Path;

#[cfg(unix)]
use super::atomic_file;
use crate::domain::Result;

/// Returns the permission bits of a file; `None` if there is no such file, or no bits.
#[cfg(unix)]
pub fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
pub fn mode(_: &Path) -> Option<u32> {
    None
}

/// Sets the permission bits of a file, if there are any.
///
/// # Errors
/// As the system reports them.
#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .map_err(|error| atomic_file::io_error("changing the mode of", path, error))
}

#[cfg(not(unix))]
pub fn set_mode(_: &Path, _: u32) -> Result<()> {
    Ok(())
}

/// Returns the number of a file, which another file of the same name does not have; 0 if there are
/// no numbers.
#[cfg(unix)]
pub fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
pub fn inode(_: &Metadata) -> u64 {
    0
}
