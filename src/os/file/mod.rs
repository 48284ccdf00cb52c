//! Files of ours: private, whole or absent. Written by temporary file, sync and rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::{Error, Kind, Result};

use super::random;

/// An error about a path, in words.
pub fn failed(doing: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(Kind::Os, format!("{doing} {}: {}", path.display(), reason(error)))
}

/// What the operating system said, without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// The whole file, or `None` when there is none.
///
/// # Errors
/// When it is there and can't be read.
pub fn load(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(failed("reading", path, &error)),
    }
}

/// Makes a directory that only this user can enter (0700), parents included.
///
/// # Errors
/// When it can't be made.
pub fn create_private_dir(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| failed("creating", path, &error))
}

/// Nothing when files could be written in this directory, or when it could be made. Nothing is made.
///
/// # Errors
/// [`Kind::Config`] naming the directory, or the part of the path, that stands in the way.
pub fn could_write(directory: &Path) -> Result<()> {
    let there = directory.ancestors().find(|place| place.symlink_metadata().is_ok()).unwrap_or(directory);
    let why = match fs::metadata(there) {
        Ok(known) if !known.is_dir() => "not a directory".to_owned(),
        Ok(_) => match writable(there) {
            Ok(()) => return Ok(()),
            Err(error) => reason(&error),
        },
        Err(error) => reason(&error),
    };
    Err(Error::new(Kind::Config, format!("nothing can be written in {}: {why}", there.display())))
}

#[cfg(unix)]
fn writable(directory: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(directory, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn writable(directory: &Path) -> io::Result<()> {
    match fs::metadata(directory)?.permissions().readonly() {
        true => Err(io::ErrorKind::PermissionDenied.into()),
        false => Ok(()),
    }
}

/// A temporary file beside the one it will replace. Dropped without [`Staged::commit`], it is removed and the old file stays.
#[derive(Debug)]
pub struct Staged {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl Staged {
    /// Creates the temporary file (0600, directory made if missing) and sets `space` bytes aside for it, so that a later commit of
    /// no more than that can't fail for want of room.
    ///
    /// # Errors
    /// When the directory can't be written to or has no room.
    pub fn new(target: &Path, space: u64) -> Result<Self> {
        let directory = target.parent().ok_or_else(|| Error::internal(format!("{} has no directory", target.display())))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let temporary = directory.join(format!(".{name}.{}", random::token::<9>()?));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_private_dir(directory)?;
                options.open(&temporary)
            }
            other => other,
        };
        let file = file.map_err(|error| failed("writing", target, &error))?;
        let staged = Self { file, temporary, target: target.to_owned(), committed: false };
        staged.reserve(space).map_err(|error| failed("writing", target, &error))?;
        Ok(staged)
    }

    #[cfg(target_os = "linux")]
    fn reserve(&self, space: u64) -> io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        if space == 0 {
            return Ok(());
        }
        match fallocate(&self.file, FallocateFlags::KEEP_SIZE, 0, space) {
            // Some file systems can't set space aside: there the write itself will tell.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn reserve(&self, space: u64) -> io::Result<()> {
        let zeros = vec![0_u8; usize::try_from(space).unwrap_or(0)];
        (&self.file).write_all(&zeros)?;
        self.file.set_len(0)?;
        io::Seek::rewind(&mut &self.file)
    }

    /// Gives the file the mode bits of another one (for files that are not ours to tighten).
    ///
    /// # Errors
    /// When the mode can't be changed.
    #[cfg(unix)]
    pub fn set_mode(&self, mode: u32) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        self.file.set_permissions(fs::Permissions::from_mode(mode)).map_err(|error| failed("writing", &self.target, &error))
    }

    /// Writes, syncs and renames over the target.
    ///
    /// # Errors
    /// When the bytes can't be kept; the old file is then untouched.
    pub fn commit(self, bytes: &[u8]) -> Result<()> {
        self.commit_if(bytes, || Ok(()))
    }

    /// The same if a last look, after everything slow and right before the rename, finds nothing against it.
    ///
    /// # Errors
    /// As [`Staged::commit`]; what the last look says.
    pub fn commit_if(mut self, bytes: &[u8], look: impl FnOnce() -> Result<()>) -> Result<()> {
        let target = self.target.clone();
        let said = |error: io::Error| failed("writing", &target, &error);
        self.file.write_all(bytes).map_err(said)?;
        self.file.sync_all().map_err(said)?;
        look()?;
        fs::rename(&self.temporary, &self.target).map_err(said)?;
        self.committed = true;
        sync_directory(&self.target);
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Makes the rename itself last through a power cut; a file system that can't is no reason to fail.
fn sync_directory(target: &Path) {
    if let Some(directory) = target.parent()
        && let Ok(directory) = File::open(directory)
    {
        let _ = directory.sync_all();
    }
}

/// Replaces a private file (0600) atomically; its directory (0700) is made if missing.
///
/// # Errors
/// When it can't be written; the old file is then untouched.
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    Staged::new(path, 0)?.commit(bytes)
}

/// Replaces a file that is the person's own: a link is followed, and its mode stays.
///
/// # Errors
/// As [`save`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let staged = Staged::new(&target, 0)?;
    #[cfg(unix)]
    if let Ok(old) = fs::metadata(&target) {
        staged.set_mode(std::os::unix::fs::PermissionsExt::mode(&old.permissions()) & 0o7777)?;
    }
    staged.commit(bytes)
}

/// Removes a file; one that is not there is fine.
///
/// # Errors
/// When it is there and can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("removing", path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_private_and_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/c");
        save(&path, b"one").unwrap();
        save(&path, b"two").unwrap();
        assert_eq!(load(&path).unwrap().unwrap(), b"two");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn an_abandoned_write_leaves_the_old_file_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        save(&path, b"old").unwrap();
        drop(Staged::new(&path, 4_096).unwrap());
        assert_eq!(load(&path).unwrap().unwrap(), b"old");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn space_set_aside_does_not_stay_in_the_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        Staged::new(&path, 8_192).unwrap().commit(b"short").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 5);
    }

    #[test]
    fn a_missing_file_is_nothing() {
        assert_eq!(load(Path::new("/nonexistent/rolecall")).unwrap(), None);
    }
}
