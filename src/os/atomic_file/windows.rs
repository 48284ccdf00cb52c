//! Files on Windows. New files inherit the access control list of their folder: below the user's
//! profile only the user, administrators and the system have access.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::domain::Result;

use super::{IoResultExt, parent_dir};

/// The command that copies a file.
pub(super) const COPY: &str = "copy";
/// The command that shows a file's type.
pub(super) const LIST: &str = "dir";
/// The command that lets the user write a file.
pub(super) const MAKE_WRITABLE: &str = "attrib -r";

/// How long a file may be open in another program, such as a virus scanner or an indexer.
const BUSY_LIMIT: Duration = Duration::from_secs(1);

const ERROR_ACCESS_DENIED: i32 = 5;
const ERROR_SHARING_VIOLATION: i32 = 32;
const ERROR_LOCK_VIOLATION: i32 = 33;

/// Runs an operation again for a while if another program has the file open. A file that is about
/// to be deleted looks like one without permission.
pub(super) fn retry<T>(mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let deadline = Instant::now() + BUSY_LIMIT;
    let mut pause = Duration::from_millis(1);
    loop {
        match operation() {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            result => return result,
        }
    }
}

fn is_busy(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION)
    )
}

/// Returns the reason for an error, if the system's own words do not fit.
pub(super) fn reason(error: &io::Error) -> Option<&'static str> {
    let is_sharing = error.raw_os_error() == Some(ERROR_SHARING_VIOLATION);
    is_sharing.then_some("another program has it open")
}

/// Returns a hint with the command that shows or fixes the cause.
pub(super) fn hint(path: &Path, error: &io::Error) -> Option<String> {
    use io::ErrorKind as Cause;
    let shown = path.display();
    let directory = parent_dir(path).display();
    if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) {
        return Some("close the program that uses it, and run the command again".to_owned());
    }
    Some(match error.kind() {
        Cause::PermissionDenied => format!("run `icacls \"{shown}\"` to see the permissions"),
        Cause::StorageFull => format!("make room on the drive of {directory}"),
        Cause::IsADirectory => format!("name a file: {shown} is a directory"),
        Cause::NotADirectory => {
            let part = path.ancestors().find(|part| part.is_file()).unwrap_or(path);
            format!("a part of the path is not a directory: run `dir \"{}\"`", part.display())
        }
        Cause::InvalidFilename => "name a file with a shorter name".to_owned(),
        _ => return None,
    })
}

/// Checks that this user may create and replace files in the directory. Access control lists are
/// left to the write itself.
pub(super) fn check_write_access(directory: &Path) -> io::Result<()> {
    fs::metadata(directory).map(drop)
}

/// Does nothing: opening a file never waits.
pub(super) fn set_non_blocking(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Does nothing: a new file inherits the access control list of its folder.
pub(super) fn set_private(_: &mut OpenOptions) {}

/// Returns `None`: there are no such files.
pub(super) fn special_file_name(_: FileType) -> Option<&'static str> {
    None
}

/// Returns `false`: see [`is_null_path`].
pub(super) fn is_null_device(_: &Metadata) -> bool {
    false
}

/// Whether this is the null device, which counts as an empty file (`AWS_CONFIG_FILE=NUL`). It has
/// no metadata.
pub(super) fn is_null_path(path: &Path) -> bool {
    let name = path.as_os_str();
    name.eq_ignore_ascii_case("nul") || name.eq_ignore_ascii_case(r"\\.\nul")
}

/// Returns `false`: pipes and devices are not in the file system.
pub(super) fn is_stream(_: FileType) -> bool {
    false
}

/// Returns `true`: reading a file never waits for another program.
#[expect(clippy::unnecessary_wraps, reason = "fails on Unix")]
pub(super) fn wait_until_readable(_: &File, _: Instant) -> io::Result<bool> {
    Ok(true)
}

/// Writes to a file.
pub(super) fn write_to_stream(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).io_context("writing", path)
}

/// Returns `None`: paths don't name descriptors.
pub(super) fn descriptor_number(_: &Path) -> Option<u32> {
    None
}

/// Returns `false`: the number of names is not available without a call of the system's library.
pub(super) fn has_hard_links(_: &Metadata) -> bool {
    false
}

/// Copies the extended attributes. The access control list is the folder's, as of every new file.
pub(super) fn copy_metadata(new: &File, target: &Path, _: &Metadata) -> io::Result<()> {
    super::copy_xattrs(new, target)
}

/// Does nothing: a file belongs to its creator.
pub(super) fn copy_owner(_: &File, _: &Path) {}

/// Does nothing: a file belongs to its creator.
pub(super) fn give_to_directory_owner(_: &File, _: &Path) {}

/// Creates a directory and its missing parents.
pub(super) fn create_dirs(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use std::os::windows::fs::OpenOptionsExt;
    use std::sync::mpsc::channel;

    use crate::os::atomic_file::{load, save};

    #[test]
    fn a_file_that_a_scanner_has_open_for_a_moment_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        save(&path, b"old").unwrap();
        // Shared with no one, as a virus scanner opens it.
        let held = std::fs::OpenOptions::new().read(true).share_mode(0).open(&path).unwrap();
        let (started, starts) = channel();
        let other = path.clone();
        let saving = std::thread::spawn(move || {
            started.send(()).unwrap();
            save(&other, b"new")
        });
        starts.recv().unwrap();
        drop(held);
        saving.join().unwrap().unwrap();
        assert_eq!(load(&path).unwrap().unwrap(), b"new");
    }
}
