//! Replacing files that belong to the user or to other programs. Owner, group, mode and attributes
//! are preserved.

use std::fs;
use std::io;
use std::path::Path;

use crate::domain::Result;

use super::in_place::{self, check_unchanged};
use super::platform::{copy_metadata, has_hard_links};
use super::stage::StagedFile;
use super::write_target::WriteTarget;
use super::{IoResultExt, load};

/// Reads a file that is about to be edited; `None` if it does not exist, or if it is a stream,
/// which is only written to.
///
/// # Errors
/// As [`load`] and [`WriteTarget::resolve`].
pub fn load_for_edit(path: &Path) -> Result<Option<Vec<u8>>> {
    if WriteTarget::resolve(path)?.is_stream() { Ok(None) } else { load(path) }
}

/// Replaces the content `old` of a file with `new`. Follows symbolic links. A new file is private
/// (0600).
///
/// The file is replaced by a rename if that preserves owner, group, mode, attributes and hard
/// links. Otherwise, and if the directory does not permit a rename (a bind mount of a single file,
/// a read-only directory), the file is written in place. Its old content is then kept in the
/// directory `recovery` until the new content is on the disk. Streams are written to.
///
/// # Errors
/// [`ErrorKind::Config`](crate::domain::ErrorKind::Config) if the file no longer has the content
/// `old`; [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be written. The old content
/// is then untouched or restored.
pub fn replace(path: &Path, old: Option<&[u8]>, new: &[u8], recovery: &Path) -> Result<()> {
    let old = old.unwrap_or_default();
    match WriteTarget::resolve(path)? {
        WriteTarget::File(target) => match replace_by_rename(path, &target, old, new)? {
            Renamed::Done => Ok(()),
            Renamed::NotPossible => in_place::overwrite(path, &target, old, new, recovery),
        },
        WriteTarget::Descriptor(target) => in_place::overwrite(path, &target, old, new, recovery),
        stream => stream.write_stream(new),
    }
}

/// The result of [`replace_by_rename`].
enum Renamed {
    /// The file has the new content.
    Done,
    /// A rename would lose something or is not permitted. The file is unchanged.
    NotPossible,
}

fn replace_by_rename(shown: &Path, target: &Path, old: &[u8], new: &[u8]) -> Result<Renamed> {
    let metadata = match fs::metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        metadata => Some(metadata.io_context("writing", shown)?),
    };
    if metadata.as_ref().is_some_and(has_hard_links) {
        return Ok(Renamed::NotPossible);
    }
    let mut staged = match StagedFile::create(target, 0) {
        Err(error) if metadata.is_some() && forbids_rename(&error) => {
            return Ok(Renamed::NotPossible);
        }
        staged => staged.io_context("writing", shown)?,
    };
    if let Some(metadata) = &metadata
        && copy_metadata(staged.file(), target, metadata).is_err()
    {
        return Ok(Renamed::NotPossible);
    }
    staged.write(new).io_context("writing", shown)?;
    // As late as possible: writing and syncing take time.
    check_unchanged(shown, &load(target)?.unwrap_or_default(), old)?;
    match staged.rename() {
        Err(error) if metadata.is_some() && forbids_rename(&error) => Ok(Renamed::NotPossible),
        renamed => renamed.map(|()| Renamed::Done).io_context("writing", shown),
    }
}

/// Whether the directory or the mount failed in a way that still permits writing in place.
fn forbids_rename(error: &io::Error) -> bool {
    use io::ErrorKind as Cause;
    matches!(
        error.kind(),
        Cause::PermissionDenied
            | Cause::ReadOnlyFilesystem
            | Cause::ResourceBusy
            | Cause::CrossesDevices
    )
}
