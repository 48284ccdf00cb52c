//! Identity of the terminal session: the same for all commands in one terminal, different in every
//! other terminal.

#[cfg(target_os = "linux")]
use crate::os::process::ProcStat;

/// Returns a name for the controlling terminal's device and the session in it (a shell and all that
/// was started from it). `None` without a terminal, or if the system does not provide the session.
#[cfg(target_os = "linux")]
pub fn terminal_session_id() -> Option<String> {
    let stat = ProcStat::current()?;
    let (device, session) = (stat.terminal?, stat.session);
    // A shell's process id may be given to another shell later; the start distinguishes them.
    let started = ProcStat::load(session).map(|leader| leader.started).unwrap_or_default();
    Some(format!("{device}-{session}-{started}"))
}

/// Returns a name for the terminal and the session in it. `None` without a terminal.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn terminal_session_id() -> Option<String> {
    let streams = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
    let terminal = streams.into_iter().find(|stream| rustix::termios::isatty(stream))?;
    let device = rustix::fs::fstat(terminal).ok()?.st_rdev;
    let session = rustix::process::getsid(None).ok()?.as_raw_nonzero();
    Some(format!("{device}-{session}"))
}

/// Returns `None`: nothing distinguishes terminals on this platform.
#[cfg(not(unix))]
pub fn terminal_session_id() -> Option<String> {
    None
}
