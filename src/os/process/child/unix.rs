//! Replacing this process, and signals for a child.

use std::ffi::OsStr;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Sender, channel};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::process::signals::SignalClaim;
use crate::os::thread;

use super::ChildCommand;

/// A file has the permission to be run, but not a format that can be.
pub(super) const EXEC_FORMAT_ERROR: i32 = rustix::io::Errno::NOEXEC.raw_os_error();

/// The words before a line for a shell, in hints.
pub(super) const IN_SHELL: &str = "sh -c";
/// The quote around such a line.
pub(super) const QUOTE: char = '\'';
/// Commands of shells without a program.
pub(super) const SHELL_COMMANDS: &[&str] =
    &[".", "alias", "cd", "eval", "export", "for", "if", "set", "source", "unset"];

pub(super) fn command(program: &OsStr) -> Command {
    Command::new(program)
}

/// Sets the name by which the program knows itself.
pub(super) fn set_first_argument(command: &mut Command, name: &str) {
    command.arg0(name);
}

/// Replaces this process. Returns only if that failed.
pub(super) fn exec(child: &ChildCommand) -> Result<i32> {
    Err(child.spawn_error(child.to_command().exec()))
}

/// While it lives, signals that ask this process to end are forwarded to its child.
pub(super) struct SignalForwarder {
    handle: Handle,
    _claim: SignalClaim,
}

/// Signals that are queued until there is a child to forward them to.
pub(super) struct QueuedSignals {
    handle: Handle,
    child: Sender<Pid>,
    claim: SignalClaim,
}

impl QueuedSignals {
    /// Starts to queue signals. Created before the child, so that no signal is lost in between.
    pub(super) fn new() -> Result<Self> {
        const NUMBERS: &[i32] = &[SIGTERM, SIGHUP];
        let claim = SignalClaim::new(NUMBERS);
        let mut signals = Signals::new(NUMBERS).context(ErrorKind::Os, "signals")?;
        let (handle, (child, started)) = (signals.handle(), channel());
        thread::spawn("signals", move || {
            let Ok(child) = started.recv() else { return };
            for signal in signals.forever().filter_map(Signal::from_named_raw) {
                let _ = kill_process(child, signal);
            }
        })?;
        Ok(Self { handle, child, claim })
    }

    pub(super) fn forward_to(self, child: &Child) -> SignalForwarder {
        // The receiver can't be gone: its thread waits for this value.
        let _ = self.child.send(Pid::from_child(child));
        SignalForwarder { handle: self.handle, _claim: self.claim }
    }
}

impl Drop for SignalForwarder {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// While it lives, SIGINT and SIGQUIT do nothing to this process. They are handled rather than set
/// to "ignore": a child inherits ignored signals, and gets the default action for handled ones.
pub(super) struct IgnoreKeyboardSignals {
    _claim: SignalClaim,
}

impl IgnoreKeyboardSignals {
    #[expect(clippy::unnecessary_wraps, reason = "fails on Windows")]
    pub(super) fn new() -> Result<Self> {
        Ok(Self { _claim: SignalClaim::new(&[SIGINT, SIGQUIT]) })
    }
}

/// Returns the exit code that stands for a child's status, from 0 to 255.
pub(in crate::os::process) fn exit_code(status: ExitStatus) -> i32 {
    let code = status.signal().map_or_else(|| status.code(), |signal| Some(128 + signal));
    code.map_or(255, |code| code & 0xff)
}

#[cfg(test)]
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
