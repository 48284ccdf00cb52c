//! Parents as `/proc` describes them.

use super::MAX_PARENTS;
use crate::os::process::ProcStat;

/// Returns the names of the nearest programs above this one, nearest first. Empty if the system
/// does not provide them.
pub fn parent_names() -> Vec<String> {
    let parent_of = |stat: &ProcStat| (stat.parent > 1).then(|| ProcStat::load(stat.parent))?;
    let first = ProcStat::current().and_then(|stat| parent_of(&stat));
    let parents = std::iter::successors(first, parent_of);
    parents.take(MAX_PARENTS).map(|stat| stat.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_of_this_test_comes_first() {
        let parent =
            std::fs::read_to_string(format!("/proc/{}/comm", std::os::unix::process::parent_id()))
                .unwrap();
        assert_eq!(parent_names().first().map(String::as_str), Some(parent.trim_end()));
        assert!(parent_names().len() <= MAX_PARENTS);
    }
}
