//! Looking programs up in PATH.

use std::ffi::OsStr;
use std::path::PathBuf;

/// Returns the first file with the name of a program in the directories of `path`, the value of
/// PATH. Returns `None` for a path: only names are looked up.
pub fn find_in_path(path: &str, program: &OsStr) -> Option<PathBuf> {
    let is_name = std::path::Path::new(program).components().count() == 1;
    let mut files = std::env::split_paths(path).map(|directory| directory.join(program));
    if is_name { files.find(|file| is_executable(file)) } else { None }
}

#[cfg(unix)]
fn is_executable(file: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &std::path::Path) -> bool {
    file.is_file() || file.with_extension("exe").is_file()
}
