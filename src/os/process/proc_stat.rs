//! Fields of `/proc/PID/stat`, in which Linux describes each process.

/// The fields of one process that rolecall uses. A parent, group or session of 0 is outside of this
/// process's PID namespace, as the shell that started a container may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::os) struct ProcStat {
    pub(in crate::os) name: String,
    /// Whether the process has ended and only its exit status is left.
    pub(in crate::os) has_ended: bool,
    /// The id of the parent process.
    pub(in crate::os) parent: i32,
    /// The id of the process group.
    pub(in crate::os) group: i32,
    /// The id of the session.
    pub(in crate::os) session: i32,
    /// The device number of the controlling terminal; `None` without one.
    pub(in crate::os) terminal: Option<u32>,
    /// When the process started, in clock ticks since the machine did.
    pub(in crate::os) started: u64,
}

impl ProcStat {
    /// Reads the fields of this process.
    pub(in crate::os) fn current() -> Option<Self> {
        Self::load_entry("self")
    }

    /// Reads the fields of a process; `None` if it does not exist.
    pub(in crate::os) fn load(pid: i32) -> Option<Self> {
        Self::load_entry(&pid.to_string())
    }

    fn load_entry(process: &str) -> Option<Self> {
        let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
        Self::parse(&String::from_utf8_lossy(&stat))
    }

    /// Parses `PID (NAME) STATE PARENT GROUP SESSION TERMINAL …`. The name may hold spaces and
    /// brackets. The start is the 22nd field.
    fn parse(stat: &str) -> Option<Self> {
        let (start, end) = (stat.find('(')?, stat.rfind(')')?);
        let mut fields = stat.get(end + 1..)?.split_ascii_whitespace();
        let has_ended = matches!(fields.next()?, "Z" | "X");
        let mut number = || fields.next()?.parse::<i32>().ok();
        let (parent, group, session, terminal) = (number()?, number()?, number()?, number()?);
        Some(Self {
            name: stat.get(start + 1..end)?.to_owned(),
            has_ended,
            parent,
            group,
            session,
            // The kernel prints the device number with a sign.
            terminal: (terminal != 0).then(|| terminal.cast_unsigned()),
            started: fields.nth(14)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str =
        "4242 (ba) (sh) S 4200 4242 4199 34817 4300 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2";

    #[test]
    fn fields_are_read_past_any_name() {
        let want = ProcStat {
            name: "ba) (sh".to_owned(),
            has_ended: false,
            parent: 4_200,
            group: 4_242,
            session: 4_199,
            terminal: Some(34_817),
            started: 987_654,
        };
        assert_eq!(ProcStat::parse(STAT), Some(want));
        assert_eq!(ProcStat::parse("42 (half"), None);
        assert_eq!(ProcStat::parse("42 (x) S 1"), None);
    }

    #[test]
    fn a_process_without_a_terminal_has_none_and_a_zombie_has_ended() {
        let stat = ProcStat::parse(&STAT.replace("34817", "0").replace(" S ", " Z ")).unwrap();
        assert_eq!((stat.terminal, stat.has_ended), (None, true));
    }

    #[test]
    fn this_process_is_described() {
        let stat = ProcStat::current().unwrap();
        assert_eq!(stat.parent, i32::try_from(std::os::unix::process::parent_id()).unwrap());
        // A group or session that was started outside of this PID namespace (`unshare --pid`, most
        // containers) is 0.
        assert!(stat.group >= 0 && stat.session >= 0, "{stat:?}");
        assert_eq!(ProcStat::load(-1), None);
    }
}
