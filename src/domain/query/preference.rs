//! The preferred role if only an account is given.

use super::glob::glob_pieces;
use crate::domain::normalize_text;

/// Returns the index of the first glob that matches a role; lower means preferred.
pub fn preference(globs: &[String], role: &str) -> Option<usize> {
    let role = normalize_text(role);
    globs.iter().position(|glob| glob_pieces(&role, &normalize_text(glob), true, true).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_matching_glob_counts() {
        let globs = ["ReadOnly*".to_owned(), "*Admin*".to_owned()];
        assert_eq!(
            ["readonlyaccess", "DatabaseAdministrator", "Billing"]
                .map(|role| preference(&globs, role)),
            [Some(0), Some(1), None]
        );
    }
}
