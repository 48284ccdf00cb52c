//! Values of Linux and of other Unix systems that are not macOS.

use std::path::Path;

use super::BaseDirs;

/// Whether the system opens a browser without a display that a variable names.
pub const BROWSER_NEEDS_NO_DISPLAY: bool = false;
/// The command that sets this machine's clock.
pub const SET_CLOCK_COMMAND: &str = "sudo timedatectl set-ntp true";
/// The command that shows whether a file is immutable.
pub const SHOW_ATTRIBUTES: Option<&str> = Some("lsattr -d");
/// The programs that copy their input to the clipboard of every desktop.
pub const CLIPBOARD_TOOLS: &[&[&str]] = &[];

/// Returns the folders of the XDG specification.
pub fn base_dirs(home: &Path) -> BaseDirs {
    BaseDirs {
        config: home.join(".config"),
        cache: home.join(".cache"),
        state: home.join(".local/state"),
    }
}
