//! Text in cells: how wide a name is, where it is cut, how it is wrapped.

use unicode_segmentation::UnicodeSegmentation;

pub(super) use crate::domain::{
    Grapheme, cut_middle, display_width as width, graphemes, truncate_middle,
};

/// The byte at which the longest fitting end of a text begins, and the cells it takes. Looks at
/// that part of the text only.
pub(super) fn fitting_tail(text: &str, cells: usize) -> (usize, usize) {
    let (mut start, mut used) = (text.len(), 0);
    for (at, cluster) in text.grapheme_indices(true).rev() {
        let wide = width(cluster);
        if used + wide > cells {
            break;
        }
        (start, used) = (at, used + wide);
    }
    (start, used)
}

/// Wraps text into lines of at most this many cells, at spaces if possible.
pub(super) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        for part in break_word(word, cells.max(1)) {
            if !line.is_empty() && width(&line) + 1 + width(&part) > cells {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&part);
        }
    }
    lines.push(line);
    lines
}

/// Breaks a word, such as an address, that is longer than a line: after `-`, `/`, `:`, `.` or `@`,
/// unless that is too early or leaves more than one line.
fn break_word(word: &str, cells: usize) -> Vec<String> {
    let (mut out, mut line, mut used) = (Vec::new(), String::new(), 0);
    let mut left = width(word);
    // An e-mail address is broken at one place only.
    let marks: &[char] = if word.contains('@') { &['@'] } else { &['-', '/', ':', '.'] };
    for piece in graphemes(word) {
        if used + piece.cells > cells && used > 0 {
            let behind = line.rfind(marks).map_or(line.len(), |at| at + 1);
            let late = behind * 2 >= line.len() || width(&line[behind..]) + left <= cells;
            let rest = if late { line.split_off(behind) } else { String::new() };
            out.push(std::mem::replace(&mut line, rest));
            used = width(&line);
        }
        used += piece.cells;
        left -= piece.cells;
        line.push_str(&piece.text);
    }
    out.push(line);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_is_what_fits() {
        let end = |text: &'static str, cells| {
            let (start, used) = fitting_tail(text, cells);
            (&text[start..], used)
        };
        assert_eq!([end("abc", 2), end("abc", 3), end("abc", 0)], [("bc", 2), ("abc", 3), ("", 0)]);
        assert_eq!(
            [end("a日本", 3), end("a日本", 4), end("zu\u{308}", 1)],
            [("本", 2), ("日本", 4), ("u\u{308}", 1)]
        );
    }

    #[test]
    fn escapes_are_counted_as_they_are_shown() {
        assert_eq!(width("a\u{1b}b"), "a\\u{1b}b".len());
        assert_eq!(width("e\u{301}日"), 3);
    }

    #[test]
    fn long_words_are_broken_only_when_they_must_be() {
        assert_eq!(wrap("ask the owner of it", 9), ["ask the", "owner of", "it"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
    }

    #[test]
    fn words_are_broken_at_their_marks_where_the_rest_fits_one_line() {
        assert_eq!(wrap("network-AdministratorAccess", 20), ["network-", "AdministratorAccess"]);
        assert_eq!(
            wrap("aws+hackathon-2026@example.com", 29),
            ["aws+hackathon-2026@", "example.com"]
        );
        assert_eq!(
            wrap("a-AdministratorAccessOfAllThereIs", 20),
            ["a-AdministratorAcces", "sOfAllThereIs"]
        );
    }
}
