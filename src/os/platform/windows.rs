//! Values of Windows.

use std::ffi::OsString;
use std::path::Path;

use etcetera::BaseStrategy;

use super::BaseDirs;

/// Whether the system opens a browser without a display that a variable names.
pub const BROWSER_NEEDS_NO_DISPLAY: bool = true;
/// The command that sets this machine's clock.
pub const SET_CLOCK_COMMAND: &str = "w32tm /resync";
/// The programs that copy their input to the clipboard of every desktop.
pub const CLIPBOARD_TOOLS: &[&[&str]] = &[&["clip.exe"]];
/// The shell to start if no variable names one.
pub const DEFAULT_SHELL: &str = "cmd.exe";
/// Whether every user has a SHELL.
pub const SYSTEM_SETS_SHELL: bool = false;
/// The words before a command line that a shell parses.
pub const RUN_COMMAND_LINE: [&str; 2] = ["cmd.exe", "/C"];
/// The editor to start if no variable names one.
pub const DEFAULT_EDITOR: &str = "notepad";
/// The shell that is assumed if nothing identifies the calling one.
pub const ASSUMED_SHELL: &str = "powershell";
/// The character between the programs in BROWSER: a colon is part of a path.
pub const BROWSER_SEPARATOR: Option<char> = None;
/// The configuration file of the machine.
pub const SYSTEM_CONFIG: Option<&str> = None;

/// Whether USERPROFILE names the home directory.
pub const HOME_IS_USER_PROFILE: bool = true;

/// Returns the name under which a variable is looked up: `Path` is `PATH`.
pub fn variable_name(name: OsString) -> OsString {
    name.to_ascii_uppercase()
}

/// Returns `%APPDATA%` for the configuration and `%LOCALAPPDATA%` for what belongs to this machine.
pub fn base_dirs(home: &Path) -> BaseDirs {
    let native = etcetera::base_strategy::Windows::new().ok();
    let roaming = native.as_ref().map(|dirs| dirs.config_dir());
    let local = native.as_ref().map(|dirs| dirs.cache_dir());
    let (roaming, local) = (
        roaming.unwrap_or_else(|| home.join("AppData").join("Roaming")),
        local.unwrap_or_else(|| home.join("AppData").join("Local")),
    );
    BaseDirs { config: roaming, cache: local.clone(), state: local }
}
