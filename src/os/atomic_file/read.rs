//! Reading whole files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::domain::{Error, Result};

use super::file_type::{NonBlocking, check_regular, not_regular_error};
use super::platform::{is_null_device, is_null_path, is_stream, wait_until_readable};
use super::{IoResultExt, io_error, platform};

/// The most bytes of a file that is read. The longest real file, the list of 100,000 roles for the
/// picker, has some 30 MB.
const MAX_BYTES: u64 = 256 * 1_024 * 1_024;
/// The most bytes of a line that [`load_first_line`] reads.
const MAX_LINE_LEN: usize = 64 * 1_024;

/// Reads a whole file; `None` if it does not exist. The null device is an empty file. Never waits
/// for another program.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the file exists and can't be read, is not a
/// regular file, or is longer than 256 MiB.
pub fn load(path: &Path) -> Result<Option<Vec<u8>>> {
    if is_null_path(path) {
        return Ok(Some(Vec::new()));
    }
    let file = match open_non_blocking(path) {
        Ok(file) => file,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(open_error(path, error)),
    };
    read(path, &file).map(Some)
}

pub(super) fn open_non_blocking(path: &Path) -> io::Result<File> {
    platform::retry(|| OpenOptions::new().read(true).non_blocking().open(path))
}

/// Creates the error for a file that can't be opened. A socket can't be opened at all, and the
/// system's error for that does not mention sockets.
fn open_error(path: &Path, error: io::Error) -> Error {
    match std::fs::metadata(path) {
        Ok(metadata) if error.kind() != io::ErrorKind::PermissionDenied && !metadata.is_file() => {
            not_regular_error("reading", path, metadata.file_type())
        }
        _ => io_error("reading", path, error),
    }
}

/// Reads an open file from its current position to its end.
pub(super) fn read(path: &Path, mut file: &File) -> Result<Vec<u8>> {
    let length = match check_regular("reading", path, file) {
        Ok(metadata) => metadata.len(),
        Err(error) => {
            return if file.metadata().is_ok_and(|metadata| is_null_device(&metadata)) {
                Ok(Vec::new())
            } else {
                Err(error)
            };
        }
    };
    let too_long = || Error::os(format!("reading {}: it is longer than 256 MiB", path.display()));
    if length > MAX_BYTES {
        return Err(too_long());
    }
    // One byte more than the file has, so that the second read finds the end without growing it.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
    Read::by_ref(&mut file)
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .io_context("reading", path)?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_long()) } else { Ok(bytes) }
}

#[derive(Debug)]
pub struct FirstLine {
    /// The line without its end.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether the file can be read again. A pipe or a terminal can't.
    pub is_rereadable: bool,
}

/// Reads the first line of a file. Waits at most `timeout` for a pipe or a terminal: the program
/// that writes into it may have to ask the user first, as in `FILE=<(pass show vault)`.
///
/// # Errors
/// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if it can't be read, its first line is longer
/// than 64 KiB, or nothing arrives in time.
pub fn load_first_line(path: &Path, timeout: Duration) -> Result<FirstLine> {
    let file = open_non_blocking(path).map_err(|error| open_error(path, error))?;
    let metadata = file.metadata().io_context("reading", path)?;
    let is_rereadable = metadata.is_file();
    if !is_rereadable && !is_stream(metadata.file_type()) {
        return Err(not_regular_error("reading", path, metadata.file_type()));
    }
    let deadline = Instant::now() + timeout;
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE_LEN));
    let mut chunk = Zeroizing::new([0_u8; 4_096]);
    loop {
        if !is_rereadable && !wait_until_readable(&file, deadline).io_context("reading", path)? {
            return Err(Error::os(format!(
                "reading {}: nothing arrived within {} s",
                path.display(),
                timeout.as_secs()
            )));
        }
        match (&file).read(chunk.as_mut_slice()) {
            Ok(0) => break,
            Ok(count) => line.extend_from_slice(&chunk[..count]),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                continue;
            }
            Err(error) => return Err(io_error("reading", path, error)),
        }
        if let Some(end) = line.iter().position(|byte| *byte == b'\n') {
            line.truncate(end);
            break;
        }
        if line.len() > MAX_LINE_LEN - chunk.len() {
            return Err(Error::os(format!(
                "reading {}: its first line is longer than 64 KiB",
                path.display()
            )));
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(FirstLine { bytes: line, is_rereadable })
}
