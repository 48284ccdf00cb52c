//! The session as `/proc` describes it.

use crate::os::process::ProcStat;

/// Returns a name for the controlling terminal's device and the session in it (a shell and all that
/// was started from it). `None` without a terminal, or if the system does not provide the session.
pub fn terminal_session_id() -> Option<String> {
    let stat = ProcStat::current()?;
    let (device, session) = (stat.terminal?, stat.session);
    // A shell's process id may be given to another shell later; the start distinguishes them.
    let started = ProcStat::load(session).map(|leader| leader.started).unwrap_or_default();
    Some(format!("{device}-{session}-{started}"))
}
