//! Reading and writing files. Only regular files of a limited size are read. A write happens
//! completely or not at all.

mod file_type;
mod in_place;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod no_xattrs;
#[cfg(not(target_os = "linux"))]
mod not_linux;
mod read;
mod replace;
mod stage;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
mod write_target;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod xattrs;

use std::fs;
use std::io;
use std::path::Path;

use crate::domain::{Error, Result};

pub use read::{load, load_first_line};
pub use replace::{load_for_edit, replace};
pub(super) use stage::open_or_create;
pub use stage::{StagedFile, append, save};
pub use write_target::{WriteTarget, resolve_links};

#[cfg(target_os = "linux")]
use linux::reserve;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
use no_xattrs::copy_xattrs;
#[cfg(not(target_os = "linux"))]
use not_linux::reserve;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;
#[cfg(any(target_os = "linux", target_os = "macos"))]
use xattrs::copy_xattrs;

pub(super) use file_type::check_regular;

/// Creates the error for a failed operation on a file: the operation, the path, the reason, and a
/// command that shows the cause.
pub fn io_error(doing: &str, path: &Path, error: io::Error) -> Error {
    let message = format!("{doing} {}: {}", path.display(), reason(&error));
    let hint = platform::hint(path, &error);
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
    if let Some(reason) = platform::reason(error) {
        return reason.to_owned();
    }
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).trim_end_matches(['.', ' ']).to_lowercase()
}

/// Returns the directory of a file: the current one for a bare name.
pub fn parent_dir(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => file,
    }
}

/// Creates a directory that only this user can enter (0700), and its missing parents.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be created.
pub fn create_private_dir(path: &Path) -> Result<()> {
    platform::create_dirs(path).io_context("creating", path)
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
        Ok(_) => platform::check_write_access(existing),
        Err(error) => Err(error),
    };
    checked.io_context("nothing can be written in", existing)
}

/// Checks that a file may be edited. A file that is marked read-only is not written, even by a user
/// who could write it, such as root.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it is read-only.
pub fn check_writable(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.permissions().readonly() => {
            Err(Error::os(format!("{} is read-only", path.display())).hint(format!(
                "run `{} {}`, or name another file",
                platform::MAKE_WRITABLE,
                path.display()
            )))
        }
        _ => Ok(()),
    }
}

/// Removes a file. Does nothing if it does not exist.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    match platform::retry(|| fs::remove_file(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.io_context("removing", path),
    }
}

#[cfg(test)]
mod tests;
