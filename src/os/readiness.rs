//! Waiting until one of several files can be read.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

use filedescriptor::{POLLIN, poll, pollfd};

/// Waits until at least one of `files` can be read, has ended or has failed, and reports each file
/// in order. All are `false` if `timeout`, which is rounded down to milliseconds, passes first.
/// Without a timeout the wait has no end.
///
/// macOS can't poll a terminal device; there the wait is a `select`, which only takes descriptors
/// below 1,024.
///
/// # Errors
/// The error of the system call. An interrupting signal is not an error: the wait goes on.
pub(super) fn wait_readable<const N: usize>(
    files: [BorrowedFd<'_>; N],
    timeout: Option<Duration>,
) -> io::Result<[bool; N]> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut entries = files.map(|file| pollfd { fd: file.as_raw_fd(), events: POLLIN, revents: 0 });
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match poll(&mut entries, left).map_err(into_io_error) {
            Ok(_) => return Ok(entries.map(|entry| entry.revents != 0)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn into_io_error(error: filedescriptor::Error) -> io::Error {
    match error {
        filedescriptor::Error::Poll(error) | filedescriptor::Error::Io(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn the_file_that_has_bytes_is_ready_and_none_is_ready_after_the_timeout() {
        let (first, _keep) = UnixStream::pair().unwrap();
        let (second, mut writer) = UnixStream::pair().unwrap();
        let ready = |timeout| wait_readable([first.as_fd(), second.as_fd()], timeout).unwrap();
        assert_eq!(ready(Some(Duration::from_millis(1))), [false, false]);
        writer.write_all(b"x").unwrap();
        assert_eq!(ready(None), [false, true]);
    }

    #[test]
    fn a_file_that_has_ended_is_ready() {
        let (first, writer) = UnixStream::pair().unwrap();
        drop(writer);
        assert_eq!(wait_readable([first.as_fd()], None).unwrap(), [true]);
    }
}
