//! Modes, owners and types of files on Unix.

use std::fs::{File, FileType, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{
    DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown,
};
use std::path::Path;
use std::time::Instant;

use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::domain::Result;
use crate::os::platform::SHOW_ATTRIBUTES;

use super::file_type::{NonBlocking, not_regular_error};
use super::write_target::write_and_flush;
use super::{IoResultExt, parent_dir};

/// The command that copies a file.
pub(super) const COPY: &str = "cp";
/// The command that shows a file's type.
pub(super) const LIST: &str = "ls -l";
/// The command that lets the user write a file.
pub(super) const MAKE_WRITABLE: &str = "chmod u+w";

/// Runs an operation. It never fails because another program has the file open.
pub(super) fn retry<T>(mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    operation()
}

/// Returns the reason for an error, if the system's own words do not fit.
pub(super) fn reason(error: &io::Error) -> Option<&'static str> {
    (Errno::from_io_error(error) == Some(Errno::NXIO)).then_some("no program reads from it")
}

/// Returns a hint with the command that shows or fixes the cause.
pub(super) fn hint(path: &Path, error: &io::Error) -> Option<String> {
    use io::ErrorKind as Cause;
    let shown = path.display();
    let directory = parent_dir(path).display();
    match Errno::from_io_error(error) {
        Some(Errno::PERM) => {
            if let Some(show) = SHOW_ATTRIBUTES {
                return Some(format!(
                    "run `{show} {shown}` and `ls -ld {directory}`: \
                         the file or its directory may be immutable"
                ));
            }
        }
        Some(Errno::NXIO) => {
            return Some(format!(
                "start the program that reads it first, for example `cat {shown}`"
            ));
        }
        Some(Errno::LOOP) => {
            return Some(format!("a symbolic link leads back to itself: run `ls -l {shown}`"));
        }
        Some(Errno::MFILE | Errno::NFILE) => {
            return Some("raise the limit of open files: run `ulimit -n 1024`".to_owned());
        }
        Some(Errno::FBIG) => {
            return Some("raise the limit of file sizes: run `ulimit -f unlimited`".to_owned());
        }
        _ => {}
    }
    Some(match error.kind() {
        Cause::PermissionDenied => {
            format!("run `ls -ld {directory} {shown}` to see the permissions")
        }
        Cause::ReadOnlyFilesystem => format!(
            "the file system is mounted read-only: run `df {directory}` to see which one it is"
        ),
        Cause::StorageFull => format!("run `df {directory}` and make room on that file system"),
        Cause::QuotaExceeded => "run `quota` and make room".to_owned(),
        Cause::ResourceBusy => {
            format!("another program or a mount is using it: run `mount` and look for {shown}")
        }
        Cause::IsADirectory => format!("name a file: {shown} is a directory"),
        Cause::NotADirectory => {
            let file = path
                .ancestors()
                .find(|part| part.symlink_metadata().is_ok_and(|metadata| !metadata.is_dir()))
                .unwrap_or(path);
            format!("a part of the path is not a directory: run `ls -ld {}`", file.display())
        }
        Cause::InvalidFilename => "name a file with a shorter name".to_owned(),
        _ => return None,
    })
}

/// Checks that this user may create and replace files in the directory.
pub(super) fn check_write_access(directory: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(directory, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// Makes `open` return at once, and never makes a terminal the controlling one.
pub(super) fn set_non_blocking(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
}

/// Makes a new file private (0600).
pub(super) fn set_private(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Returns the name of a file type that only Unix has.
pub(super) fn special_file_name(file_type: FileType) -> Option<&'static str> {
    if file_type.is_fifo() {
        Some("a pipe")
    } else if file_type.is_socket() {
        Some("a socket")
    } else if file_type.is_block_device() {
        Some("a block device")
    } else if file_type.is_char_device() {
        Some("a character device")
    } else {
        None
    }
}

/// Whether this is the null device, which counts as an empty file (`AWS_CONFIG_FILE=/dev/null`).
pub(super) fn is_null_device(metadata: &Metadata) -> bool {
    let same_device = || {
        std::fs::metadata("/dev/null")
            .is_ok_and(|null| null.file_type().is_char_device() && null.rdev() == metadata.rdev())
    };
    metadata.file_type().is_char_device() && same_device()
}

/// Returns `false`: whether a path leads to the null device is known once it is open.
pub(super) fn is_null_path(_: &Path) -> bool {
    false
}

/// Whether this is a pipe or a character device.
pub(super) fn is_stream(file_type: FileType) -> bool {
    file_type.is_fifo() || file_type.is_char_device()
}

/// Waits until there is something to read or the writer is gone; `false` after the deadline.
pub(super) fn wait_until_readable(file: &File, deadline: Instant) -> io::Result<bool> {
    let left = deadline.saturating_duration_since(Instant::now());
    let [ready] = crate::os::readiness::wait_readable([file.as_fd()], Some(left))?;
    Ok(ready)
}

/// Writes to a pipe or a device that some program reads from.
pub(super) fn write_to_stream(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).non_blocking().open(path).io_context("writing", path)?;
    let metadata = file.metadata().io_context("writing", path)?;
    if metadata.is_file() || metadata.is_dir() {
        return Err(not_regular_error("writing", path, metadata.file_type())
            .context("the file was replaced meanwhile"));
    }
    // There is a reader; from here on wait for it.
    rustix::fs::fcntl_setfl(&file, OFlags::empty()).io_context("writing", path)?;
    write_and_flush(&file, bytes).io_context("writing", path)
}

/// Returns the number of the descriptor that a path names.
pub(super) fn descriptor_number(path: &Path) -> Option<u32> {
    let text = path.to_str()?;
    match text {
        "/dev/stdin" => return Some(0),
        "/dev/stdout" => return Some(1),
        "/dev/stderr" => return Some(2),
        _ => {}
    }
    let number = ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"]
        .into_iter()
        .find_map(|folder| text.strip_prefix(folder))?;
    number.parse().ok()
}

/// Whether the file has other names.
pub(super) fn has_hard_links(metadata: &Metadata) -> bool {
    metadata.nlink() > 1
}

/// Copies owner, group, mode, access control list and the user's attributes to the new file.
///
/// # Errors
/// If any of them can't be copied.
pub(super) fn copy_metadata(new: &File, target: &Path, old: &Metadata) -> io::Result<()> {
    let created = new.metadata()?;
    if (created.uid(), created.gid()) != (old.uid(), old.gid()) {
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    super::copy_xattrs(new, target)?;
    // After the owner: changing it clears the set-id bits.
    new.set_permissions(Permissions::from_mode(old.mode() & 0o7777))
}

/// Gives a new file to the owner of the old one if this process runs as root.
pub(super) fn copy_owner(file: &File, target: &Path) {
    if rustix::process::geteuid().is_root()
        && let Ok(old) = std::fs::metadata(target)
    {
        // If that fails, the file stays with the owner of the directory.
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

/// Gives a file that this process has just created to the owner of its directory, if this process
/// runs as root and the owner is another user: root leaves no file of its own in another user's
/// directories, as it would under `sudo` with the user's HOME.
pub(in crate::os) fn give_to_directory_owner(file: &File, path: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    if let Ok(owner) = std::fs::metadata(parent_dir(path))
        && owner.uid() != 0
    {
        // A file system without owners is no reason to fail.
        let _ = fchown(file, Some(owner.uid()), Some(owner.gid()));
    }
}

/// Creates a directory (0700) and its missing parents.
pub(super) fn create_dirs(path: &Path) -> io::Result<()> {
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
