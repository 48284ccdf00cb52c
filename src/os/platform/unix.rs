//! Values of Linux, macOS and other Unix systems.

use std::ffi::OsString;

/// The shell to start if no variable names one.
pub const DEFAULT_SHELL: &str = "/bin/sh";
/// Whether every user has a SHELL.
pub const SYSTEM_SETS_SHELL: bool = true;
/// The words before a command line that a shell parses.
pub const RUN_COMMAND_LINE: [&str; 2] = ["/bin/sh", "-c"];
/// The editor to start if no variable names one.
pub const DEFAULT_EDITOR: &str = "vi";
/// The shell that is assumed if nothing identifies the calling one.
pub const ASSUMED_SHELL: &str = "sh";
/// The character between the programs in BROWSER.
pub const BROWSER_SEPARATOR: Option<char> = Some(':');
/// The configuration file of the machine.
pub const SYSTEM_CONFIG: Option<&str> = Some("/etc/rolecall/config.toml");
/// Whether USERPROFILE names the home directory.
pub const HOME_IS_USER_PROFILE: bool = false;

/// Returns the name under which a variable is looked up.
pub fn variable_name(name: OsString) -> OsString {
    name
}
