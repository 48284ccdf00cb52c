//! Looking programs up in PATH.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// Returns the first file with the name of a program in the directories of `path`, the value of
/// PATH. Returns `None` for a path: only names are looked up.
pub fn find_in_path(path: &str, program: &OsStr) -> Option<PathBuf> {
    let is_name = Path::new(program).components().count() == 1;
    let mut files = std::env::split_paths(path).map(|directory| directory.join(program));
    if is_name { files.find(|file| is_executable(file)) } else { None }
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
    if candidates.iter().any(|file| is_executable(file)) {
        None
    } else if candidates.iter().any(|file| file.exists()) {
        Some(io::ErrorKind::PermissionDenied)
    } else {
        Some(io::ErrorKind::NotFound)
    }
}

/// Whether a file can be run, as far as its permissions show.
#[cfg(unix)]
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Whether a file can be run.
#[cfg(not(unix))]
pub fn is_executable(file: &Path) -> bool {
    file.is_file() || file.with_extension("exe").is_file()
}
