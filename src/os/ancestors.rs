//! The programs that this one was started by.

/// The names of the nearest programs above this one, nearest first, at most so many. Empty where the system does not tell.
#[cfg(target_os = "linux")]
pub fn ancestors(most: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut next = std::os::unix::process::parent_id();
    while names.len() < most && next > 1 {
        let Ok(stat) = std::fs::read(format!("/proc/{next}/stat")) else { break };
        let Some((name, parent)) = name_and_parent(&String::from_utf8_lossy(&stat)) else { break };
        names.push(name);
        next = parent;
    }
    names
}

/// The names of the nearest programs above this one, nearest first, at most so many. Empty where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn ancestors(_most: usize) -> Vec<String> {
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
        assert_eq!(name_and_parent("42 (a) b (c) S 17 42 42 0 -1"), Some(("a) b (c".to_owned(), 17)));
        assert_eq!(name_and_parent("42 (half"), None);
    }

    #[test]
    fn somebody_started_this_test() {
        assert!(!ancestors(4).is_empty() && ancestors(1).len() == 1);
    }
}
