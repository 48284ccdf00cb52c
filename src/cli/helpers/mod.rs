//! Detached processes that outlive the command that started them.

pub(super) mod endpoint;
pub(super) mod redirect;
pub(super) mod sign_in;

use std::path::PathBuf;

use crate::domain::{ErrorKind, Result, ResultExt};

/// Returns the path of this program, which helpers run again.
///
/// # Errors
/// [`ErrorKind::Os`] if the system can't tell.
pub(super) fn own_program() -> Result<PathBuf> {
    std::env::current_exe().context(ErrorKind::Os, "finding this program")
}
