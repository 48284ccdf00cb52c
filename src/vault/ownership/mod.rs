//! Ownership of the vault's directory. Secrets are not read from or written to a directory of
//! another user.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::Path;

use crate::domain::Result;

#[cfg(unix)]
pub(super) use unix::check;
#[cfg(windows)]
pub(super) use windows::check;

/// The same check before writing. A directory that does not exist would be created in its parent,
/// which must belong to this user too.
pub(super) fn check_for_writing(dir: &Path) -> Result<()> {
    if !check(dir)?
        && let Some(parent) = dir.parent()
    {
        check(parent)?;
    }
    Ok(())
}
