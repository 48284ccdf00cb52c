//! The processes of this machine, as every user sees them.

use std::path::Path;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    /// Its command line, joined by blanks.
    pub(crate) words: String,
}

/// All processes.
pub(crate) fn processes() -> Vec<Process> {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| process(&entry.path()))
        .collect()
}

/// One process, unless it has ended meanwhile or this is not a process.
fn process(place: &Path) -> Option<Process> {
    let pid = place.file_name()?.to_str()?.parse().ok()?;
    let words =
        String::from_utf8_lossy(&std::fs::read(place.join("cmdline")).ok()?).replace('\0', " ");
    let stat = std::fs::read_to_string(place.join("stat")).ok()?;
    let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
    Some(Process { pid, parent, words })
}
