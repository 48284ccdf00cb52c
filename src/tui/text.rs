//! Text in cells: how wide a name is, where it is cut, how it is wrapped.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::escape_unprintable;

/// A grapheme cluster, escaped if it is not printable.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grapheme<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) cells: usize,
    /// The range of characters in the original text.
    pub(super) chars: Range<usize>,
}

pub(super) fn graphemes(text: &str) -> Vec<Grapheme<'_>> {
    let mut at = 0;
    let mut out = Vec::new();
    for cluster in text.graphemes(true) {
        let start = at;
        at += cluster.chars().count();
        let shown = escape_unprintable(cluster);
        let text = if shown == cluster { Cow::Borrowed(cluster) } else { Cow::Owned(shown) };
        out.push(Grapheme { cells: text.width(), text, chars: start..at });
    }
    out
}

pub(super) use crate::domain::display_width as width;

/// Cuts out the middle, because names differ at both ends.
pub(super) fn cut_middle<'a>(
    pieces: Vec<Grapheme<'a>>,
    cells: usize,
    mark: &'static str,
) -> Vec<Grapheme<'a>> {
    let all: usize = pieces.iter().map(|piece| piece.cells).sum();
    if all <= cells {
        return pieces;
    }
    let room = cells.saturating_sub(mark.width());
    let tail_room = room / 2;
    let fits = |room: usize| {
        let mut used = 0;
        move |piece: &&Grapheme<'a>| {
            used += piece.cells;
            used <= room
        }
    };
    let tail: Vec<_> = pieces.iter().rev().take_while(fits(tail_room)).cloned().collect();
    let tail_cells: usize = tail.iter().map(|piece| piece.cells).sum();
    let mut kept: Vec<_> = pieces.iter().take_while(fits(room - tail_cells)).cloned().collect();
    if mark.width() <= cells {
        kept.push(Grapheme { text: Cow::Borrowed(mark), cells: mark.width(), chars: 0..0 });
    }
    kept.extend(tail.into_iter().rev());
    kept
}

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

/// Truncates a name to this many cells by cutting out its middle.
pub(super) fn truncate_middle(text: &str, cells: usize, mark: &'static str) -> String {
    cut_middle(graphemes(text), cells, mark).into_iter().map(|piece| piece.text).collect()
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
    use proptest::prelude::*;

    #[test]
    fn both_ends_of_a_name_are_kept() {
        assert_eq!(truncate_middle("payments-production-eu", 12, "…"), "paymen…on-eu");
        assert_eq!(truncate_middle("short", 12, "…"), "short");
        assert_eq!(truncate_middle("日本語のアカウント", 9, "…"), "日本…ント");
    }

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

    proptest! {
        #[test]
        fn a_cut_name_fits(text in "\\PC{0,40}", cells in 0_usize..20) {
            prop_assert!(truncate_middle(&text, cells, "…").width() <= cells);
        }
    }
}
