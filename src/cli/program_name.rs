//! How the user calls this process.

use std::sync::OnceLock;

use crate::domain::ProgramName;

/// The name, for commands in messages.
pub(super) fn current() -> &'static ProgramName {
    static NAME: OnceLock<ProgramName> = OnceLock::new();
    NAME.get_or_init(|| {
        let argument = std::env::args_os().next().unwrap_or_default();
        ProgramName::from_first_argument(&argument.to_string_lossy())
    })
}
