//! Selects the mutant of this process. Only the copy of the tree that is mutated has this file.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

static SELECTED: LazyLock<Option<u32>> =
    LazyLock::new(|| std::env::var("ROLECALL_MUTANT").ok()?.parse().ok());

static COVERAGE: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = std::env::var_os("ROLECALL_MUTANT_COVER").filter(|path| !path.is_empty())?;
    OpenOptions::new().create(true).append(true).open(path).ok()
});

static SEEN: [AtomicBool; 1 << 16] = [const { AtomicBool::new(false) }; 1 << 16];

/// Whether this mutant is selected. Writes down that it was reached, if coverage is recorded.
pub fn on(id: u32) -> bool {
    if let Some(mut file) = COVERAGE.as_ref()
        && !SEEN[id as usize].load(Ordering::Relaxed)
        && !SEEN[id as usize].swap(true, Ordering::Relaxed)
    {
        file.write_all(format!("{id}\n").as_bytes()).unwrap();
    }
    *SELECTED == Some(id)
}
