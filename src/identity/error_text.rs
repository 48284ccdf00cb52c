//! Error text from outside, shortened and escaped for one line of a message.

use crate::domain::escape_unprintable;

/// The most characters of an error's text that a message quotes.
const MAX_LENGTH: usize = 240;

/// Returns the text of the innermost source, without the operating system's error number.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    to_single_line(cause.to_string().split(" (os error").next().unwrap_or_default())
}

/// Escapes control characters and cuts the text to [`MAX_LENGTH`] characters.
pub(super) fn to_single_line(text: &str) -> String {
    let line: String = escape_unprintable(text.trim())
        .trim_end_matches('.')
        .chars()
        .take(MAX_LENGTH + 1)
        .collect();
    if line.chars().count() > MAX_LENGTH {
        line.chars().take(MAX_LENGTH).chain(['…']).collect()
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_is_too_long_is_cut() {
        for length in [1, MAX_LENGTH - 1, MAX_LENGTH] {
            assert_eq!(to_single_line(&"x".repeat(length)), "x".repeat(length));
        }
        let cut = format!("{}…", "x".repeat(MAX_LENGTH));
        for length in [MAX_LENGTH + 1, MAX_LENGTH + 2, 10 * MAX_LENGTH] {
            assert_eq!(to_single_line(&"x".repeat(length)), cut, "{length}");
        }
    }
}
