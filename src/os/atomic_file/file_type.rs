//! What a path leads to: a regular file, or something that must not be treated as one.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::path::Path;

use crate::domain::{Error, Result};

use super::{IoResultExt, platform};

/// Opening without waiting. A pipe without a writer, a terminal and a tape drive would block.
pub(in crate::os) trait NonBlocking {
    /// Makes `open` return at once, and never makes a terminal the controlling one.
    fn non_blocking(&mut self) -> &mut Self;
}

impl NonBlocking for OpenOptions {
    fn non_blocking(&mut self) -> &mut Self {
        platform::set_non_blocking(self)
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
        format!("run `{} {shown}`, and name a regular file", platform::LIST)
    })
}

fn file_type_name(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        return "a directory";
    }
    platform::special_file_name(file_type).unwrap_or("a special file")
}
