//! Reading and writing files. Only regular files of a limited size are read. A write happens
//! completely or not at all.

mod file_type;
mod in_place;
mod ownership;
mod read;
mod replace;
mod stage;
mod write_target;

use std::fs;
use std::io;
use std::path::Path;

use crate::domain::{Error, Result};

pub use read::{load, load_first_line};
pub use replace::{load_for_edit, replace};
pub(super) use stage::open_or_create;
pub use stage::{StagedFile, append, save};
pub use write_target::{WriteTarget, resolve_links};

pub(super) use file_type::check_regular;

/// Creates the error for a failed operation on a file: the operation, the path, the reason, and a
/// command that shows the cause.
pub fn io_error(doing: &str, path: &Path, error: io::Error) -> Error {
    let message = format!("{doing} {}: {}", path.display(), reason(&error));
    let hint = hint(path, &error);
    hint.into_iter().fold(Error::os(message), Error::hint).with_source(error)
}

/// Adapter for results of operations on a file.
pub(super) trait IoResultExt<T> {
    /// Turns the failure into [`io_error`].
    fn io_context(self, doing: &str, path: &Path) -> Result<T>;
}

impl<T, E: Into<io::Error>> IoResultExt<T> for Result<T, E> {
    fn io_context(self, doing: &str, path: &Path) -> Result<T> {
        self.map_err(|error| io_error(doing, path, error.into()))
    }
}

/// Returns the operating system's description of the error, without the number.
pub fn reason(error: &io::Error) -> String {
    #[cfg(unix)]
    if rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::NXIO) {
        return "no program reads from it".to_owned();
    }
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Returns the directory of a file: the current one for a bare name.
pub fn parent_dir(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => file,
    }
}

/// Returns a hint with the command that shows or fixes the cause.
fn hint(path: &Path, error: &io::Error) -> Option<String> {
    use io::ErrorKind as Cause;
    let shown = path.display();
    let directory = parent_dir(path).display();
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        match Errno::from_io_error(error) {
            Some(Errno::PERM) if cfg!(target_os = "linux") => {
                return Some(format!(
                    "run `lsattr -d {shown}` and `ls -ld {directory}`: \
                     the file or its directory may be immutable"
                ));
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
            format!("another program or a mount holds it: run `mount` and look for {shown}")
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

/// Creates a directory that only this user can enter (0700), and its missing parents.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be created.
pub fn create_private_dir(path: &Path) -> Result<()> {
    ownership::create_dirs(path).io_context("creating", path)
}

/// Checks that this user may write in the directory or, if it does not exist, may create it.
/// Creates nothing.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) naming the directory, or the part of the path,
/// that prevents it.
pub fn check_dir_writable(directory: &Path) -> Result<()> {
    let existing =
        directory.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(directory);
    let checked = match fs::metadata(existing) {
        Ok(metadata) if !metadata.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
        Ok(_) => check_write_access(existing),
        Err(error) => Err(error),
    };
    checked.io_context("nothing can be written in", existing)
}

#[cfg(unix)]
fn check_write_access(directory: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(directory, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn check_write_access(directory: &Path) -> io::Result<()> {
    match fs::metadata(directory)?.permissions().readonly() {
        true => Err(io::ErrorKind::PermissionDenied.into()),
        false => Ok(()),
    }
}

/// Checks that a file may be edited. A file that is marked read-only is not written, even by a user
/// who could write it, such as root.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it is read-only.
pub fn check_writable(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.permissions().readonly() => {
            Err(Error::os(format!("{} is read-only", path.display()))
                .hint(format!("run `chmod u+w {}`, or name another file", path.display())))
        }
        _ => Ok(()),
    }
}

/// Removes a file. Does nothing if it does not exist.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.io_context("removing", path),
    }
}

#[cfg(test)]
mod tests;
