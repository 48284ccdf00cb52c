//! Child processes: replacing this process, and running a child in the foreground.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::domain::{Error, ErrorKind, Result};
use crate::os::thread;

use super::path_search;
#[cfg(unix)]
use super::signals::SignalClaim;

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
    const COMMANDS: [&str; 10] =
        [".", "alias", "cd", "eval", "export", "for", "if", "set", "source", "unset"];
    COMMANDS.contains(&word) || word.contains('=')
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
        let mut command = Command::new(&self.program);
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
                        .hint(format!("leave out the quotes around `{line}`, or use `sh -c`")),
                    Some(word) if is_for_shell(word) => {
                        let line = std::iter::once(&self.program).chain(&self.args);
                        let line: Vec<_> = line.map(|word| word.to_string_lossy()).collect();
                        missing.hint(format!("it is for a shell: `sh -c '{}'`", line.join(" ")))
                    }
                    _ => missing,
                }
            }
            io::ErrorKind::PermissionDenied => {
                let reason = if path.is_dir() { "is a directory" } else { "is not executable" };
                let message = format!("`{program}` {reason}");
                Error::new(ErrorKind::ProgramNotExecutable, message).with_source(error)
            }
            _ if is_exec_format_error(&error) => Error::new(
                ErrorKind::ProgramNotExecutable,
                format!("`{program}` is neither a program for this machine nor a script"),
            )
            .hint("a script begins with a line such as `#!/bin/sh`")
            .with_source(error),
            _ => thread::resource_error(&format!("running `{program}`"), error),
        }
    }

    /// Replaces this process with the program, which then gets the signals, the terminal and the
    /// exit code. Returns only if that failed.
    #[cfg(unix)]
    pub fn exec(&self) -> Error {
        use std::os::unix::process::CommandExt;
        self.spawn_error(self.to_command().exec())
    }

    /// Runs the program as a child and waits for it: a process can't be replaced on this platform.
    #[cfg(not(unix))]
    pub fn exec(&self) -> Error {
        match self.run() {
            Ok(code) => Error::os(format!("the program ended with {code}")),
            Err(error) => error,
        }
    }

    /// Runs the program in the foreground and returns its exit code, which is 128 + the signal
    /// number if a signal ended it. Ctrl-C and Ctrl-\ only reach the child meanwhile.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run(&self) -> Result<u8> {
        let _ignored = IgnoreKeyboardSignals::new();
        self.wait_for(self.spawn()?)
    }

    /// As [`Self::run`], but forwards SIGTERM and SIGHUP to the program, so that this process ends
    /// after it and can clean up. `name` is the first argument of the program, on Unix.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn run_forwarding_signals(&self, name: &str) -> Result<u8> {
        let _ignored = IgnoreKeyboardSignals::new();
        #[cfg(unix)]
        let signals = QueuedSignals::new()?;
        let mut command = self.to_command();
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, name);
        let child = command.spawn().map_err(|error| self.spawn_error(error))?;
        #[cfg(unix)]
        let _forwarder = signals.forward_to(&child);
        self.wait_for(child)
    }

    fn spawn(&self) -> Result<std::process::Child> {
        self.to_command().spawn().map_err(|error| self.spawn_error(error))
    }

    fn wait_for(&self, mut child: std::process::Child) -> Result<u8> {
        Ok(exit_code(child.wait().map_err(|error| self.spawn_error(error))?))
    }
}

/// Whether a file has the permission to be run, but not a format that can be.
fn is_exec_format_error(error: &io::Error) -> bool {
    #[cfg(unix)]
    const CODE: i32 = rustix::io::Errno::NOEXEC.raw_os_error();
    #[cfg(not(unix))]
    const CODE: i32 = 193; // ERROR_BAD_EXE_FORMAT
    error.raw_os_error() == Some(CODE)
}

/// While it lives, signals that ask this process to end are forwarded to its child.
#[cfg(unix)]
struct SignalForwarder {
    handle: signal_hook::iterator::Handle,
    _claim: SignalClaim,
}

/// Signals that are queued until there is a child to forward them to.
#[cfg(unix)]
struct QueuedSignals {
    handle: signal_hook::iterator::Handle,
    child: std::sync::mpsc::Sender<rustix::process::Pid>,
    claim: SignalClaim,
}

#[cfg(unix)]
impl QueuedSignals {
    /// Starts to queue signals. Created before the child, so that no signal is lost in between.
    fn new() -> Result<Self> {
        use crate::domain::ResultExt;
        use rustix::process::{Signal, kill_process};
        const NUMBERS: &[i32] = &[signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP];
        let claim = SignalClaim::new(NUMBERS);
        let mut signals =
            signal_hook::iterator::Signals::new(NUMBERS).context(ErrorKind::Os, "signals")?;
        let (handle, (child, started)) = (signals.handle(), std::sync::mpsc::channel());
        thread::spawn("signals", move || {
            let Ok(child) = started.recv() else { return };
            for signal in signals.forever().filter_map(Signal::from_named_raw) {
                let _ = kill_process(child, signal);
            }
        })?;
        Ok(Self { handle, child, claim })
    }

    fn forward_to(self, child: &std::process::Child) -> SignalForwarder {
        // The receiver can't be gone: its thread waits for this value.
        let _ = self.child.send(rustix::process::Pid::from_child(child));
        SignalForwarder { handle: self.handle, _claim: self.claim }
    }
}

#[cfg(unix)]
impl Drop for SignalForwarder {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// While it lives, SIGINT and SIGQUIT do nothing to this process. They are handled rather than set
/// to "ignore": a child inherits ignored signals, and gets the default action for handled ones.
struct IgnoreKeyboardSignals {
    #[cfg(unix)]
    _claim: SignalClaim,
}

impl IgnoreKeyboardSignals {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            _claim: SignalClaim::new(&[signal_hook::consts::SIGINT, signal_hook::consts::SIGQUIT]),
        }
    }
}

/// Returns the exit code that stands for a child's status.
pub(super) fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return u8::try_from(128 + signal).unwrap_or(255);
        }
    }
    status.code().and_then(|code| u8::try_from(code & 0xff).ok()).unwrap_or(255)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> ChildCommand {
        ChildCommand {
            program: "sh".into(),
            args: vec!["-c".into(), script.into()],
            set: vec![("ROLE".into(), "x".into())],
            unset: vec!["HOME".into()],
        }
    }

    #[test]
    fn a_childs_exit_code_and_environment_are_passed_on() {
        assert_eq!(sh("exit 7").run(), Ok(7));
        assert_eq!(sh("test \"$ROLE\" = x && test -z \"$HOME\"").run(), Ok(0));
    }

    #[test]
    fn the_exit_code_of_a_child_names_the_signal_that_ended_it() {
        assert_eq!(sh("kill -TERM $$").run(), Ok(143));
    }

    #[test]
    fn a_missing_program_is_named() {
        let child = ChildCommand {
            program: "no-such-program".into(),
            args: vec![],
            set: vec![],
            unset: vec![],
        };
        assert!(child.run().unwrap_err().message.contains("no-such-program"));
    }
}
