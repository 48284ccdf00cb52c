//! Replacing this process with `execve`.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::fs::{OFlags, fcntl_setfl};
use zeroize::Zeroizing;

use crate::domain::{ErrorKind, Result, ResultExt};

use super::open_memory;

/// Replaces this process. Returns only if that failed.
pub(super) fn replace(
    program: &Path,
    args: &[OsString],
    unset: &[&str],
    input: &[u8],
) -> Result<()> {
    let mut command = Command::new(program);
    command.args(args);
    if let Some(name) = std::env::args_os().next() {
        command.arg0(name);
    }
    for name in unset {
        command.env_remove(name);
    }
    let mut exec = || Err(command.stdin(open_input(input)?).exec());
    exec().context(ErrorKind::Os, "replacing this process")
}

/// Returns a descriptor from which the new process reads the input.
fn open_input(input: &[u8]) -> io::Result<OwnedFd> {
    open_memory(input).or_else(|_| open_pipe(input))
}

/// Returns a pipe that already has the whole input. Fails if the pipe is too small for it, because
/// nothing reads from it yet.
fn open_pipe(input: &[u8]) -> io::Result<OwnedFd> {
    let (reader, mut writer) = io::pipe()?;
    fcntl_setfl(&writer, OFlags::NONBLOCK)?;
    writer.write_all(input)?;
    Ok(reader.into())
}

/// Reads standard input to its end and leaves none: a file in memory would stay readable.
pub(super) fn take_input() -> io::Result<Zeroizing<Vec<u8>>> {
    let mut input = Zeroizing::new(Vec::new());
    io::stdin().read_to_end(&mut input)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_that_a_pipe_cannot_keep_is_an_error_and_does_not_wait_for_a_reader() {
        let mut read = Vec::new();
        File::from(open_pipe(b"short").unwrap()).read_to_end(&mut read).unwrap();
        assert_eq!(read, b"short");
        let error = open_pipe(&vec![7; 10_000_000]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}
