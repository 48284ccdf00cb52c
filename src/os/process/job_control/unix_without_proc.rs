//! A Unix without `/proc`, such as macOS.

use rustix::process::{Signal, getpid, kill_process};

/// Stops this process, unless no shell would continue it: SIGTTOU stops like SIGTSTP, is ignored
/// like it in an orphaned process group, and is not recorded by the handlers.
pub(super) fn stop_this_process() {
    let _ = kill_process(getpid(), Signal::TTOU);
}
