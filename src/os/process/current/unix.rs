//! The session, the open files and the limits of this process.

use std::os::fd::{IntoRawFd, RawFd};

use filedescriptor::OwnedHandle;
use rustix::io::{FdFlags, fcntl_getfd};

/// Makes this process the leader of a new session, so that it does not end when the terminal that
/// it was started from is closed. Closes all descriptors that it inherited apart from input, output
/// and error: a lock or a pipe of a script must not stay open until it ends.
pub fn become_session_leader() {
    let _ = rustix::process::setsid();
    close_inherited_descriptors();
}

fn close_inherited_descriptors() {
    // A system without this directory has no list of descriptors.
    let Ok(entries) = std::fs::read_dir("/dev/fd") else { return };
    let number = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse::<RawFd>().ok();
    let numbers: Vec<RawFd> = entries.flatten().filter_map(number).filter(|n| *n > 2).collect();
    for number in numbers {
        let descriptor = OwnedHandle::new(number);
        // What this process has opened itself has the flag.
        let is_inherited =
            fcntl_getfd(&descriptor).is_ok_and(|flags| !flags.contains(FdFlags::CLOEXEC));
        if !is_inherited {
            let _ = descriptor.into_raw_fd();
        }
    }
}

/// Makes a write beyond the limit of file sizes (`ulimit -f`) fail with EFBIG instead of ending the
/// process. The signal is handled and not ignored, because programs that this process starts would
/// inherit that.
pub fn report_file_size_limit() {
    // Without the handler, the signal has its default effect.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}
