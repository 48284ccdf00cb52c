//! Text in cells: how wide a name is, where it is cut, what may be written, and which of its
//! letters matched.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::{Grapheme, cut_middle, escape_unprintable, graphemes, is_printable_ascii};
use crate::tui::state::text_input::TextInput;

pub(in crate::tui) use crate::domain::{display_width as width, truncate_middle};

/// Where the end of a text begins that fits into this many cells, and how many it takes. Looks at
/// that part of the text only.
fn fitting_tail(text: &str, cells: usize) -> (usize, usize) {
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

/// Breaks text into lines of at most this many cells, at blanks where there are any.
pub(in crate::tui) fn wrap(text: &str, cells: usize) -> Vec<String> {
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

/// Pieces of a word, such as an address, that is longer than a line: broken behind `-`, `/`, `:`,
/// `.` or `@` where that is not too early, or leaves no more than one line.
fn break_word(word: &str, cells: usize) -> Vec<String> {
    let (mut out, mut line, mut used) = (Vec::new(), String::new(), 0);
    let mut left = width(word);
    // An e-mail address has one place to be broken at.
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

/// Writes one line from left to right and never past its end.
#[derive(Debug)]
pub(super) struct CellWriter<'a> {
    buffer: &'a mut Buffer,
    /// The next column.
    pub(super) x: u16,
    y: u16,
    end: u16,
}

impl<'a> CellWriter<'a> {
    /// A pen at the start of this stretch of a line.
    pub(super) fn new(buffer: &'a mut Buffer, x: u16, y: u16, cells: u16) -> Self {
        let area = buffer.area;
        let end = if (area.top()..area.bottom()).contains(&y) {
            x.saturating_add(cells).min(area.right())
        } else {
            x
        };
        Self { buffer, x, y, end }
    }

    /// The cells left.
    pub(super) fn remaining(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// Writes as much as fits; says whether all did.
    pub(super) fn write(&mut self, text: &str, style: Style) -> bool {
        let before = self.remaining();
        if is_printable_ascii(text) {
            let fits = text.len().min(before.into());
            self.write_ascii(&text[..fits], 0, &[], style, style);
            return fits == text.len();
        }
        let wanted = u16::try_from(width(text)).unwrap_or(u16::MAX);
        if wanted <= before && !text.contains(char::is_control) {
            self.x = self
                .buffer
                .set_stringn(self.x, self.y, escape_unprintable(text), before.into(), style)
                .0;
            return true;
        }
        self.write_graphemes(graphemes(text), &[], style, style);
        false
    }

    /// Writes what is typed into a line, and returns the column of its cursor. A text that is too
    /// long shows its part before the cursor.
    pub(super) fn write_input(&mut self, line: &TextInput, style: Style) -> u16 {
        let start = self.x;
        // One cell is for the cursor behind the last letter.
        let (hidden, cells) =
            fitting_tail(line.before_cursor(), usize::from(self.remaining()).saturating_sub(1));
        self.write(&line.text()[hidden..], style);
        start.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX))
    }

    /// Writes at the right end of the stretch, which ends there from now on.
    pub(super) fn write_right(&mut self, text: &str, style: Style) {
        let cells = u16::try_from(width(text)).unwrap_or(u16::MAX);
        if cells <= self.remaining() {
            self.end -= cells;
            self.buffer.set_stringn(
                self.end,
                self.y,
                escape_unprintable(text),
                cells.into(),
                style,
            );
        }
    }

    /// Leaves cells blank.
    pub(super) fn skip(&mut self, cells: u16) {
        self.x = self.x.saturating_add(cells).min(self.end);
    }

    /// Writes a name into a column of this width: cut in the middle, matched letters in their own
    /// style, the rest left blank.
    pub(super) fn write_column(
        &mut self,
        text: &str,
        cells: u16,
        mark: &'static str,
        hits: &[usize],
        style: Style,
        hit: Style,
    ) {
        let (start, cells) = (self.x, cells.min(self.remaining()));
        let hit = style.patch(hit);
        if is_printable_ascii(text) && text.len() <= usize::from(cells) {
            self.write_ascii(text, 0, hits, style, hit);
        } else if is_printable_ascii(text) && mark.width() == 1 && cells > 0 {
            // As `cut` does it.
            let room = usize::from(cells) - 1;
            let (head, tail) = (room - room / 2, text.len() - room / 2);
            self.write_ascii(&text[..head], 0, hits, style, hit);
            self.write(mark, style);
            self.write_ascii(&text[tail..], tail, hits, style, hit);
        } else {
            self.write_graphemes(cut_middle(graphemes(text), cells.into(), mark), hits, style, hit);
        }
        self.x = start + cells;
    }

    /// Writes letters of one cell each, for which there is room; `first` is the number of the first
    /// one in its name.
    fn write_ascii(&mut self, text: &str, first: usize, hits: &[usize], style: Style, hit: Style) {
        if !self.buffer.area.contains(Position::new(self.x, self.y)) {
            return;
        }
        let start = self.buffer.index_of(self.x, self.y);
        let cells = self.buffer.content.get_mut(start..).unwrap_or_default();
        for ((letter, cell), at) in text.chars().zip(cells).zip(first..) {
            let matched = !hits.is_empty() && hits.binary_search(&at).is_ok();
            cell.set_char(letter).set_style(if matched { hit } else { style });
        }
        self.x += u16::try_from(text.len()).unwrap_or(0);
    }

    fn write_graphemes(
        &mut self,
        pieces: Vec<Grapheme<'_>>,
        hits: &[usize],
        style: Style,
        hit: Style,
    ) {
        for piece in pieces {
            let room = usize::from(self.remaining());
            if piece.cells > room {
                break;
            }
            let matched = piece.chars.clone().any(|letter| hits.binary_search(&letter).is_ok());
            self.x = self
                .buffer
                .set_stringn(self.x, self.y, &piece.text, room, if matched { hit } else { style })
                .0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::style::{Color, Modifier};

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

    /// What a name looks like in a column, drawn piece by piece and all at once.
    fn drawn(text: &str, cells: u16, mark: &'static str, hits: &[usize]) -> [Buffer; 2] {
        let (style, hit) = (Style::new().fg(Color::Red), Style::new().add_modifier(Modifier::BOLD));
        [false, true].map(|at_once| {
            let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 30, 1));
            let mut pen = CellWriter::new(&mut buffer, 1, 0, 28);
            if at_once {
                pen.write_column(text, cells, mark, hits, style, hit);
            } else {
                pen.write_graphemes(
                    cut_middle(graphemes(text), cells.into(), mark),
                    hits,
                    style,
                    style.patch(hit),
                );
            }
            buffer
        })
    }

    proptest! {
        #[test]
        fn a_plain_name_looks_the_same_however_it_is_drawn(text in "[ -~]{0,40}", cells in 0_u16..28, hits in proptest::collection::btree_set(0_usize..40, 0..5)) {
            let hits: Vec<usize> = hits.into_iter().collect();
            for mark in ["…", "~", ".."] {
                let [pieces, at_once] = drawn(&text, cells, mark, &hits);
                prop_assert_eq!(pieces, at_once);
            }
        }
    }
}
