//! Windows has access control lists instead of permission bits. New files inherit the list of their
//! folder: below the user's profile only the user, administrators and the system have access.

use std::fs::Metadata;
use std::path::Path;

use crate::domain::Result;

/// Returns `None`: there are no permission bits.
pub fn mode(_: &Path) -> Option<u32> {
    None
}

/// Does nothing: there are no permission bits.
///
/// # Errors
/// None.
#[expect(clippy::unnecessary_wraps, reason = "fails on Unix")]
pub fn set_mode(_: &Path, _: u32) -> Result<()> {
    Ok(())
}

/// Returns 0: the number of a file is not available without opening it.
pub fn inode(_: &Metadata) -> u64 {
    0
}
