//! A process group for each child, and signals that stop it.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::domain::{ErrorKind, Result, ResultExt};
use crate::os::process::signals::SignalClaim;
use crate::os::thread;

use super::ChildGroup;

/// The number of the signal that asked this process to end.
pub(super) type StopSignal = i32;

/// Makes the child the leader of a process group.
pub(super) fn prepare(command: &mut Command) {
    command.process_group(0);
}

/// Sends a signal to the child and to all processes that it has started.
pub(super) fn send(pid: u32, signal: StopSignal) {
    if let (Some(pid), Some(signal)) = (to_pid(pid), Signal::from_named_raw(signal)) {
        let _ = kill_process_group(pid, signal);
    }
}

/// Kills the child and all processes that it has started.
pub(super) fn kill(pid: u32) {
    if let Some(pid) = to_pid(pid) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

/// Waits until the child has ended. Its id is not released.
pub(super) fn wait_for_exit(pid: u32) {
    if let Some(pid) = to_pid(pid) {
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    }
}

fn to_pid(pid: u32) -> Option<Pid> {
    Pid::from_raw(pid.cast_signed())
}

/// While it lives, Ctrl-C, SIGTERM and SIGHUP stop a group instead of this process. The second
/// signal kills the children.
#[derive(Debug)]
pub struct StopGroupOnSignal {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
    _claim: SignalClaim,
}

impl StopGroupOnSignal {
    /// Starts the thread that waits for the signals. `on_stop` runs after the first signal.
    ///
    /// # Errors
    /// [`ErrorKind::Os`] if the handlers can't be installed.
    pub fn new(group: Arc<ChildGroup>, on_stop: impl Fn() + Send + 'static) -> Result<Self> {
        const NUMBERS: &[i32] = &[SIGINT, SIGTERM, SIGHUP];
        let claim = SignalClaim::new(NUMBERS);
        let mut signals = Signals::new(NUMBERS).context(ErrorKind::Os, "signals")?;
        let handle = signals.handle();
        let thread = thread::spawn("signals", move || {
            signals.forever().for_each(|signal| group.handle(signal, &on_stop));
        })?;
        Ok(Self { handle, thread: Some(thread), _claim: claim })
    }
}

impl Drop for StopGroupOnSignal {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;
    use crate::os::process::ChildCommand;
    use crate::os::process::group::OutputStream;

    fn sh(script: &str) -> ChildCommand {
        ChildCommand {
            program: "sh".into(),
            args: vec!["-c".into(), script.into()],
            set: vec![],
            unset: vec![],
        }
    }

    #[test]
    fn lines_have_their_stream_and_the_last_one_may_have_no_end() {
        let lines = Mutex::new(Vec::new());
        let on_line = |stream, line: Vec<u8>| {
            lines.lock().unwrap().push((stream, String::from_utf8(line).unwrap()))
        };
        let ended =
            ChildGroup::default().run(&sh("echo one; echo bad >&2; printf two; exit 3"), &on_line);
        assert_eq!(ended, Ok(Some(3)));
        let lines_of = |wanted| {
            lines
                .lock()
                .unwrap()
                .iter()
                .filter(|(stream, _)| *stream == wanted)
                .map(|(_, line)| line.clone())
                .collect()
        };
        let (out, err): (Vec<String>, Vec<String>) =
            (lines_of(OutputStream::Stdout), lines_of(OutputStream::Stderr));
        assert_eq!((out, err), (vec!["one\n".to_owned(), "two".into()], vec!["bad\n".to_owned()]));
    }

    #[test]
    fn a_stop_reaches_grandchildren_and_no_child_starts_after_it() {
        let (group, started) = (ChildGroup::default(), Condvar::new());
        let ready = Mutex::new(false);
        let on_line = |_, _| {
            *ready.lock().unwrap() = true;
            started.notify_all();
        };
        let code = std::thread::scope(|scope| {
            // The grandchild keeps the pipes open: if the signal did not reach it, this would take
            // a minute.
            let running =
                scope.spawn(|| group.run(&sh("(echo ready; exec sleep 60) & wait"), &on_line));
            drop(started.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap());
            group.stop(SIGTERM);
            running.join().unwrap()
        });
        assert_eq!(code, Ok(Some(143)));
        assert_eq!(group.run(&sh("exit 0"), &|_, _| {}), Ok(None));
    }

    #[test]
    fn a_missing_program_is_named() {
        let missing = ChildCommand { program: "no-such-program".into(), ..sh("") };
        assert!(
            ChildGroup::default()
                .run(&missing, &|_, _| {})
                .unwrap_err()
                .message
                .contains("no-such-program")
        );
    }
}
