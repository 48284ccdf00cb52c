//! Files of our own: private (0600), written beside the old one, synced and renamed over it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::Result;
use crate::os::random;

use super::file_type::{NonBlocking, is_null_device, not_regular_error};
use super::io_error;
use super::ownership::{create_dirs, give_to_directory_owner};
use super::write_target::WriteTarget;

/// How much of a file's name its temporary file has in its own: together they stay shorter than any
/// file system's limit.
const MAX_NAME_CHARS: usize = 48;

/// A temporary file beside the one it will replace. Dropped without [`Staged::commit`], it is
/// removed and the old file stays.
#[derive(Debug)]
pub struct StagedFile {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl StagedFile {
    /// Creates the temporary file (0600, directory made if missing) and sets `space` bytes aside
    /// for it, so that a later commit of no more than that can't fail for want of room.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Os`] if the directory can't be written to or has no room, or if the
    /// target is not a regular file.
    pub fn new(target: &Path, space: u64) -> Result<Self> {
        match fs::symlink_metadata(target) {
            Ok(known) if !known.is_file() && !known.is_symlink() => {
                return Err(not_regular_error("writing", target, known.file_type()));
            }
            _ => {}
        }
        Self::create(target, space).map_err(|error| io_error("writing", target, &error))
    }

    /// The same for a target that is known to be replaceable, with the operating system's own
    /// error.
    pub(super) fn create(target: &Path, space: u64) -> io::Result<Self> {
        let directory = target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let name: String = target
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .chars()
            .take(MAX_NAME_CHARS)
            .collect();
        let token = random::token::<9>().map_err(|error| io::Error::other(error.message))?;
        let temporary = directory.join(format!(".{name}.{token}"));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_dirs(directory)?;
                options.open(&temporary)
            }
            other => other,
        }?;
        give_to_directory_owner(&file, &temporary);
        let staged = Self { file, temporary, target: target.to_owned(), committed: false };
        reserve(&staged.file, 0, space)?;
        Ok(staged)
    }

    /// The temporary file.
    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    /// Writes, syncs and renames over the target.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Os`] if the bytes can't be kept; the old file is then untouched.
    pub fn commit(mut self, bytes: &[u8]) -> Result<()> {
        let target = self.target.clone();
        self.write(bytes)
            .and_then(|()| self.rename())
            .map_err(|error| io_error("writing", &target, &error))
    }

    /// Writes and syncs the temporary file.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Puts the temporary file in the target's place. If that fails, it is removed when dropped.
    pub(super) fn rename(&mut self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.target)?;
        self.committed = true;
        sync_directory(&self.target);
        Ok(())
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Sets space aside in a file from an offset on; the file does not grow by it.
#[cfg(target_os = "linux")]
pub(super) fn reserve(file: &File, offset: u64, space: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    if space == 0 {
        return Ok(());
    }
    match fallocate(file, FallocateFlags::KEEP_SIZE, offset, space) {
        // Some file systems can't set space aside: there the write itself will tell.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn reserve(mut file: &File, offset: u64, space: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    let before = file.metadata()?.len();
    file.seek(SeekFrom::Start(offset))?;
    let written = file.write_all(&vec![0_u8; usize::try_from(space).unwrap_or(0)]);
    file.set_len(before)?;
    file.rewind()?;
    written
}

/// Makes the rename itself last through a power cut; a file system that can't is no reason to fail.
fn sync_directory(target: &Path) {
    if let Some(directory) = target.parent()
        && let Ok(directory) = File::open(directory)
    {
        let _ = directory.sync_all();
    }
}

/// Replaces a private file (0600) atomically; its directory (0700) is made if missing. A symbolic
/// link is followed, and a link to the null device or another stream is written into.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if it can't be written; the old file is then untouched.
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    match WriteTarget::resolve(path)? {
        WriteTarget::File(target) => {
            let staged = StagedFile::create(&target, 0)
                .map_err(|error| io_error("writing", path, &error))?;
            copy_owner(&staged.file, &target);
            staged.commit(bytes)
        }
        stream => stream.write_stream(bytes),
    }
}

/// A file of our own that another user has: root writes it for that user.
#[cfg(unix)]
fn copy_owner(file: &File, target: &Path) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if rustix::process::geteuid().is_root()
        && let Ok(old) = fs::metadata(target)
    {
        // What can't be given away stays with the owner of the directory.
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn copy_owner(_: &File, _: &Path) {}

/// Adds bytes to the end of a private file (0600); a file that does not exist is made, and so is
/// its directory (0700).
///
/// # Errors
/// [`crate::domain::Kind::Os`] if they can't be written, or if it is not a regular file. The null
/// device takes everything.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let said = |error: io::Error| io_error("writing", path, &error);
    let file = open_or_create(path, OpenOptions::new().append(true)).map_err(said)?;
    let known = file.metadata().map_err(said)?;
    if !known.is_file() && !is_null_device(&known) {
        return Err(not_regular_error("writing", path, known.file_type()));
    }
    (&file).write_all(bytes).map_err(said)
}

/// Opens a private file of our own, and makes it if it does not exist.
pub(in crate::os) fn open_or_create(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    match options.non_blocking().open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_dirs(directory)?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.create_new(true).open(path) {
        Ok(made) => {
            give_to_directory_owner(&made, path);
            Ok(made)
        }
        // Another process was quicker, or it is a link to a file that does not exist.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            options.create_new(false).create(true).open(path)
        }
        Err(error) => Err(error),
    }
}
