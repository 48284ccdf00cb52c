//! The target of an edited file's new content: a regular file, or a stream that can't be replaced.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::domain::{Error, Result};

use super::file_type::not_regular_error;
use super::platform::write_to_stream;
use super::{io_error, platform, reason};

/// The most symbolic links that the kernel follows.
const MAX_LINKS: usize = 40;

/// A place that content is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteTarget {
    /// A regular file, or one that does not exist yet. Symbolic links are resolved.
    File(PathBuf),
    /// A regular file that is named by a descriptor of this process (`/dev/fd/3`). It has no name
    /// that could be replaced.
    Descriptor(PathBuf),
    /// A pipe or a character device.
    Stream(PathBuf),
    /// Standard output: `-` or `/dev/stdout`.
    Stdout,
    /// Standard error: `/dev/stderr`.
    Stderr,
}

impl WriteTarget {
    /// Finds out what a path leads to.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) for a block device, a socket, a directory, a
    /// loop of links, a closed descriptor, or if the path can't be searched.
    pub fn resolve(path: &Path) -> Result<Self> {
        let target = resolve_links(path);
        match (path.as_os_str() == "-", platform::descriptor_number(&target)) {
            (true, _) | (_, Some(1)) => return Ok(Self::Stdout),
            (_, Some(2)) => return Ok(Self::Stderr),
            _ => {}
        }
        match fs::metadata(&target) {
            Ok(metadata)
                if metadata.is_file() && platform::descriptor_number(&target).is_some() =>
            {
                Ok(Self::Descriptor(target))
            }
            Ok(metadata) if metadata.is_file() => Ok(Self::File(target)),
            Ok(metadata) if platform::is_stream(metadata.file_type()) => Ok(Self::Stream(target)),
            Ok(metadata) => Err(not_regular_error("writing", path, metadata.file_type())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match platform::descriptor_number(&target) {
                    Some(number) => Err(Error::os(format!(
                        "writing {}: descriptor {number} is not open",
                        path.display()
                    ))
                    .hint(format!("open it: add `{number}> FILE` to the command line"))),
                    None => Ok(Self::File(target)),
                }
            }
            Err(error) => Err(io_error("writing", path, error)),
        }
    }

    /// Whether content that is written there can't be read back.
    pub const fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_) | Self::Stdout | Self::Stderr)
    }

    /// Writes to a stream.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if that fails, or if no program reads from
    /// the pipe. It is not an error if the reader of standard output is gone.
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
                    .with_source(error)
                    .hint("the output is incomplete"))
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn write_and_flush(mut out: impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes)?;
    out.flush()
}

/// Follows the symbolic links of a path, even if nothing exists at the end. Stops at a descriptor
/// of this process.
pub fn resolve_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if platform::descriptor_number(&path).is_some() {
            break;
        }
        let Ok(next) = fs::read_link(&path) else { break };
        path = path.parent().map_or_else(|| next.clone(), |directory| directory.join(&next));
    }
    path
}
