//! Draws a panel: its frame, the line to type into, as many of its rows as fit, the letters that do
//! something.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::panels::Panel;
use super::super::panels::sheet::{Extent, Field, Row, Sheet};
use super::super::state::State;
use super::text::{Pen, width};
use super::{Ink, panel, rows};

/// Columns of plain words: more are tiring to read.
const WORDS: usize = 60;
/// Columns of anything else.
const COLUMNS: usize = 100;
/// Cells between two columns of rows.
const BETWEEN: u16 = 4;

/// Lines of a panel beside its rows: the frame, and a line for letters with a blank above it.
const CHROME: usize = 4;

/// Where everything of a panel stands.
struct Placed {
    /// With the frame.
    area: Rect,
    /// Without it.
    inner: Rect,
    /// The rows' share of it.
    body: Rect,
    /// The line to type into.
    field: Option<Rect>,
    /// The rows of every column, as lines.
    lines: Vec<Vec<rows::Line>>,
    /// Columns of one column of rows.
    wide: usize,
    /// The first line shown.
    first: usize,
    /// How many lines are below the last one.
    hidden: usize,
}

fn place(sheet: &Sheet, ink: &Ink, room: Rect) -> Placed {
    let most = usize::from(room.width.saturating_sub(6)).max(1);
    let limit = if sheet.extent == Extent::Words { WORDS } else { COLUMNS }.min(most);
    let letters = letters(sheet);
    // A line to type into is as wide as the panel may be: what will be typed is not known.
    let field = sheet
        .field
        .as_ref()
        .map_or(0, |field| (width(field.label) + 2 + width(field.empty).max(30)).min(limit));
    let widest = sheet
        .columns
        .iter()
        .map(|rows| rows::wanted(rows))
        .max()
        .unwrap_or(0)
        .max(sheet.least.0)
        .min(limit);
    let wide = widest.max(width(&sheet.title) + 2).max(width(&letters)).max(field).min(most);
    let beside = sheet.columns.len().max(1);
    let total = (cells(wide * beside) + BETWEEN * cells(beside - 1)).min(cells(most));
    let wide = if beside == 1 { wide } else { usize::from(total.saturating_sub(BETWEEN) / 2) };
    let roomy = room.height >= 12;
    let rows = |roomy| -> Vec<Vec<rows::Line>> {
        sheet.columns.iter().map(|of| rows::lines(&compact(of, roomy), ink, wide)).collect()
    };
    let height = |lines: &[Vec<rows::Line>]| {
        lines.iter().map(Vec::len).max().unwrap_or(0).max(sheet.least.1)
    };
    let mut lines = rows(roomy);
    // Choices that could all be seen without the blanks between them are worth more than the
    // blanks.
    let tight = sheet.at.is_some() && height(&lines) + CHROME > room.height.into();
    if tight {
        lines = rows(false);
    }
    let tallest = height(&lines);
    // What finds something stands above what it finds; an answer stands below the question.
    let line = if sheet.field.is_some() { 1 + u16::from(roomy && tallest > 0) } else { 0 };
    let (above, answer) = if sheet.extent == Extent::Words { (0, line) } else { (line, 0) };
    let below = answer + if letters.is_empty() { 0 } else { 1 + u16::from(roomy && !tight) };
    let (area, inner) = panel::place((total, cells(tallest).saturating_add(above + below)), room);
    let body =
        Rect { y: inner.y + above, height: inner.height.saturating_sub(above + below), ..inner };
    let height = usize::from(body.height);
    // A question is at the end of what it is about.
    let first = if answer > 0 {
        tallest.saturating_sub(height)
    } else {
        first(sheet, &lines, height, tallest)
    };
    let field = sheet.field.as_ref().map(|_| if answer > 0 { last_line(inner) } else { inner });
    Placed {
        area,
        inner,
        body,
        field,
        lines,
        wide,
        first,
        hidden: tallest.saturating_sub(first + height),
    }
}

fn last_line(area: Rect) -> Rect {
    Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area }
}

/// Draws one panel; says where its cursor stands, if it has one.
pub(super) fn draw(
    panel: &dyn Panel,
    state: &State,
    ink: &Ink,
    room: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let sheet = panel.sheet(state);
    let placed = place(&sheet, ink, room);
    let (body, wide) = (placed.body, placed.wide);
    panel::frame(ink, &sheet.title, placed.area, buffer);
    for ((column, rows), x) in
        placed.lines.iter().zip(&sheet.columns).zip((body.x..).step_by(wide + usize::from(BETWEEN)))
    {
        let letter =
            if rows.iter().any(|row| matches!(row, Row::Choice(Some(_), _))) { 3 } else { 0 };
        let fit = rows::fit(rows, wide.saturating_sub(letter));
        for (line, y) in column.iter().skip(placed.first).zip(body.top()..body.bottom()) {
            let chosen =
                matches!(line, rows::Line::Choice(number, ..) if sheet.at == Some(*number));
            if chosen {
                // From frame to frame, with a blank behind the mark, as in the list.
                buffer.set_style(
                    Rect::new(body.x - 2, y, body.width + 4, 1).intersection(placed.area),
                    ink.palette.bar,
                );
                Pen::new(buffer, body.x.saturating_sub(2), y, 1)
                    .put(ink.glyphs.bar, ink.palette.accent);
            }
            rows::draw(
                line,
                &fit,
                chosen,
                ink,
                Rect::new(x, y, cells(wide).min(body.right().saturating_sub(x)), 1),
                buffer,
            );
        }
    }
    more(placed.hidden, placed.inner, ink, buffer);
    if !sheet.letters.is_empty() && body.bottom() < placed.inner.bottom() {
        // Under lettered choices a letter stands as theirs do.
        let lettered =
            sheet.columns.iter().flatten().any(|row| matches!(row, Row::Choice(Some(_), _)));
        foot(&sheet, if lettered { 2 } else { 1 }, ink, last_line(placed.inner), buffer);
    }
    sheet.field.as_ref().zip(placed.field).map(|(field, area)| type_into(field, ink, area, buffer))
}

/// The choice at a cell, and the one under the bar.
pub(super) fn choice_at(
    sheet: &Sheet,
    ink: &Ink,
    room: Rect,
    at: Position,
) -> Option<(usize, usize)> {
    let placed = place(sheet, ink, room);
    if !placed.body.contains(at) {
        return None;
    }
    match placed.lines.first()?.get(placed.first + usize::from(at.y - placed.body.y))? {
        rows::Line::Choice(number, ..) => Some((*number, sheet.at?)),
        _ => None,
    }
}

/// Blank rows give way on small screens.
fn compact(rows: &[Row], roomy: bool) -> Vec<Row> {
    rows.iter().filter(|row| roomy || **row != Row::Blank).cloned().collect()
}

/// The first line shown: as far down as was scrolled, or as the bar needs.
fn first(sheet: &Sheet, lines: &[Vec<rows::Line>], height: usize, tallest: usize) -> usize {
    let last = tallest.saturating_sub(height);
    let Some(at) = sheet.at else { return sheet.top.min(last) };
    let chosen = lines.first().and_then(|lines| {
        lines
            .iter()
            .position(|line| matches!(line, rows::Line::Choice(number, ..) if *number == at))
    });
    (chosen.unwrap_or(0) + 1).saturating_sub(height).min(last)
}

/// How much is below, on the frame.
fn more(hidden: usize, inner: Rect, ink: &Ink, buffer: &mut Buffer) {
    if hidden > 0 {
        let text = format!(" {hidden} more ");
        let room = cells(width(&text));
        Pen::new(buffer, inner.right().saturating_sub(room), inner.bottom(), room)
            .put(&text, ink.palette.dim);
    }
}

/// The letters as one line of text, to know how wide it is.
fn letters(sheet: &Sheet) -> String {
    sheet
        .letters
        .iter()
        .map(|(letter, does)| format!("{letter} {does}"))
        .collect::<Vec<_>>()
        .join("   ")
}

fn foot(sheet: &Sheet, gap: u16, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let mut pen = Pen::new(buffer, area.x, area.y, area.width);
    for (letter, does) in &sheet.letters {
        // Whole words or none: half a word helps nobody.
        if usize::from(pen.room()) < width(letter) + 1 + width(does) {
            break;
        }
        pen.put(letter, ink.palette.accent);
        pen.skip(gap);
        pen.put(does, ink.palette.dim);
        pen.skip(3);
    }
}

/// Draws the field in the first line of this room; says where the cursor stands.
fn type_into(field: &Field, ink: &Ink, inner: Rect, buffer: &mut Buffer) -> Position {
    let mut pen = Pen::new(buffer, inner.x, inner.y, inner.width);
    pen.put(field.label, ink.palette.dim);
    pen.skip(2);
    let room = usize::from(pen.room()).saturating_sub(1);
    let start = pen.x;
    if field.masked {
        let marks = field.typed.text().len().min(room);
        pen.put(&ink.glyphs.masked.repeat(marks), ink.palette.text);
        return Position::new(start + cells(marks), inner.y);
    }
    if field.typed.is_empty() {
        pen.put(field.empty, ink.palette.dim);
        return Position::new(start, inner.y);
    }
    Position::new(pen.typed(&field.typed, ink.palette.text), inner.y)
}

fn cells(number: usize) -> u16 {
    // Far more than any screen has, and sums of it still fit.
    u16::try_from(number).unwrap_or(u16::MAX).min(u16::MAX / 4)
}
