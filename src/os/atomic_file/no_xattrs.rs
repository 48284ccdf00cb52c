//! Platforms without extended attributes, or without calls for them.

use std::fs::File;
use std::io;
use std::path::Path;

/// Does nothing.
///
/// # Errors
/// None.
#[expect(clippy::unnecessary_wraps, reason = "fails on other platforms")]
pub(super) fn copy_xattrs(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}
