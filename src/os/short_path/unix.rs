//! Unix has no second name for a file, and its programs quote.

use std::path::{Path, PathBuf};

/// Returns the path as it is.
pub fn without_spaces(path: &Path) -> PathBuf {
    path.to_owned()
}
