//! Values that depend on the platform: its programs, folders and habits.

#[cfg(all(unix, not(target_os = "macos")))]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::PathBuf;

#[cfg(all(unix, not(target_os = "macos")))]
pub use linux::*;
#[cfg(target_os = "macos")]
pub use macos::*;
#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;

/// The shell that runs the command lines of other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandLineShell {
    /// `sh`.
    Posix,
    /// `cmd.exe`, or no shell: a program splits the line by the rules of Windows.
    Windows,
}

/// The shell that runs `credential_process`.
pub const COMMAND_LINE_SHELL: CommandLineShell =
    if cfg!(windows) { CommandLineShell::Windows } else { CommandLineShell::Posix };

/// The folders for the files of programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseDirs {
    pub config: PathBuf,
    pub cache: PathBuf,
    pub state: PathBuf,
}
