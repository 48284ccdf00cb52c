//! Reading whole files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::domain::{Error, Result};

use super::file_type::{NonBlocking, check_regular, is_null_device, not_regular_error};
use super::io_error;

/// Longer files are refused. The longest real one, the list of 100,000 roles for the picker, has
/// some 30 MB.
const MAX_BYTES: u64 = 256 * 1_024 * 1_024;
/// The longest line that [`load_line`] reads.
const MAX_LINE_LEN: usize = 64 * 1_024;

/// The whole file; `None` if it does not exist. The null device is an empty file. Never waits for
/// another program.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if the file exists and can't be read, is not a regular file, or is
/// longer than 256 MiB.
pub fn load(path: &Path) -> Result<Option<Vec<u8>>> {
    let file = match open_non_blocking(path) {
        Ok(file) => file,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(open_error(path, &error)),
    };
    read(path, &file).map(Some)
}

pub(super) fn open_non_blocking(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).non_blocking().open(path)
}

/// The error for a file that can't be opened. A socket can't be opened at all, and says so by a
/// number that tells nobody.
fn open_error(path: &Path, error: &io::Error) -> Error {
    match std::fs::metadata(path) {
        Ok(known) if error.kind() != io::ErrorKind::PermissionDenied && !known.is_file() => {
            not_regular_error("reading", path, known.file_type())
        }
        _ => io_error("reading", path, error),
    }
}

/// The content of an open file from where it stands.
pub(super) fn read(path: &Path, mut file: &File) -> Result<Vec<u8>> {
    let length = match check_regular("reading", path, file) {
        Ok(known) => known.len(),
        Err(error) => {
            return if file.metadata().is_ok_and(|known| is_null_device(&known)) {
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
    // One byte more than it has: then the second read says that it was all.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
    Read::by_ref(&mut file)
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| io_error("reading", path, &error))?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_long()) } else { Ok(bytes) }
}

/// The first line of a file, without its end, and whether the file can be read again. A pipe or a
/// terminal is waited for as long as `patience` allows: a program may still have to ask the user
/// before it writes into it, as in `FILE=<(pass show vault)`.
///
/// # Errors
/// [`crate::domain::Kind::Os`] if it can't be read, has no line of at most 64 KiB, or nothing
/// arrives in time.
pub fn load_first_line(path: &Path, patience: Duration) -> Result<(Zeroizing<Vec<u8>>, bool)> {
    let file = open_non_blocking(path).map_err(|error| open_error(path, &error))?;
    let known = file.metadata().map_err(|error| io_error("reading", path, &error))?;
    if !known.is_file() && !is_stream(known.file_type()) {
        return Err(not_regular_error("reading", path, known.file_type()));
    }
    let deadline = Instant::now() + patience;
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE_LEN));
    let mut chunk = Zeroizing::new([0_u8; 4_096]);
    loop {
        if !known.is_file()
            && !wait_until_readable(&file, deadline)
                .map_err(|error| io_error("reading", path, &error))?
        {
            return Err(Error::os(format!(
                "reading {}: nothing arrived within {} s",
                path.display(),
                patience.as_secs()
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
            Err(error) => return Err(io_error("reading", path, &error)),
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
    Ok((line, known.is_file()))
}

#[cfg(unix)]
fn is_stream(is: std::fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    is.is_fifo() || is.is_char_device()
}

#[cfg(not(unix))]
fn is_stream(_: std::fs::FileType) -> bool {
    false
}

/// Waits until there is something to read, or the other side is gone; `false` after the deadline.
#[cfg(unix)]
fn wait_until_readable(file: &File, deadline: Instant) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&left)) {
            Ok(count) => return Ok(count > 0),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait_until_readable(_: &File, _: Instant) -> io::Result<bool> {
    Ok(true)
}
