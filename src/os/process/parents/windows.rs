//! Parents in a snapshot of all processes.

use std::collections::BTreeMap;

use winsafe::{HPROCESSLIST, co};

use super::MAX_PARENTS;

/// Returns the names of the nearest programs above this one, nearest first and without `.exe`.
/// Empty if the system does not provide them.
pub fn parent_names() -> Vec<String> {
    let Ok(mut snapshot) = HPROCESSLIST::CreateToolhelp32Snapshot(co::TH32CS::SNAPPROCESS, None)
    else {
        return Vec::new();
    };
    let mut processes: BTreeMap<u32, (u32, String)> = snapshot
        .iter_processes()
        .map_while(std::result::Result::ok)
        .map(|entry| (entry.th32ProcessID, (entry.th32ParentProcessID, entry.szExeFile())))
        .collect();
    let mut names = Vec::new();
    let mut next = processes.remove(&std::process::id()).map(|(parent, _)| parent);
    // Each entry is removed once it is read: a parent that has ended may have given its id to a
    // process further down.
    while names.len() < MAX_PARENTS
        && let Some((parent, name)) = next.and_then(|id| processes.remove(&id))
    {
        names.push(without_extension(&name).to_owned());
        next = Some(parent);
    }
    names
}

/// Shells are compared by names such as `pwsh`.
fn without_extension(name: &str) -> &str {
    match name.len().checked_sub(4).and_then(|at| name.split_at_checked(at)) {
        Some((stem, extension)) if extension.eq_ignore_ascii_case(".exe") => stem,
        _ => name,
    }
}
