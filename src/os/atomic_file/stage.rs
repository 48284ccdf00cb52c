//! Files of rolecall itself: private (0600), written beside the old file, synced and renamed over
//! it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::Result;
use crate::os::random;

use super::file_type::{NonBlocking, not_regular_error};
use super::platform::{copy_owner, create_dirs, give_to_directory_owner, is_null_device};
use super::write_target::WriteTarget;
use super::{IoResultExt, parent_dir, platform, reserve};

/// How many characters of a file's name its temporary file repeats. The temporary name stays below
/// the limit of every file system.
const MAX_NAME_CHARS: usize = 48;

/// A temporary file beside the file that it will replace. Dropped without [`StagedFile::commit`],
/// it is removed and the old file stays.
#[derive(Debug)]
pub struct StagedFile {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl StagedFile {
    /// Creates the temporary file (0600) and its directory, and reserves `reserve_bytes` for it. A
    /// later commit of at most that many bytes can't fail because the disk is full.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the directory can't be written to or has
    /// no space, or if the target is not a regular file.
    pub fn new(target: &Path, reserve_bytes: u64) -> Result<Self> {
        match fs::symlink_metadata(target) {
            Ok(metadata) if !metadata.is_file() && !metadata.is_symlink() => {
                return Err(not_regular_error("writing", target, metadata.file_type()));
            }
            _ => {}
        }
        Self::create(target, reserve_bytes).io_context("writing", target)
    }

    /// The same for a target that is known to be replaceable, with the operating system's error.
    pub(super) fn create(target: &Path, reserve_bytes: u64) -> io::Result<Self> {
        let directory = parent_dir(target);
        let name: String = target
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .chars()
            .take(MAX_NAME_CHARS)
            .collect();
        let token = random::token::<9>().map_err(io::Error::other)?;
        let temporary = directory.join(format!(".{name}.{token}"));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        platform::set_private(&mut options);
        let file = match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_dirs(directory)?;
                options.open(&temporary)
            }
            other => other,
        }?;
        give_to_directory_owner(&file, &temporary);
        let staged = Self { file, temporary, target: target.to_owned(), committed: false };
        reserve(&staged.file, 0, reserve_bytes)?;
        Ok(staged)
    }

    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    /// Writes, syncs and renames over the target.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the bytes can't be stored. The old file
    /// is then untouched.
    pub fn commit(mut self, bytes: &[u8]) -> Result<()> {
        let target = self.target.clone();
        self.write(bytes).and_then(|()| self.rename()).io_context("writing", &target)
    }

    /// Writes and syncs the temporary file.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Renames the temporary file over the target. If that fails, it is removed when dropped.
    pub(super) fn rename(&mut self) -> io::Result<()> {
        platform::retry(|| fs::rename(&self.temporary, &self.target))?;
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

/// Makes the rename survive a power cut. A file system that can't sync directories is not an error.
fn sync_directory(target: &Path) {
    if let Ok(directory) = File::open(parent_dir(target)) {
        let _ = directory.sync_all();
    }
}

/// Replaces a private file (0600) atomically. Creates its directory (0700) if it is missing.
/// Follows symbolic links; a link to the null device or another stream is written to.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be written. The old file is then
/// untouched.
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    match WriteTarget::resolve(path)? {
        WriteTarget::File(target) => {
            let staged = StagedFile::create(&target, 0).io_context("writing", path)?;
            copy_owner(&staged.file, &target);
            staged.commit(bytes)
        }
        stream => stream.write_stream(bytes),
    }
}

/// Adds bytes to the end of a private file (0600). Creates the file and its directory (0700) if
/// they are missing.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the bytes can't be written, or if it is
/// neither a regular file nor the null device.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = open_or_create(path, OpenOptions::new().append(true)).io_context("writing", path)?;
    let metadata = file.metadata().io_context("writing", path)?;
    if !metadata.is_file() && !is_null_device(&metadata) {
        return Err(not_regular_error("writing", path, metadata.file_type()));
    }
    (&file).write_all(bytes).io_context("writing", path)
}

/// Opens a private file and creates it if it does not exist.
pub(in crate::os) fn open_or_create(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    match options.non_blocking().open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_dirs(directory)?;
    }
    platform::set_private(options);
    match options.create_new(true).open(path) {
        Ok(created) => {
            give_to_directory_owner(&created, path);
            Ok(created)
        }
        // Another process was faster, or it is a link to a file that does not exist.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            options.create_new(false).create(true).open(path)
        }
        Err(error) => Err(error),
    }
}
