//! Which terminal this is, as a name that two commands in it have in common and no other terminal
//! has.

/// A name of the controlling terminal's device and of the session in it (a shell, and all that was
/// started from it). `None` where there is no terminal, or where the system does not tell.
#[cfg(target_os = "linux")]
pub fn terminal_session_id() -> Option<String> {
    let stat = |process: &str| {
        std::fs::read(format!("/proc/{process}/stat"))
            .ok()
            .map(|stat| String::from_utf8_lossy(&stat).into_owned())
    };
    let (session, device) = session_and_device(&stat("self")?)?;
    // A shell's number may be given to another one later; its start tells them apart.
    let started = stat(&session.to_string()).and_then(|stat| start_time(&stat)).unwrap_or_default();
    Some(format!("{device}-{session}-{started}"))
}

/// A name of the terminal and of the session in it. `None` where there is no terminal.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn terminal_session_id() -> Option<String> {
    let streams = [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()];
    let terminal = streams.into_iter().find(|stream| rustix::termios::isatty(stream))?;
    let device = rustix::fs::fstat(terminal).ok()?.st_rdev;
    let session = rustix::process::getsid(None).ok()?.as_raw_nonzero();
    Some(format!("{device}-{session}"))
}

/// `None`: there is nothing to tell terminals apart by.
#[cfg(not(unix))]
pub fn terminal_session_id() -> Option<String> {
    None
}

/// The fields of `PID (NAME) STATE …` from the state on; the name may hold blanks and brackets.
#[cfg(target_os = "linux")]
fn fields(stat: &str) -> impl Iterator<Item = &str> {
    stat.rfind(')').and_then(|end| stat.get(end + 1..)).unwrap_or_default().split_ascii_whitespace()
}

/// The session's number and the terminal's; `None` without a terminal.
#[cfg(target_os = "linux")]
fn session_and_device(stat: &str) -> Option<(u32, u32)> {
    let mut rest = fields(stat).skip(3);
    let (session, device): (u32, i32) = (rest.next()?.parse().ok()?, rest.next()?.parse().ok()?);
    // The kernel prints the number of the device as if it had a sign.
    (device != 0).then(|| (session, device.cast_unsigned()))
}

/// When a process began, in ticks since the machine did.
#[cfg(target_os = "linux")]
fn start_time(stat: &str) -> Option<u64> {
    fields(stat).nth(19)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const STAT: &str =
        "4242 (ba) sh) S 4200 4242 4199 34817 4300 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2";

    #[test]
    fn session_terminal_and_start_are_read_past_any_name() {
        assert_eq!(session_and_device(STAT), Some((4199, 34817)));
        assert_eq!(start_time(STAT), Some(987_654));
        assert_eq!(session_and_device("half (a"), None);
    }

    #[test]
    fn a_process_without_a_terminal_has_none() {
        assert_eq!(session_and_device(&STAT.replace("34817", "0")), None);
    }
}
