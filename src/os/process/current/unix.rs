//! The session and the limits of this process.

/// Makes this process the leader of a new session, so that it does not end when the terminal that
/// it was started from is closed.
pub fn become_session_leader() {
    let _ = rustix::process::setsid();
}

/// Makes a write beyond the limit of file sizes (`ulimit -f`) fail with EFBIG instead of ending the
/// process. The signal is handled and not ignored, because programs that this process starts would
/// inherit that.
pub fn report_file_size_limit() {
    // Without the handler, the signal has its default effect.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}
