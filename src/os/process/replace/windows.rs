//! Windows can't replace a process.

use std::ffi::OsString;
use std::path::Path;

use crate::domain::{Error, Result};

/// Returns an error.
pub(super) fn replace(_: &Path, _: &[OsString], _: &[&str], _: &[u8]) -> Result<()> {
    Err(Error::os("this system can't replace a process"))
}
