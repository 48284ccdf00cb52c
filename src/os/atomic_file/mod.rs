//! Reading and writing files. Only regular files are read, up to a size, and what is written is
//! there as a whole or not at all.

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

use crate::domain::{Error, ErrorKind, Result};

pub use read::{load, load_first_line};
pub use replace::{load_for_edit, replace};
pub(super) use stage::open_or_create;
pub use stage::{StagedFile, append, save};
pub use write_target::{WriteTarget, resolve_links};

pub(super) use file_type::check_regular;

/// A refusal of the operating system: what was tried, on which path, the reason, and a command that
/// shows more of it.
pub fn io_error(doing: &str, path: &Path, error: &io::Error) -> Error {
    let refused =
        Error::new(ErrorKind::Os, format!("{doing} {}: {}", path.display(), reason(error)));
    match hint(path, error) {
        Some(hint) => refused.hint(hint),
        None => refused,
    }
}

/// What the operating system said, without its number.
pub fn reason(error: &io::Error) -> String {
    #[cfg(unix)]
    if rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::NXIO) {
        return "no program reads from it".to_owned();
    }
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// The command that shows the cause of a failure.
fn hint(path: &Path, error: &io::Error) -> Option<String> {
    use io::ErrorKind as Cause;
    let shown = path.display();
    let directory = path.parent().unwrap_or(path).display();
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        match Errno::from_io_error(error) {
            Some(Errno::PERM) if cfg!(target_os = "linux") => {
                return Some(format!(
                    "run `lsattr -d {shown}` and `ls -ld {directory}`: the file or its directory may be immutable"
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
            _ => {}
        }
    }
    Some(match error.kind() {
        Cause::PermissionDenied => {
            format!("run `ls -ld {directory} {shown}` to see who may do that")
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
                .find(|place| place.symlink_metadata().is_ok_and(|known| !known.is_dir()))
                .unwrap_or(path);
            format!("a part of the path is not a directory: run `ls -ld {}`", file.display())
        }
        Cause::InvalidFilename => "name a file with a shorter name".to_owned(),
        _ => return None,
    })
}

/// Makes a directory that only this user can enter (0700), parents included.
///
/// # Errors
/// [`Kind::Os`] if it can't be made.
pub fn create_private_dir(path: &Path) -> Result<()> {
    ownership::create_dirs(path).map_err(|error| io_error("creating", path, &error))
}

/// Checks that files could be written in this directory, or that it could be made. Nothing is made.
///
/// # Errors
/// [`Kind::Os`] naming the directory, or the part of the path, that stands in the way.
pub fn check_dir_writable(directory: &Path) -> Result<()> {
    let there =
        directory.ancestors().find(|place| place.symlink_metadata().is_ok()).unwrap_or(directory);
    let error = match fs::metadata(there) {
        Ok(known) if !known.is_dir() => io::ErrorKind::NotADirectory.into(),
        Ok(_) => match check_write_access(there) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        },
        Err(error) => error,
    };
    Err(io_error("nothing can be written in", there, &error))
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

/// Checks that a file may be edited. One that is marked read-only is not written, even by a user
/// who could, such as root.
///
/// # Errors
/// [`Kind::Os`] if it is read-only.
pub fn check_writable(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(known) if known.is_file() && known.permissions().readonly() => {
            Err(Error::os(format!("{} is read-only", path.display()))
                .hint(format!("run `chmod u+w {}`, or name another file", path.display())))
        }
        _ => Ok(()),
    }
}

/// Removes a file; one that does not exist is fine.
///
/// # Errors
/// [`Kind::Os`] if it exists and can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io_error("removing", path, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
