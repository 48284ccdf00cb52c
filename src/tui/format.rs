//! Formats of numbers.

use crate::domain::plural;

/// `1,204`.
pub(in crate::tui) fn group_digits(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 role`, `1,204 roles`.
pub(in crate::tui) fn pluralize(number: usize, one: &str) -> String {
    format!("{} {}", group_digits(number), plural(number, one))
}

/// Capitalizes the first letter.
pub(super) fn capitalize(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(
            [group_digits(0), group_digits(999), group_digits(1_204), group_digits(15_000_000)],
            ["0", "999", "1,204", "15,000,000"]
        );
        assert_eq!([pluralize(1, "role"), pluralize(2, "role")], ["1 role", "2 roles"]);
    }
}
