//! Writes text into the cells of one line: what may be written, where it is cut, and which of its
//! letters matched the query.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::domain::{escape_unprintable, is_printable_ascii};
use crate::tui::state::text_input::TextInput;
use crate::tui::text::{Grapheme, cut_middle, fitting_tail, graphemes, width};

/// Writes one line from left to right, never past its end.
#[derive(Debug)]
pub(super) struct CellWriter<'a> {
    buffer: &'a mut Buffer,
    /// The next column.
    pub(super) x: u16,
    y: u16,
    end: u16,
}

impl<'a> CellWriter<'a> {
    /// A writer for `cells` cells of a line.
    pub(super) fn new(buffer: &'a mut Buffer, x: u16, y: u16, cells: u16) -> Self {
        let area = buffer.area;
        let end = if (area.top()..area.bottom()).contains(&y) {
            x.saturating_add(cells).min(area.right())
        } else {
            x
        };
        Self { buffer, x, y, end }
    }

    /// The number of remaining cells.
    pub(super) fn remaining(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// Writes as much as fits, and returns whether all did.
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

    /// Writes an input line and returns the column of its cursor. If the text is too long, the part
    /// before the cursor is shown.
    pub(super) fn write_input(&mut self, line: &TextInput, style: Style) -> u16 {
        let start = self.x;
        // One cell is for the cursor after the last letter.
        let (hidden, cells) =
            fitting_tail(line.before_cursor(), usize::from(self.remaining()).saturating_sub(1));
        self.write(&line.text()[hidden..], style);
        start.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX))
    }

    /// Writes at the right end, which is the new end of the line.
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

    /// Skips cells.
    pub(super) fn skip(&mut self, cells: u16) {
        self.x = self.x.saturating_add(cells).min(self.end);
    }

    /// Writes a name into a column of this width: its middle is cut out if necessary, matched
    /// letters have their own style, and the rest is blank.
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
            // The same result as `cut_middle`.
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

    /// Writes letters of one cell each, which have to fit; `first` is the index of the first letter
    /// in its name.
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

    /// A name in a column, drawn piece by piece and all at once.
    fn drawn(text: &str, cells: u16, mark: &'static str, hits: &[usize]) -> [Buffer; 2] {
        let (style, hit) = (Style::new().fg(Color::Red), Style::new().add_modifier(Modifier::BOLD));
        [false, true].map(|at_once| {
            let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 30, 1));
            let mut writer = CellWriter::new(&mut buffer, 1, 0, 28);
            if at_once {
                writer.write_column(text, cells, mark, hits, style, hit);
            } else {
                writer.write_graphemes(
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
