//! Being a job of a shell: stopped by Ctrl-Z or from outside, and going on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGTSTP};
use signal_hook::iterator::{Handle, Signals};

use crate::domain::{Error, Result};
use crate::os::process::signals::wake_reader;
use crate::os::thread;

/// While it lives, a request to stop is heard instead of obeyed, so that the terminal can be given
/// back first; and it is known when the process went on after a stop that could not be heard.
/// Afterwards Ctrl-Z has no effect on this process: what comes then is short.
#[derive(Debug)]
pub struct JobControl {
    stop_requested: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
    actions: [SigId; 2],
    waker: Option<(Handle, JoinHandle<()>)>,
}

impl JobControl {
    /// Listens from now on; what was heard is there to be asked for.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn new() -> Result<Self> {
        let said = |error: std::io::Error| Error::os(format!("signals: {error}"));
        let (told_to_stop, went_on) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        // Set within the signal itself, so that nothing has to be waited for.
        let actions = [
            signal_hook::flag::register(SIGTSTP, told_to_stop.clone()).map_err(said)?,
            signal_hook::flag::register(SIGCONT, went_on.clone()).map_err(said)?,
        ];
        Ok(Self { stop_requested: told_to_stop, continued: went_on, actions, waker: None })
    }

    /// From now on a thread that blocks in reading keys is woken when something was heard.
    ///
    /// # Errors
    /// When the handlers can't be set.
    pub fn start_waker(&mut self) -> Result<()> {
        let mut signals = Signals::new([SIGTSTP, SIGCONT])
            .map_err(|error| Error::os(format!("signals: {error}")))?;
        let handle = signals.handle();
        self.waker = Some((
            handle,
            thread::spawn("job", move || signals.forever().for_each(|_| wake_reader()))?,
        ));
        Ok(())
    }

    /// Whether somebody asked this process to stop since this was last looked at.
    pub fn take_stop_request(&self) -> bool {
        self.stop_requested.swap(false, Ordering::SeqCst)
    }

    /// Whether the process went on after a stop since this was last looked at.
    pub fn take_continued(&self) -> bool {
        self.continued.swap(false, Ordering::SeqCst)
    }

    /// Stops every process of the job, as the terminal's own Ctrl-Z does, or only this one; returns
    /// when the shell says go on. Where nobody could wake it, as in a command substitution,
    /// this returns at once.
    pub fn stop(&self, all: bool) {
        if all {
            let _ = kill_current_process_group(Signal::TSTP);
        }
        if cfg!(not(target_os = "linux")) {
            // Stops like the other, is ignored like the other where nobody could wake us, and is
            // not heard above.
            let _ = kill_process(getpid(), Signal::TTOU);
        } else if !is_orphaned() {
            let _ = kill_process(getpid(), Signal::STOP);
        }
        // The signal may arrive a moment after the call has returned.
        std::thread::sleep(Duration::from_millis(100));
        self.take_stop_request();
        self.take_continued();
    }
}

impl Drop for JobControl {
    fn drop(&mut self) {
        for action in self.actions {
            signal_hook::low_level::unregister(action);
        }
        if let Some((handle, thread)) = self.waker.take() {
            handle.close();
            let _ = thread.join();
        }
    }
}

/// Whether no shell above would ever wake this job: then the system itself ignores Ctrl-Z, and so
/// have we to.
fn is_orphaned() -> bool {
    let Some((mut parent, group, session)) = parent_group_and_session("self") else { return true };
    while let Some((next, theirs, their_session)) = parent_group_and_session(&parent.to_string()) {
        if theirs != group {
            return their_session != session;
        }
        parent = next;
    }
    true
}

/// Parent, process group and session of a process. 0 stands for one outside of this process's PID
/// namespace: in a container the shell that leads the group or the session may be there.
fn parent_group_and_session(process: &str) -> Option<(i32, i32, i32)> {
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The program's name stands in brackets and may hold some itself.
    let mut fields = stat
        .get(stat.rfind(')')? + 1..)?
        .split_ascii_whitespace()
        .skip(1)
        .map_while(|field| field.parse().ok());
    Some((fields.next()?, fields.next()?, fields.next()?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_a_parent_a_group_and_a_session() {
        let (parent, group, session) = parent_group_and_session("self").unwrap();
        assert_eq!(parent, i32::try_from(std::os::unix::process::parent_id()).unwrap());
        // Whoever sees a group or a session of its own (`unshare --pid`, most containers) reads 0
        // for those of its starter.
        assert!(group >= 0 && session >= 0, "{group} {session}");
        assert_eq!(parent_group_and_session("none"), None);
    }
}
