//! Short names such as `C:\PROGRA~1`. They can be switched off for a drive.

use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Returns the path with short names if it contains spaces and has such names, else the path as it
/// is. The SDKs for Go and .NET pass a quoted path to `cmd.exe` in a way that it does not understand.
pub fn without_spaces(path: &Path) -> PathBuf {
    let text = path.to_str().filter(|text| text.contains(' ') && !text.contains(['"', '%']));
    text.and_then(ask_shell)
        .filter(|short| !short.to_string_lossy().contains(' ') && short.is_file())
        .unwrap_or_else(|| path.to_owned())
}

/// Asks `cmd.exe`, because no safe library offers the system call.
fn ask_shell(path: &str) -> Option<PathBuf> {
    let output = Command::new("cmd.exe")
        .raw_arg(format!("/d /c for %I in (\"{path}\") do @echo %~sI"))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let short = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(short.trim()))
}
