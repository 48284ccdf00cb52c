//! Files with a permission to be executed.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// Returns the file if it can be executed.
pub(super) fn executable(file: PathBuf) -> Option<PathBuf> {
    let metadata = file.metadata().ok()?;
    (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then_some(file)
}
