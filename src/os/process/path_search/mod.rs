//! Looking programs up in PATH.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

/// Returns the first file with the name of a program in the directories of `path`, the value of
/// PATH. Returns `None` for a path: only names are looked up.
pub fn find_in_path(path: &str, program: &OsStr) -> Option<PathBuf> {
    let is_name = Path::new(program).components().count() == 1;
    let mut files = std::env::split_paths(path).map(|directory| directory.join(program));
    if is_name { files.find_map(platform::executable) } else { None }
}

/// Why a program can't be started, as far as its file shows: the operating system checks the rest.
/// `path` is the value of PATH; without one, only paths are checked.
pub(super) fn problem(path: Option<&str>, program: &OsStr) -> Option<io::ErrorKind> {
    if program.is_empty() {
        return Some(io::ErrorKind::NotFound);
    }
    let candidates: Vec<PathBuf> = match path {
        _ if Path::new(program).components().count() > 1 => vec![PathBuf::from(program)],
        Some(path) => {
            std::env::split_paths(path).map(|directory| directory.join(program)).collect()
        }
        None => return None,
    };
    let exists = candidates.iter().any(|file| file.exists());
    if candidates.into_iter().any(|file| platform::executable(file).is_some()) {
        None
    } else if exists {
        Some(io::ErrorKind::PermissionDenied)
    } else {
        Some(io::ErrorKind::NotFound)
    }
}

/// Whether a file can be run, as far as its permissions or, on Windows, its name show.
pub fn is_executable(file: &Path) -> bool {
    platform::executable(file.to_owned()).is_some()
}
