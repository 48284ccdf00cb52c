//! Which roles a person likes best where only an account is named.

use super::score::glob_pieces;
use crate::domain::normalize_text;

/// The place of the first of these globs that fits a role, if any does: the lower, the better.
pub fn preference(globs: &[String], role: &str) -> Option<usize> {
    let role = normalize_text(role);
    globs.iter().position(|glob| glob_pieces(&role, &normalize_text(glob), true, true).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_glob_that_fits_counts() {
        let globs = ["ReadOnly*".to_owned(), "*Admin*".to_owned()];
        assert_eq!(
            ["readonlyaccess", "DatabaseAdministrator", "Billing"]
                .map(|role| preference(&globs, role)),
            [Some(0), Some(1), None]
        );
    }
}
