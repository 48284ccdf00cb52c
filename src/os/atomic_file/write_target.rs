//! Where the new content of an edited file goes: into a regular file, or into a stream that can't
//! be replaced.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::{Error, Result};

#[cfg(unix)]
use super::file_type::{NonBlocking, not_regular_error};
use super::{io_error, reason};

/// As many links as the kernel follows.
const MAX_LINKS: usize = 40;

/// Where content is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteTarget {
    /// A regular file, or one that does not exist yet. Symbolic links are resolved.
    File(PathBuf),
    /// A regular file that is known by a descriptor of this process (`/dev/fd/3`): there is no name
    /// to replace.
    Descriptor(PathBuf),
    /// A pipe or a character device.
    Stream(PathBuf),
    /// Standard output: `-` or `/dev/stdout`.
    Stdout,
    /// Standard error: `/dev/stderr`.
    Stderr,
}

impl WriteTarget {
    /// What is behind a path.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Os`] for a block device, a socket, a directory, a loop of links, a
    /// closed descriptor, or if the path can't be searched.
    pub fn resolve(path: &Path) -> Result<Self> {
        let place = resolve_links(path);
        match (path.as_os_str() == "-", descriptor_number(&place)) {
            (true, _) | (_, Some(1)) => return Ok(Self::Stdout),
            (_, Some(2)) => return Ok(Self::Stderr),
            _ => {}
        }
        match fs::metadata(&place) {
            Ok(known) if known.is_file() && descriptor_number(&place).is_some() => {
                Ok(Self::Descriptor(place))
            }
            Ok(known) if known.is_file() => Ok(Self::File(place)),
            #[cfg(unix)]
            Ok(known) => {
                use std::os::unix::fs::FileTypeExt;
                let is = known.file_type();
                if is.is_fifo() || is.is_char_device() {
                    Ok(Self::Stream(place))
                } else {
                    Err(not_regular_error("writing", path, is))
                }
            }
            #[cfg(not(unix))]
            Ok(_) => Ok(Self::File(place)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match descriptor_number(&place) {
                    Some(number) => Err(Error::os(format!(
                        "writing {}: descriptor {number} is not open",
                        path.display()
                    ))
                    .hint(format!("open it: add `{number}> FILE` to the command line"))),
                    None => Ok(Self::File(place)),
                }
            }
            Err(error) => Err(io_error("writing", path, &error)),
        }
    }

    /// Whether what was written there can't be read back.
    pub const fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_) | Self::Stdout | Self::Stderr)
    }

    /// Writes into a stream.
    ///
    /// # Errors
    /// [`crate::domain::Kind::Os`] if that fails, or if no program reads from the pipe. A reader of
    /// standard output that has gone away is no failure.
    pub(super) fn write_stream(&self, bytes: &[u8]) -> Result<()> {
        let (name, written) = match self {
            Self::Stdout => ("stdout", write_and_flush(io::stdout().lock(), bytes)),
            Self::Stderr => ("stderr", write_and_flush(io::stderr().lock(), bytes)),
            Self::Stream(path) | Self::File(path) | Self::Descriptor(path) => {
                return write_to_stream(path, bytes);
            }
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::os(format!("writing to {name}: {}", reason(&error)))
                    .hint("what was written there is not whole"))
            }
            _ => Ok(()),
        }
    }
}

fn write_and_flush(mut out: impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes)?;
    out.flush()
}

#[cfg(unix)]
fn write_to_stream(path: &Path, bytes: &[u8]) -> Result<()> {
    use rustix::fs::OFlags;
    let said = |error: io::Error| io_error("writing", path, &error);
    let file = fs::OpenOptions::new().write(true).non_blocking().open(path).map_err(said)?;
    let known = file.metadata().map_err(said)?;
    if known.is_file() || known.is_dir() {
        return Err(not_regular_error("writing", path, known.file_type())
            .context("the file was replaced meanwhile"));
    }
    // The reader is there: from here on it sets the pace.
    rustix::fs::fcntl_setfl(&file, OFlags::empty()).map_err(|error| said(error.into()))?;
    write_and_flush(&file, bytes).map_err(said)
}

#[cfg(not(unix))]
fn write_to_stream(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|error| io_error("writing", path, &error))
}

/// Where a path leads in the end, even if nothing exists there yet. Stops at a descriptor of this
/// process.
pub fn resolve_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if descriptor_number(&path).is_some() {
            break;
        }
        let Ok(next) = fs::read_link(&path) else { break };
        path = path.parent().map_or_else(|| next.clone(), |directory| directory.join(&next));
    }
    path
}

/// The number of the descriptor that a path names.
pub(super) fn descriptor_number(path: &Path) -> Option<u32> {
    let text = path.to_str().filter(|_| cfg!(unix))?;
    match text {
        "/dev/stdin" => return Some(0),
        "/dev/stdout" => return Some(1),
        "/dev/stderr" => return Some(2),
        _ => {}
    }
    let number = ["/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"]
        .into_iter()
        .find_map(|folder| text.strip_prefix(folder))?;
    number.parse().ok()
}
