//! Process groups as `/proc` describes them.

use rustix::process::{Signal, getpid, kill_process};

use crate::os::process::ProcStat;

/// Stops this process, unless no shell would continue it.
pub(super) fn stop_this_process() {
    if !is_orphaned() {
        let _ = kill_process(getpid(), Signal::STOP);
    }
}

/// Whether the process group is orphaned: no shell above would continue it. The kernel ignores
/// Ctrl-Z then, and so must this process.
fn is_orphaned() -> bool {
    let Some(own) = ProcStat::current() else { return true };
    let mut parent = own.parent;
    while let Some(stat) = ProcStat::load(parent) {
        if stat.group != own.group {
            return stat.session != own.session;
        }
        parent = stat.parent;
    }
    true
}
