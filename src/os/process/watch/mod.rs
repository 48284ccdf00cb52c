//! Waiting for the end of another process. A process is identified by its id and its start, since
//! ids are reused.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(unix, not(target_os = "linux")))]
mod ps;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::domain::{Error, Result};

#[cfg(target_os = "linux")]
use linux::{ExitNotice, load_state};
#[cfg(all(unix, not(target_os = "linux")))]
use ps::{ExitNotice, load_state};
#[cfg(unix)]
use unix::exists;
#[cfg(windows)]
use windows::{ExitNotice, exists, load_state};

/// How often the process is looked at if the system does not report its end.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The identity of one process. It stays the same when the process executes another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessIdentity {
    pid: u32,
    started: String,
}

impl ProcessIdentity {
    /// Returns the identity of this process.
    ///
    /// # Errors
    /// [`ErrorKind::Os`](crate::domain::ErrorKind::Os) if the system does not report when it
    /// started.
    pub fn current() -> Result<Self> {
        let pid = std::process::id();
        let state = load_state(pid)
            .ok_or_else(|| Error::os("this system does not report when this process started"))?;
        Ok(Self { pid, started: state.started })
    }

    /// Starts to watch. A process that gets the same id later is never taken for this one.
    pub fn watch(&self) -> ProcessWatch {
        let exit_notice = ExitNotice::new(self.pid);
        // The check comes second: the notice is about the process that had the id when it was
        // made.
        ProcessWatch {
            exit_notice: exit_notice.filter(|_| self.is_running()),
            process: self.clone(),
        }
    }

    /// Whether the process has not ended. If its state can't be read, a process with this id is
    /// enough.
    fn is_running(&self) -> bool {
        match load_state(self.pid) {
            Some(state) => !state.has_ended && state.started == self.started,
            None => exists(self.pid),
        }
    }
}

impl fmt::Display for ProcessIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pid, self.started)
    }
}

impl FromStr for ProcessIdentity {
    type Err = Error;

    /// Parses what `Display` wrote.
    fn from_str(text: &str) -> Result<Self> {
        let parts =
            text.split_once(' ').and_then(|(pid, started)| Some((pid.parse().ok()?, started)));
        let (pid, started) =
            parts.ok_or_else(|| Error::internal(format!("`{text}` is not a process")))?;
        Ok(Self { pid, started: started.to_owned() })
    }
}

/// A process that is being watched.
#[derive(Debug)]
pub struct ProcessWatch {
    exit_notice: Option<ExitNotice>,
    process: ProcessIdentity,
}

impl ProcessWatch {
    /// Returns when the process has ended, even if it ended before it was watched.
    pub async fn wait(self) {
        if let Some(notice) = self.exit_notice
            && notice.wait().await
        {
            return;
        }
        while self.process.is_running() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// The state of a process, as far as it identifies it.
struct ProcessState {
    started: String,
    has_ended: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};

    /// A process that ends when its input does.
    fn spawn_process() -> (Child, ProcessIdentity) {
        let program = if cfg!(windows) { "sort" } else { "cat" };
        let child =
            Command::new(program).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let pid = child.id();
        let process = ProcessIdentity { pid, started: load_state(pid).unwrap().started };
        (child, process)
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    /// Whether the watched process has ended.
    async fn has_ended(watch: ProcessWatch) -> bool {
        tokio::time::timeout(Duration::from_millis(50), watch.wait()).await.is_ok()
    }

    #[test]
    fn the_end_of_a_process_is_noticed_when_it_comes() {
        let (mut child, process) = spawn_process();
        block_on(async {
            assert!(!has_ended(process.watch()).await);
            let watch = process.watch();
            drop(child.stdin.take());
            watch.wait().await;
        });
        child.wait().unwrap();
        assert!(block_on(has_ended(process.watch())), "it ended before it was watched");
    }

    #[test]
    fn it_is_noticed_too_if_the_system_reports_nothing() {
        let (mut child, process) = spawn_process();
        let polling = || ProcessWatch { exit_notice: None, process: process.clone() };
        block_on(async {
            assert!(!has_ended(polling()).await);
            drop(child.stdin.take());
            // Its exit status has not been collected yet: a zombie has ended too.
            polling().wait().await;
        });
        child.wait().unwrap();
    }

    #[test]
    fn another_process_with_the_same_id_is_not_the_same() {
        let own = ProcessIdentity::current().unwrap();
        assert_eq!(own.to_string().parse(), Ok(own.clone()));
        assert!(!block_on(async { has_ended(own.watch()).await }));
        let other = ProcessIdentity { started: "1".into(), ..own };
        assert!(block_on(async { has_ended(other.watch()).await }));
    }
}
