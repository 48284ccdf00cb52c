//! What a path leads to: a regular file, or something that must not be treated as one.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::path::Path;

use crate::domain::{Error, Result};

use super::IoResultExt;

/// Opening without waiting. A pipe without a writer, a terminal and a tape drive would block.
pub(in crate::os) trait NonBlocking {
    /// Makes `open` return at once, and never makes a terminal the controlling one.
    fn non_blocking(&mut self) -> &mut Self;
}

impl NonBlocking for OpenOptions {
    #[cfg(unix)]
    fn non_blocking(&mut self) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.custom_flags(
            (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits().cast_signed(),
        )
    }

    #[cfg(not(unix))]
    fn non_blocking(&mut self) -> &mut Self {
        self
    }
}

/// Checks that an open file is a regular file. The open file is checked, not the path, which could
/// change in between.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) naming the type of file that it is.
pub(in crate::os) fn check_regular(doing: &str, path: &Path, file: &File) -> Result<Metadata> {
    let metadata = file.metadata().io_context(doing, path)?;
    if metadata.is_file() {
        Ok(metadata)
    } else {
        Err(not_regular_error(doing, path, metadata.file_type()))
    }
}

/// Creates the error for a path that does not lead to a regular file.
pub(super) fn not_regular_error(doing: &str, path: &Path, file_type: FileType) -> Error {
    let shown = path.display();
    let name = file_type_name(file_type);
    let error = Error::os(format!("{doing} {shown}: it is {name}, not a regular file"));
    error.hint(if file_type.is_dir() {
        format!("name a file in {shown}")
    } else {
        format!("run `ls -l {shown}`, and name a regular file")
    })
}

fn file_type_name(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        return "a directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return "a pipe";
        }
        if file_type.is_socket() {
            return "a socket";
        }
        if file_type.is_block_device() {
            return "a block device";
        }
        if file_type.is_char_device() {
            return "a character device";
        }
    }
    "a special file"
}

/// Whether this is the null device, which counts as an empty file (`AWS_CONFIG_FILE=/dev/null`).
#[cfg(unix)]
pub(super) fn is_null_device(metadata: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let same_device = || {
        std::fs::metadata("/dev/null")
            .is_ok_and(|null| null.file_type().is_char_device() && null.rdev() == metadata.rdev())
    };
    metadata.file_type().is_char_device() && same_device()
}

/// Returns `false`: other platforms have no device files.
#[cfg(not(unix))]
pub(super) fn is_null_device(_: &Metadata) -> bool {
    false
}
