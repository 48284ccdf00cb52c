//! Whether a process exists.

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// Whether there is a process with this id.
pub(super) fn exists(pid: u32) -> bool {
    Pid::from_raw(pid.cast_signed())
        .is_some_and(|pid| !matches!(test_kill_process(pid), Err(Errno::SRCH)))
}
