//! Waits for other processes: for the files that they write, and for their end.

use std::path::Path;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How long one step of another process may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Waits until a condition has a value, by probing it again and again. Only for states that nothing
/// reports, such as the answers of a server.
#[track_caller]
pub(crate) fn wait_for<T>(condition: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let value = probe_until(Instant::now() + TIMEOUT, &mut probe);
    value.unwrap_or_else(|| panic!("waited for {condition}"))
}

/// As [`wait_for`], but returns `None` if the condition has no value before the deadline.
pub(crate) fn probe_until<T>(deadline: Instant, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        if let Some(value) = probe() {
            return Some(value);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Waits until the probe has a value for the text of a file that may not exist yet. The file is read
/// again whenever something in its directory changes.
#[track_caller]
pub(crate) fn wait_for_file<T>(path: &Path, mut probe: impl FnMut(&str) -> Option<T>) -> T {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let directory = path.ancestors().skip(1).find(|ancestor| ancestor.is_dir()).unwrap();
        // Watched before the file is read, so that no change is missed.
        let changes = os::DirectoryChanges::watch(directory);
        if let Some(value) = std::fs::read_to_string(path).ok().and_then(|text| probe(&text)) {
            return value;
        }
        assert!(changes.wait(deadline), "{} was not written as expected", path.display());
    }
}

/// Waits for a child's end; `None` if it is still running after this time.
pub(crate) fn wait_for_exit(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    os::wait_for_exit(child, Instant::now() + limit)
}

#[cfg(target_os = "linux")]
pub(crate) use os::wait_for_process_end;

#[cfg(target_os = "linux")]
mod os {
    use std::os::fd::{AsFd, OwnedFd};
    use std::path::Path;
    use std::process::{Child, ExitStatus};
    use std::time::Instant;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    pub(super) struct DirectoryChanges(OwnedFd);

    impl DirectoryChanges {
        pub(super) fn watch(directory: &Path) -> Self {
            let watch = inotify::init(CreateFlags::CLOEXEC).unwrap();
            let changes = WatchFlags::CREATE
                | WatchFlags::MODIFY
                | WatchFlags::CLOSE_WRITE
                | WatchFlags::MOVED_TO
                | WatchFlags::DELETE;
            inotify::add_watch(&watch, directory, changes).unwrap();
            Self(watch)
        }

        pub(super) fn wait(&self, deadline: Instant) -> bool {
            is_readable_before(&self.0, deadline)
        }
    }

    pub(super) fn wait_for_exit(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
        let end = pidfd_open(Pid::from_child(child), PidfdFlags::empty()).unwrap();
        is_readable_before(&end, deadline).then(|| child.wait().unwrap())
    }

    /// Waits for the end of a process that need not be a child.
    pub(crate) fn wait_for_process_end(pid: u32) {
        let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(end) => {
                assert!(is_readable_before(&end, Instant::now() + super::TIMEOUT), "{pid:?} runs");
            }
            Err(error) => assert_eq!(error, Errno::SRCH),
        }
    }

    fn is_readable_before(fd: impl AsFd, deadline: Instant) -> bool {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut fds = [PollFd::new(&fd, PollFlags::IN)];
            match poll(&mut fds, Some(&Timespec::try_from(left).unwrap())) {
                Ok(ready) => return ready > 0,
                Err(Errno::INTR) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Without inotify and process descriptors both are polled.
#[cfg(not(target_os = "linux"))]
mod os {
    use std::path::Path;
    use std::process::{Child, ExitStatus};
    use std::time::{Duration, Instant};

    const INTERVAL: Duration = Duration::from_millis(5);

    pub(super) struct DirectoryChanges;

    impl DirectoryChanges {
        pub(super) fn watch(_: &Path) -> Self {
            Self
        }

        pub(super) fn wait(&self, deadline: Instant) -> bool {
            std::thread::park_timeout(INTERVAL);
            Instant::now() < deadline
        }
    }

    pub(super) fn wait_for_exit(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
        loop {
            match child.try_wait().unwrap() {
                None if Instant::now() < deadline => std::thread::park_timeout(INTERVAL),
                status => return status,
            }
        }
    }
}
