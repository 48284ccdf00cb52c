//! The programs that this one was started by.

/// Programs looked at above this one: enough for a shell behind `sudo`, `env`, a version manager's
/// shim and a task runner.
#[cfg(target_os = "linux")]
const MAX_PARENTS: usize = 8;

/// Returns the names of the nearest programs above this one, nearest first. Empty if the system
/// does not provide them.
#[cfg(target_os = "linux")]
pub fn parent_names() -> Vec<String> {
    let mut names = Vec::new();
    let mut next = std::os::unix::process::parent_id();
    while names.len() < MAX_PARENTS && next > 1 {
        let Ok(stat) = std::fs::read(format!("/proc/{next}/stat")) else { break };
        let Some((name, parent)) = name_and_parent(&String::from_utf8_lossy(&stat)) else { break };
        names.push(name);
        next = parent;
    }
    names
}

/// Returns the names of the nearest programs above this one, nearest first. Empty if the system
/// does not provide them.
#[cfg(not(target_os = "linux"))]
pub fn parent_names() -> Vec<String> {
    Vec::new()
}

/// Out of `PID (NAME) STATE PARENT …`; the name may hold blanks and brackets.
#[cfg(target_os = "linux")]
fn name_and_parent(stat: &str) -> Option<(String, u32)> {
    let (start, end) = (stat.find('(')?, stat.rfind(')')?);
    let parent = stat.get(end + 1..)?.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some((stat.get(start + 1..end)?.to_owned(), parent))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn names_with_brackets_and_blanks_are_read_whole() {
        assert_eq!(
            name_and_parent("42 (a) b (c) S 17 42 42 0 -1"),
            Some(("a) b (c".to_owned(), 17))
        );
        assert_eq!(name_and_parent("42 (half"), None);
    }

    #[test]
    fn the_parent_of_this_test_comes_first() {
        let parent =
            std::fs::read_to_string(format!("/proc/{}/comm", std::os::unix::process::parent_id()))
                .unwrap();
        assert_eq!(parent_names().first().map(String::as_str), Some(parent.trim_end()));
        assert!(parent_names().len() <= MAX_PARENTS);
    }
}
