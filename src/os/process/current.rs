//! Properties of this process.

/// Makes this process the leader of a new session, so that it does not end when the terminal that
/// it was started from is closed.
pub fn become_session_leader() {
    #[cfg(unix)]
    let _ = rustix::process::setsid();
}

/// Prevents core dumps, and prevents other processes of the same user from reading this process's
/// memory. Programs that this process executes do not inherit it.
pub fn make_undumpable() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
