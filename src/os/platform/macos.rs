//! Values of macOS.

use std::path::Path;

use super::BaseDirs;

/// Whether the system opens a browser without a display that a variable names.
pub const BROWSER_NEEDS_NO_DISPLAY: bool = true;
/// The command that sets this machine's clock.
pub const SET_CLOCK_COMMAND: &str = "sudo sntp -sS time.apple.com";
/// The command that shows whether a file is immutable, if it is worth a hint.
pub const SHOW_ATTRIBUTES: Option<&str> = None;
/// The programs that copy their input to the clipboard of every desktop.
pub const CLIPBOARD_TOOLS: &[&[&str]] = &[&["pbcopy"]];

/// Returns the folders in `~/Library`.
pub fn base_dirs(home: &Path) -> BaseDirs {
    let library = home.join("Library");
    BaseDirs {
        config: library.join("Preferences"),
        cache: library.join("Caches"),
        state: library.join("Application Support"),
    }
}
