//! What a path leads to: a regular file, or something that must not be treated as one.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::path::Path;

use crate::domain::{Error, Result};

/// Opening without waiting: a pipe without a writer, a terminal and a tape drive answer at once.
pub(in crate::os) trait NonBlocking {
    /// Never waits for another program, and never takes a terminal as the controlling one.
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

/// Checks that an open file is a regular one. The check is made on the open file, so the path can't
/// change in between.
///
/// # Errors
/// [`crate::domain::Kind::Os`] naming what it is instead.
pub(in crate::os) fn check_regular(doing: &str, path: &Path, file: &File) -> Result<Metadata> {
    let known = file.metadata().map_err(|error| super::io_error(doing, path, &error))?;
    if known.is_file() { Ok(known) } else { Err(not_regular_error(doing, path, known.file_type())) }
}

/// The error for a path that leads to something else than a regular file.
pub(super) fn not_regular_error(doing: &str, path: &Path, is: FileType) -> Error {
    let shown = path.display();
    let error =
        Error::os(format!("{doing} {shown}: it is {}, not a regular file", file_type_name(is)));
    error.hint(if is.is_dir() {
        format!("name a file in {shown}")
    } else {
        format!("run `ls -l {shown}`, and name a regular file")
    })
}

/// What a file is, in words.
fn file_type_name(is: FileType) -> &'static str {
    if is.is_dir() {
        return "a directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if is.is_fifo() {
            return "a pipe";
        }
        if is.is_socket() {
            return "a socket";
        }
        if is.is_block_device() {
            return "a block device";
        }
        if is.is_char_device() {
            return "a character device";
        }
    }
    "a special file"
}

/// Whether this is the null device, which stands for an empty file (`AWS_CONFIG_FILE=/dev/null`).
#[cfg(unix)]
pub(super) fn is_null_device(known: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let null = || {
        std::fs::metadata("/dev/null")
            .is_ok_and(|null| null.file_type().is_char_device() && null.rdev() == known.rdev())
    };
    known.file_type().is_char_device() && null()
}

/// Elsewhere no file has the null device's type.
#[cfg(not(unix))]
pub(super) fn is_null_device(_: &Metadata) -> bool {
    false
}
