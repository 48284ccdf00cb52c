//! Child processes: becoming one, being the parent of a shell, and leaving one behind.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::domain::{Error, ErrorKind, Result};

/// A program with its arguments and the changes to its environment. Nothing else of the environment
/// is touched.
#[derive(Clone)]
pub struct ChildCommand {
    /// The program, looked up in PATH as usual.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Variables to set.
    pub set: Vec<(String, String)>,
    /// Variables to remove, before setting.
    pub unset: Vec<String>,
}

impl fmt::Debug for ChildCommand {
    /// Names of variables only: values can be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.set.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Child")
            .field("program", &self.program)
            .field("set", &names)
            .field("unset", &self.unset)
            .finish_non_exhaustive()
    }
}

impl ChildCommand {
    pub(super) fn to_command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        for name in &self.unset {
            command.env_remove(name);
        }
        command.envs(self.set.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(super) fn spawn_error(&self, error: &std::io::Error) -> Error {
        let program = Path::new(&self.program).display();
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                Error::new(ErrorKind::Usage, format!("there is no program `{program}` in PATH"))
            }
            std::io::ErrorKind::PermissionDenied => {
                Error::new(ErrorKind::Usage, format!("running `{program}`: {error}"))
            }
            _ => crate::os::thread::resource_error(&format!("running `{program}`"), error),
        }
    }

    /// Becomes the program: signals, terminal and exit code are then its own. Returns only when
    /// that failed.
    #[cfg(unix)]
    pub fn exec(&self) -> Error {
        use std::os::unix::process::CommandExt;
        self.spawn_error(&self.to_command().exec())
    }

    /// Runs the program as a child and waits for it, where a process can't be replaced.
    #[cfg(not(unix))]
    pub fn exec(&self) -> Error {
        match self.wait() {
            Ok(code) => Error::os(format!("the program ended with {code}")),
            Err(error) => error,
        }
    }

    /// Runs the program in the foreground and waits; the answer is its exit code, 128 + the
    /// signal's number if it died of one. Ctrl-C and Ctrl-\ belong to the child meanwhile.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn run(&self) -> Result<u8> {
        let _ours = IgnoreKeyboardSignals::new();
        self.wait_for(self.spawn()?)
    }

    /// As [`Self::wait`]; SIGTERM and SIGHUP are passed on to the program, so that this process
    /// ends after it and can tidy up.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn run_forwarding_signals(&self) -> Result<u8> {
        let _ours = IgnoreKeyboardSignals::new();
        #[cfg(unix)]
        let heard = QueuedSignals::new()?;
        let child = self.spawn()?;
        #[cfg(unix)]
        let _passed = heard.forward_to(&child);
        self.wait_for(child)
    }

    fn spawn(&self) -> Result<std::process::Child> {
        self.to_command().spawn().map_err(|error| self.spawn_error(&error))
    }

    fn wait_for(&self, mut child: std::process::Child) -> Result<u8> {
        Ok(exit_code(child.wait().map_err(|error| self.spawn_error(&error))?))
    }
}

/// While it lives, the signals that ask this process to end are its child's.
#[cfg(unix)]
struct SignalForwarder {
    handle: signal_hook::iterator::Handle,
    _claim: crate::os::process::signals::SignalClaim,
}

/// Signals that wait for a child to be passed on to.
#[cfg(unix)]
struct QueuedSignals {
    handle: signal_hook::iterator::Handle,
    child: std::sync::mpsc::Sender<rustix::process::Pid>,
    claim: crate::os::process::signals::SignalClaim,
}

#[cfg(unix)]
impl QueuedSignals {
    /// Begins before there is a child: a signal in between waits for it.
    fn new() -> Result<Self> {
        use rustix::process::{Signal, kill_process};
        const ENDING: &[i32] = &[signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP];
        let answered = crate::os::process::signals::SignalClaim::new(ENDING);
        let mut signals = signal_hook::iterator::Signals::new(ENDING)
            .map_err(|error| Error::os(format!("signals: {error}")))?;
        let (handle, (child, started)) = (signals.handle(), std::sync::mpsc::channel());
        crate::os::thread::spawn("signals", move || {
            let Ok(child) = started.recv() else { return };
            for signal in signals.forever().filter_map(Signal::from_named_raw) {
                let _ = kill_process(child, signal);
            }
        })?;
        Ok(Self { handle, child, claim: answered })
    }

    fn forward_to(self, child: &std::process::Child) -> SignalForwarder {
        // The thread waits for this; it can't be gone.
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

/// While it lives, SIGINT and SIGQUIT do nothing to this process. A handler is used rather than
/// "ignore", since a child inherits what is ignored and gets the default for what is handled.
struct IgnoreKeyboardSignals {
    #[cfg(unix)]
    _claim: crate::os::process::signals::SignalClaim,
}

impl IgnoreKeyboardSignals {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            _claim: crate::os::process::signals::SignalClaim::new(&[
                signal_hook::consts::SIGINT,
                signal_hook::consts::SIGQUIT,
            ]),
        }
    }
}

/// The exit code to pass on for a child's status.
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

/// Starts a helper of ours that outlives this process: no terminal, a session of its own (it asks
/// for that itself, see [`own_session`]), and what it needs to know on its standard input, which is
/// then closed.
///
/// # Errors
/// When it can't be started or does not take its input.
pub fn spawn_detached(
    program: &Path,
    args: &[OsString],
    unset: &[&str],
    input: &[u8],
) -> Result<()> {
    use std::io::Write;
    let said =
        |error: std::io::Error| Error::os(format!("starting the background helper: {error}"));
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in unset {
        command.env_remove(name);
    }
    // Not a process group of its own: whoever leads one can't begin a session.
    let mut child = command.spawn().map_err(said)?;
    let mut stdin =
        child.stdin.take().ok_or_else(|| Error::os("the background helper has no input"))?;
    stdin.write_all(input).map_err(said)
}

/// Makes this process the leader of a session of its own, so that closing the terminal it came from
/// does not end it.
pub fn become_session_leader() {
    #[cfg(unix)]
    let _ = rustix::process::setsid();
}

/// No core dumps and no reading of this process's memory by others of the same user. Not inherited
/// by programs it becomes.
pub fn make_undumpable() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Waits with deadly signals while it lives: what was started is finished, then the signal does
/// what it would have done.
#[derive(Debug)]
pub struct DeferSignals {
    #[cfg(unix)]
    deferred: Vec<(i32, signal_hook::SigId, std::sync::Arc<std::sync::atomic::AtomicBool>)>,
    #[cfg(unix)]
    claim: Option<crate::os::process::signals::SignalClaim>,
}

impl DeferSignals {
    /// From now on SIGINT, SIGTERM and SIGHUP wait.
    #[must_use]
    pub fn begin() -> Self {
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
            let hold = |signal| {
                let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
                signal_hook::flag::register(signal, flag.clone()).ok().map(|id| (signal, id, flag))
            };
            let answered =
                crate::os::process::signals::SignalClaim::new(&[SIGINT, SIGTERM, SIGHUP]);
            Self {
                deferred: [SIGINT, SIGTERM, SIGHUP].into_iter().filter_map(hold).collect(),
                claim: Some(answered),
            }
        }
        #[cfg(not(unix))]
        Self {}
    }
}

#[cfg(unix)]
impl Drop for DeferSignals {
    fn drop(&mut self) {
        // First the default is back, then it is asked what came: a signal in between dies of the
        // one or is found by the other.
        drop(self.claim.take());
        for (signal, id, came) in self.deferred.drain(..) {
            signal_hook::low_level::unregister(id);
            if came.load(std::sync::atomic::Ordering::SeqCst) {
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        }
    }
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
    fn a_child_that_died_of_a_signal_says_which() {
        assert_eq!(sh("kill -TERM $$").run(), Ok(143));
    }

    #[test]
    fn a_deferred_signal_is_delivered_afterwards() {
        use std::os::unix::process::ExitStatusExt;
        // A process of its own: this test's binary again, which runs only what is named.
        let own = |step: &str| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args([
                    "--exact",
                    "os::process::child::tests::helper_that_holds_a_signal",
                    "--include-ignored",
                ])
                .env("HOLD", step);
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
        };
        assert_eq!(own("during").signal(), Some(15));
        assert_eq!(
            own("after").signal(),
            Some(15),
            "a signal is deadly again once nobody holds it"
        );
    }

    #[test]
    #[ignore = "run by another test in a process of its own"]
    fn helper_that_holds_a_signal() {
        let (held, own) = (DeferSignals::begin(), rustix::process::getpid());
        let term = || rustix::process::kill_process(own, rustix::process::Signal::TERM).unwrap();
        match std::env::var("HOLD").as_deref() {
            Ok("during") => {
                term();
                drop(held);
            }
            Ok(_) => {
                drop(held);
                term();
            }
            Err(_) => {}
        }
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
