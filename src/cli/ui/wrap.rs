//! Paragraphs that fit the terminal.

use crate::domain::display_width;
use crate::os::terminal::tty;

/// The narrowest column that is worth wrapping in; below it, the terminal breaks the lines.
const MIN_COLUMNS: usize = 20;

/// Wraps text at spaces for the terminal on stdout, to be printed `indent` columns from the left.
/// Lines after the first are indented to there. Without a terminal the text is one line.
pub(in crate::cli) fn hanging(text: &str, indent: usize) -> String {
    hanging_in(text, indent, tty::stdout_columns().map(usize::from))
}

/// Like [`hanging`], for a terminal of this width.
fn hanging_in(text: &str, indent: usize, columns: Option<usize>) -> String {
    let room = columns.map(|columns| columns.saturating_sub(indent));
    let Some(room) = room.filter(|room| *room >= MIN_COLUMNS) else { return text.to_owned() };
    let (mut out, mut used) = (String::new(), 0);
    for word in text.split(' ') {
        let cells = display_width(word);
        if used > 0 && used + 1 + cells > room {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            used = 0;
        } else if !out.is_empty() {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += cells;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hang_under_the_first_and_words_stay_whole() {
        let text = "run `rolecall cache` again, with https://example.com/a-long-address";
        assert_eq!(
            hanging_in(text, 6, Some(30)),
            "run `rolecall cache`\n      again, with\n      https://example.com/a-long-address"
        );
    }

    #[test]
    fn without_a_terminal_or_room_the_text_is_one_line() {
        let text = "one two three four five six seven";
        assert_eq!(hanging_in(text, 6, None), text);
        assert_eq!(hanging_in(text, 20, Some(30)), text);
    }
}
