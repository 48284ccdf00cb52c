//! Child processes: replacing this process, and running a child in the foreground.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::domain::{Error, ErrorKind, Result};
use crate::os::thread;

use super::path_search;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

pub(super) use platform::exit_code;
use platform::{IN_SHELL, QUOTE};

/// A program with its arguments and the changes to its environment. The rest of the environment is
/// inherited.
#[derive(Clone)]
pub struct ChildCommand {
    /// The program, looked up in PATH as usual.
    pub program: OsString,
    pub args: Vec<OsString>,
    /// Variables to set.
    pub set: Vec<(String, String)>,
    /// Variables to remove, before setting.
    pub unset: Vec<String>,
}

/// Whether a word is a command of shells without a program, or an assignment.
fn is_for_shell(word: &str) -> bool {
    platform::SHELL_COMMANDS.contains(&word) || word.contains('=')
}

impl fmt::Debug for ChildCommand {
    /// Names of variables only: values can be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.set.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("ChildCommand")
            .field("program", &self.program)
            .field("set", &names)
            .field("unset", &self.unset)
            .finish_non_exhaustive()
    }
}

impl ChildCommand {
    /// Checks that the first word of a command line is a program, before anything is done for it.
    /// `path` is the value of PATH.
    ///
    /// # Errors
    /// [`ErrorKind::ProgramNotFound`] or [`ErrorKind::ProgramNotExecutable`], as when it is started.
    pub fn check_program(command: &[OsString], path: Option<&str>) -> Result<()> {
        let Some((program, args)) = command.split_first() else { return Ok(()) };
        let Some(problem) = path_search::problem(path, program) else { return Ok(()) };
        let (program, args) = (program.clone(), args.to_vec());
        let command = Self { program, args, set: Vec::new(), unset: Vec::new() };
        Err(command.spawn_error(problem.into()))
    }

    pub(super) fn to_command(&self) -> Command {
        let mut command = platform::command(&self.program);
        command.args(&self.args);
        for name in &self.unset {
            command.env_remove(name);
        }
        command.envs(self.set.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(super) fn spawn_error(&self, error: io::Error) -> Error {
        let path = Path::new(&self.program);
        let program = path.display();
        let is_path = path.components().count() > 1;
        match error.kind() {
            _ if self.program.is_empty() => {
                Error::new(ErrorKind::ProgramNotExecutable, "the name of the program is empty")
            }
            // The file may exist: then it is its interpreter that does not.
            io::ErrorKind::NotFound if is_path && path.exists() => Error::new(
                ErrorKind::ProgramNotExecutable,
                format!("`{program}` can't be run: the interpreter in its first line is missing"),
            )
            .with_source(error),
            io::ErrorKind::NotFound => {
                let place = if is_path { "" } else { " in PATH" };
                let message = format!("program `{program}` not found{place}");
                let missing = Error::new(ErrorKind::ProgramNotFound, message).with_source(error);
                match self.program.to_str() {
                    Some(line) if self.args.is_empty() && line.contains(' ') => missing
                        .hint(format!("leave out the quotes around `{line}`, or use `{IN_SHELL}`")),
                    Some(word) if is_for_shell(word) => {
                        let line = std::iter::once(&self.program).chain(&self.args);
                        let line: Vec<_> = line.map(|word| word.to_string_lossy()).collect();
                        let line = line.join(" ");
                        missing
                            .hint(format!("it is for a shell: `{IN_SHELL} {QUOTE}{line}{QUOTE}`"))
                    }
                    _ => missing,
                }
            }
            io::ErrorKind::PermissionDenied => {
                let reason = if path.is_dir() { "is a directory" } else { "is not executable" };
                let message = format!("`{program}` {reason}");
                Error::new(ErrorKind::ProgramNotExecutable, message).with_source(error)
            }
            _ if error.raw_os_error() == Some(platform::EXEC_FORMAT_ERROR) => Error::new(
                ErrorKind::ProgramNotExecutable,
                format!("`{program}` is neither a program for this machine nor a script"),
            )
            .hint("a script begins with a line such as `#!/bin/sh`")
            .with_source(error),
            _ => thread::resource_error(&format!("running `{program}`"), error),
        }
    }

    /// Replaces this process with the program, which then gets the signals, the terminal and the
    /// exit code; returns only if that failed. Windows can't replace a process: there, the program
    /// runs as a child, and its exit code is returned.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn exec(&self) -> Result<i32> {
        platform::exec(self)
    }

    /// Runs the program in the foreground and returns its exit code, which is 128 + the signal
    /// number if a signal ended it. Ctrl-C and Ctrl-\ only reach the child meanwhile.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run(&self) -> Result<i32> {
        let _ignored = platform::IgnoreKeyboardSignals::new()?;
        self.wait_for(self.spawn()?)
    }

    /// As [`Self::run`], but forwards SIGTERM and SIGHUP to the program, so that this process ends
    /// after it and can clean up. `name` is the first argument of the program, on Unix.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run_forwarding_signals(&self, name: &str) -> Result<i32> {
        let _ignored = platform::IgnoreKeyboardSignals::new()?;
        let signals = platform::QueuedSignals::new()?;
        let mut command = self.to_command();
        platform::set_first_argument(&mut command, name);
        let child = command.spawn().map_err(|error| self.spawn_error(error))?;
        let _forwarder = signals.forward_to(&child);
        self.wait_for(child)
    }

    fn spawn(&self) -> Result<std::process::Child> {
        self.to_command().spawn().map_err(|error| self.spawn_error(error))
    }

    fn wait_for(&self, mut child: std::process::Child) -> Result<i32> {
        Ok(exit_code(child.wait().map_err(|error| self.spawn_error(error))?))
    }
}
