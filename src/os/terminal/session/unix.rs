//! The session of a Unix without `/proc`, such as macOS.

/// Returns a name for the terminal and the session in it. `None` without a terminal.
pub fn terminal_session_id() -> Option<String> {
    let streams = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
    let terminal = streams.into_iter().find(|stream| rustix::termios::isatty(stream))?;
    let device = rustix::fs::fstat(terminal).ok()?.st_rdev;
    let session = rustix::process::getsid(None).ok()?.as_raw_nonzero();
    Some(format!("{device}-{session}"))
}
