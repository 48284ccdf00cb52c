//! Whether another process still lives: told by its number and the moment of its start, since
//! numbers are given out again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};

use crate::domain::{Error, Result};

/// How often somebody looks where the system does not tell.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The life of one process. It stays the same one when the process becomes another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessIdentity {
    pid: i32,
    started: String,
}

/// What can be seen of a process from outside.
struct ProcessStat {
    started: String,
    has_ended: bool,
}

impl ProcessIdentity {
    /// This process's own.
    ///
    /// # Errors
    /// When the system does not tell when it began.
    pub fn current() -> Result<Self> {
        let pid = rustix::process::getpid().as_raw_nonzero().get();
        let seen = read_stat(pid)
            .ok_or_else(|| Error::os("this system does not tell when this process began"))?;
        Ok(Self { pid, started: seen.started })
    }

    /// Begins to watch. From here on a process that gets the same number is never taken for this
    /// one.
    pub fn watch(&self) -> ProcessWatch {
        let told = ExitNotice::new(self.pid);
        // Asked after the system was: what it tells about is whoever had the number then.
        ProcessWatch { exit_notice: told.filter(|_| self.is_running()), process: self.clone() }
    }

    /// Whether the process has not ended. A process that can't be looked at has to be there, at
    /// least.
    fn is_running(&self) -> bool {
        match read_stat(self.pid) {
            Some(seen) => !seen.has_ended && seen.started == self.started,
            None => Pid::from_raw(self.pid)
                .is_some_and(|pid| !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH))),
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

    /// Reads what `Display` wrote.
    fn from_str(text: &str) -> Result<Self> {
        let parts =
            text.split_once(' ').and_then(|(pid, started)| Some((pid.parse().ok()?, started)));
        let (pid, started) =
            parts.ok_or_else(|| Error::internal(format!("`{text}` is no process")))?;
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
    /// Returns when the process has ended, also if that was before anybody watched.
    pub async fn wait(self) {
        if let Some(told) = self.exit_notice
            && told.wait().await
        {
            return;
        }
        while self.process.is_running() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// The system's own word about a process's end.
#[derive(Debug)]
#[cfg(target_os = "linux")]
struct ExitNotice(tokio::sync::oneshot::Receiver<()>);

#[cfg(target_os = "linux")]
impl ExitNotice {
    /// `None` where the kernel knows nothing of the kind.
    fn new(pid: i32) -> Option<Self> {
        use rustix::event::{PollFd, PollFlags, poll};
        use rustix::process::{PidfdFlags, pidfd_open};
        let process = pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()?;
        let (tell, told) = tokio::sync::oneshot::channel();
        // The one who waits for ever is a thread, which ends with this process if not before.
        let wait = move || {
            let waited = loop {
                match poll(&mut [PollFd::new(&process, PollFlags::IN)], None) {
                    Err(rustix::io::Errno::INTR) => {}
                    other => break other,
                }
            };
            let _ = waited.map(|_| tell.send(()));
        };
        std::thread::Builder::new().name("watch".into()).spawn(wait).ok()?;
        Some(Self(told))
    }

    /// Whether the end came; false when nothing can be told after all.
    async fn wait(self) -> bool {
        self.0.await.is_ok()
    }
}

/// The system's own word about a process's end.
#[derive(Debug)]
#[cfg(not(target_os = "linux"))]
enum ExitNotice {}

#[cfg(not(target_os = "linux"))]
impl ExitNotice {
    fn new(_pid: i32) -> Option<Self> {
        None
    }

    async fn wait(self) -> bool {
        match self {}
    }
}

#[cfg(target_os = "linux")]
fn read_stat(pid: i32) -> Option<ProcessStat> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // `PID (NAME) STATE …`: the name may hold blanks and brackets. The 22nd field is the start, in
    // ticks since the machine's own.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let over = matches!(fields.next()?, "Z" | "X");
    Some(ProcessStat { started: fields.nth(18)?.to_owned(), has_ended: over })
}

#[cfg(not(target_os = "linux"))]
fn read_stat(pid: i32) -> Option<ProcessStat> {
    let output = std::process::Command::new("ps")
        .args(["-o", "state=,lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (state, started) = text.trim().split_once(' ')?;
    Some(ProcessStat { started: started.trim().to_owned(), over: state.starts_with('Z') })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};

    /// A process that ends when its input does.
    fn spawn_process() -> (Child, ProcessIdentity) {
        let child =
            Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let life = ProcessIdentity { pid, started: read_stat(pid).unwrap().started };
        (child, life)
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    /// Whether the watch is over within a moment.
    async fn has_ended(watch: ProcessWatch) -> bool {
        tokio::time::timeout(Duration::from_millis(50), watch.wait()).await.is_ok()
    }

    #[test]
    fn the_end_of_a_process_is_noticed_once_it_comes() {
        let (mut child, life) = spawn_process();
        block_on(async {
            assert!(!has_ended(life.watch()).await);
            let watch = life.watch();
            drop(child.stdin.take());
            watch.wait().await;
        });
        child.wait().unwrap();
        assert!(block_on(has_ended(life.watch())), "it has ended before anybody watched");
    }

    #[test]
    fn it_is_noticed_too_where_the_system_tells_nothing() {
        let (mut child, life) = spawn_process();
        let blind = || ProcessWatch { exit_notice: None, process: life.clone() };
        block_on(async {
            assert!(!has_ended(blind()).await);
            drop(child.stdin.take());
            // Nobody has asked how it ended yet: what is left of it is over all the same.
            blind().wait().await;
        });
        child.wait().unwrap();
    }

    #[test]
    fn another_process_with_the_same_number_is_not_the_same() {
        let own = ProcessIdentity::current().unwrap();
        assert_eq!(own.to_string().parse(), Ok(own.clone()));
        assert!(!block_on(async { has_ended(own.watch()).await }));
        let other = ProcessIdentity { started: "1".into(), ..own };
        assert!(block_on(async { has_ended(other.watch()).await }));
    }
}
