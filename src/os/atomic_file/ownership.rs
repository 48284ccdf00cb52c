//! Ownership of new files. Root leaves no file of its own in another user's directories, as it
//! would under `sudo` with the user's HOME.

use std::fs::File;
use std::io;
use std::path::Path;

/// Gives a file that this process has just created to the owner of its directory, if this process
/// runs as root and the owner is another user.
#[cfg(unix)]
pub(in crate::os) fn give_to_directory_owner(file: &File, path: &Path) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let directory =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(owner) = std::fs::metadata(directory)
        && owner.uid() != 0
    {
        // A file system without owners is no reason to fail.
        let _ = fchown(file, Some(owner.uid()), Some(owner.gid()));
    }
}

/// Does nothing: on other platforms no user writes as another one.
#[cfg(not(unix))]
pub(in crate::os) fn give_to_directory_owner(_: &File, _: &Path) {}

/// Creates a directory (0700) and its missing parents.
#[cfg(unix)]
pub(super) fn create_dirs(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    // The common case: it exists, or only its last part is missing.
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(_) if path.is_dir() => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent = path.parent().ok_or(error)?;
            create_dirs(parent)?;
            return create_dirs(path);
        }
        Err(error) => return Err(error),
    }
    if rustix::process::geteuid().is_root() {
        // Only a directory, not a link that was put in its place.
        let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::NOFOLLOW;
        let created = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(path)?;
        give_to_directory_owner(&created, path);
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn create_dirs(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}
