//! Replacing this process with `execve`.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::domain::{ErrorKind, Result, ResultExt};

/// Replaces this process. Returns only if that failed.
pub(super) fn replace(
    program: &Path,
    args: &[OsString],
    unset: &[&str],
    input: &[u8],
) -> Result<()> {
    let mut command = Command::new(program);
    command.args(args);
    if let Some(name) = std::env::args_os().next() {
        command.arg0(name);
    }
    for name in unset {
        command.env_remove(name);
    }
    let mut exec = || {
        let (reader, mut writer) = std::io::pipe()?;
        writer.write_all(input)?;
        drop(writer);
        Err(command.stdin(reader).exec())
    };
    exec().context(ErrorKind::Os, "replacing this process")
}
