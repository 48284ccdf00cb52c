//! A ratatui backend for some rows below the prompt, which moves the cursor only relative to its
//! first row.
//!
//! The backend never queries the cursor position. Between frames the cursor is on the first row:
//! terminals that reflow their lines for a new width keep the cursor on its letter, so the first
//! row is found again. Rows end with their last letter instead of the right edge, so that a
//! narrower window has nothing to reflow. Rows are written whole, because there are few.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, IntoCrossterm, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crossterm::style::{ContentStyle, Print, SetStyle};
use crossterm::{Command, queue};

/// The rows and their contents.
#[derive(Debug)]
pub(super) struct InlineBackend<W: Write> {
    writer: W,
    cells: Buffer,
    /// Which rows differ from the terminal.
    dirty_rows: Vec<bool>,
    /// The cursor position wanted by the frame; `None` hides it.
    cursor: Option<Position>,
    /// The actual column of the cursor, on the first row.
    cursor_column: u16,
}

impl<W: Write> InlineBackend<W> {
    /// A region that nothing was written to yet.
    pub(super) fn new(writer: W, size: (u16, u16)) -> Self {
        let cells = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        Self {
            writer,
            dirty_rows: vec![true; usize::from(size.1)],
            cells,
            cursor: None,
            cursor_column: 0,
        }
    }

    /// Reserves rows below the last output: starts a new line unless the cursor is at the start of
    /// one, and scrolls if there is no room. `first` is written before, to enable terminal modes.
    pub(super) fn open(&mut self, size: (u16, u16), first: &[u8]) -> io::Result<()> {
        self.writer.write_all(first)?;
        // One space fewer than the line has columns: they wrap exactly if the line is not empty.
        let blanks = " ".repeat(usize::from(size.0.saturating_sub(1)));
        write!(self.writer, "{blanks}\r\x1b[J")?;
        self.reserve_rows(size)
    }

    /// Reserves rows again after the terminal was resized and reflowed its lines.
    pub(super) fn resize(&mut self, size: (u16, u16)) -> io::Result<()> {
        write!(self.writer, "\r")?;
        match self.cursor_column / size.0.max(1) {
            0 => {}
            broken => write!(self.writer, "\x1b[{broken}A")?,
        }
        write!(self.writer, "\x1b[J")?;
        self.reserve_rows(size)
    }

    fn reserve_rows(&mut self, (width, height): (u16, u16)) -> io::Result<()> {
        let below = height.saturating_sub(1);
        if below > 0 {
            write!(self.writer, "{}\x1b[{below}A", "\n".repeat(below.into()))?;
        }
        self.cells = Buffer::empty(Rect::new(0, 0, width, height));
        self.dirty_rows = vec![true; usize::from(height)];
        self.cursor_column = 0;
        self.writer.flush()
    }

    /// Takes the output so far, in tests that have no terminal.
    #[cfg(test)]
    pub(super) fn take_output(&mut self) -> W
    where
        W: Default,
    {
        std::mem::take(&mut self.writer)
    }

    /// Flushes the writer.
    pub(super) fn flush_writer(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    fn write_row(&mut self, y: u16) -> io::Result<()> {
        let end = (0..self.cells.area.width)
            .rev()
            .find(|x| !is_blank(&self.cells[(*x, y)]))
            .map_or(0, |x| x + 1);
        write!(self.writer, "\x1b8\r")?;
        if y > 0 {
            write!(self.writer, "\x1b[{y}B")?;
        }
        let (mut x, mut style) = (0, Style::reset());
        while x < end {
            let cell = &self.cells[(x, y)];
            if cell.style() != style {
                style = cell.style();
                write!(self.writer, "\x1b[m")?;
                write_style(&mut self.writer, style)?;
            }
            queue!(self.writer, Print(cell.symbol()))?;
            x += cell_width(cell);
        }
        write!(self.writer, "\x1b[m")?;
        // In the last column, this would erase the last letter.
        if end < self.cells.area.width { write!(self.writer, "\x1b[K") } else { Ok(()) }
    }
}

/// The columns that a cell's symbol takes.
fn cell_width(cell: &Cell) -> u16 {
    u16::try_from(cell.symbol().width()).unwrap_or(1).max(1)
}

/// Whether a cell looks as if nothing was written to it.
fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " "
        && cell.bg == Color::Reset
        && !cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED)
}

/// Writes colours and attributes; the terminal has none set.
fn write_style(writer: &mut impl Write, style: Style) -> io::Result<()> {
    let mut wanted: ContentStyle = style.into_crossterm();
    // The defaults are already set.
    wanted.foreground_color = wanted.foreground_color.filter(|_| style.fg != Some(Color::Reset));
    wanted.background_color = wanted.background_color.filter(|_| style.bg != Some(Color::Reset));
    wanted.underline_color = None;
    let mut text = String::new();
    SetStyle(wanted).write_ansi(&mut text).map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())
}

impl<W: Write> Backend for InlineBackend<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        for (x, y, cell) in content {
            let Some(place) = self.cells.cell_mut((x, y)) else { continue };
            *place = cell.clone();
            self.dirty_rows[usize::from(y)] = true;
            // ratatui does not report the second cell of a wide letter.
            for half in (x + 1..).take(cell_width(cell).saturating_sub(1).into()) {
                if let Some(place) = self.cells.cell_mut((half, y)) {
                    place.reset();
                }
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::new(self.cursor_column, 0))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.cells.reset();
        self.dirty_rows.fill(true);
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.cells.area.as_size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.cells.area.as_size(), pixels: Size::default() })
    }

    /// Writes one frame as a synchronized update, with wrapping off.
    fn flush(&mut self) -> io::Result<()> {
        write!(self.writer, "\x1b[?2026h\x1b[?25l\x1b[?7l\x1b[m\x1b7")?;
        for y in 0..self.cells.area.height {
            if std::mem::take(&mut self.dirty_rows[usize::from(y)]) {
                self.write_row(y)?;
            }
        }
        write!(self.writer, "\x1b8\x1b[?7h\r")?;
        // A cursor on another row, such as in the field of a panel, is not shown: it has to stay on
        // the first row.
        let seen = self.cursor.filter(|at| at.y == 0);
        self.cursor_column = seen.map_or(0, |at| at.x);
        if self.cursor_column > 0 {
            write!(self.writer, "\x1b[{}C", self.cursor_column)?;
        }
        if seen.is_some() {
            write!(self.writer, "\x1b[?25h")?;
        }
        write!(self.writer, "\x1b[?2026l")?;
        self.writer.flush()
    }
}
