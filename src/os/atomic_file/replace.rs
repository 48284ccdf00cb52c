//! Replacing files that belong to the user or to other programs: owner, group, mode and attributes
//! stay what they were.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

use crate::domain::Result;

use super::in_place::{self, check_unchanged};
use super::stage::StagedFile;
use super::write_target::WriteTarget;
use super::{io_error, load};

/// The content of a file that is about to be edited; `None` if it does not exist, or if it is a
/// stream, which is only written into.
///
/// # Errors
/// As [`load`] and [`Target::of`].
pub fn load_for_edit(path: &Path) -> Result<Option<Vec<u8>>> {
    if WriteTarget::resolve(path)?.is_stream() { Ok(None) } else { load(path) }
}

/// Replaces the content `old` of a file by `new`. Symbolic links are followed. A new file is for
/// this user alone (0600).
///
/// The file is replaced by a rename, if that leaves owner, group, mode, attributes and hard links
/// as they are. Otherwise, and if the directory allows no rename (a bind mount of a single file, a
/// read-only directory), the file is written in place. Its old content is then kept in the
/// directory `recovery` until the new one is on the disk. Streams are written into.
///
/// # Errors
/// [`crate::domain::Kind::Config`] if the file has other content than `old` by now;
/// [`crate::domain::Kind::Os`] if it can't be written. The old content is then untouched or
/// restored.
pub fn replace(path: &Path, old: Option<&[u8]>, new: &[u8], recovery: &Path) -> Result<()> {
    let old = old.unwrap_or_default();
    match WriteTarget::resolve(path)? {
        WriteTarget::File(target) => {
            if !replace_by_rename(path, &target, old, new)? {
                in_place::overwrite(path, &target, old, new, recovery)?;
            }
            Ok(())
        }
        WriteTarget::Descriptor(target) => in_place::overwrite(path, &target, old, new, recovery),
        stream => stream.write_stream(new),
    }
}

/// Replaces the file by a rename; `false` if it has to be written in place.
fn replace_by_rename(shown: &Path, target: &Path, old: &[u8], new: &[u8]) -> Result<bool> {
    let said = |error: io::Error| io_error("writing", shown, &error);
    let known = match fs::metadata(target) {
        Ok(known) => Some(known),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(said(error)),
    };
    if known.as_ref().is_some_and(has_hard_links) {
        return Ok(false);
    }
    let mut staged = match StagedFile::create(target, 0) {
        Ok(staged) => staged,
        Err(error) if known.is_some() && forbids_rename(&error) => return Ok(false),
        Err(error) => return Err(said(error)),
    };
    if let Some(known) = &known
        && copy_metadata(staged.file(), target, known).is_err()
    {
        return Ok(false);
    }
    staged.write(new).map_err(said)?;
    // Last of all: writing and syncing take time.
    check_unchanged(shown, &load(target)?.unwrap_or_default(), old)?;
    match staged.rename() {
        Ok(()) => Ok(true),
        Err(error) if known.is_some() && forbids_rename(&error) => Ok(false),
        Err(error) => Err(said(error)),
    }
}

/// Failures of the directory or the mount that leave a file open to be written in place.
fn forbids_rename(error: &io::Error) -> bool {
    use io::ErrorKind as Cause;
    #[cfg(unix)]
    if rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::PERM) {
        return true;
    }
    matches!(
        error.kind(),
        Cause::PermissionDenied
            | Cause::ReadOnlyFilesystem
            | Cause::ResourceBusy
            | Cause::CrossesDevices
    )
}

#[cfg(unix)]
fn has_hard_links(known: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(known) > 1
}

#[cfg(not(unix))]
fn has_hard_links(_: &Metadata) -> bool {
    false
}

/// Gives the new file what the old one has besides its content.
///
/// # Errors
/// If owner, group, mode, access control list or the user's attributes can't be given.
#[cfg(unix)]
fn copy_metadata(new: &File, target: &Path, known: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (known.uid(), known.gid()) {
        fchown(new, Some(known.uid()), Some(known.gid()))?;
    }
    copy_xattrs(new, target)?;
    // After the owner, whose change takes set-id bits away.
    new.set_permissions(fs::Permissions::from_mode(known.mode() & 0o7777))
}

#[cfg(not(unix))]
fn copy_metadata(_: &File, _: &Path, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Copies extended attributes. Those of the system, such as security labels, are the new file's own
/// by its directory's rules; only what users set has to be the same, and access control lists.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn copy_xattrs(new: &File, target: &Path) -> io::Result<()> {
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
    use rustix::io::Errno;
    /// The kernel allows no longer value, and no longer list.
    const MAX: usize = 64 * 1_024;
    let mut names = vec![0_u8; MAX];
    let length = match listxattr(target, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::NOTSUP) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut value = Vec::new();
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        value.resize(MAX, 0);
        let copied = getxattr(target, name, value.as_mut_slice())
            .and_then(|length| fsetxattr(new, name, &value[..length], XattrFlags::empty()));
        let must_stay = name.starts_with(b"user.") || name.starts_with(b"system.posix_acl");
        if let Err(error) = copied
            && must_stay
        {
            return Err(error.into());
        }
    }
    Ok(())
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "macos"))))]
fn copy_xattrs(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}
