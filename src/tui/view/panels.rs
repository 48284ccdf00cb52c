//! Draws a panel: its frame, input field, as many rows as fit, and shortcuts.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::DrawContext;
use super::cell_writer::CellWriter;
use super::panel_frame;
use super::rows;
use crate::tui::panels::Panel;
use crate::tui::panels::content::{ContentRow, InputField, PanelContent, PanelSize};
use crate::tui::state::State;
use crate::tui::text::width;

/// The maximum width of text; wider lines are hard to read.
const MAX_TEXT_COLUMNS: usize = 60;
/// The maximum width of other content.
const MAX_COLUMNS: usize = 100;
/// The gap between two shortcuts.
const SHORTCUT_GAP: u16 = 3;
/// The gap between two columns of rows.
const COLUMN_GAP: u16 = 4;

/// The lines of a panel besides its rows: the frame, and shortcuts with a blank line above them.
const CHROME_LINES: usize = 4;

/// The layout of a panel.
struct PanelLayout {
    /// The area with the frame.
    area: Rect,
    /// The area without the frame.
    inner: Rect,
    /// The area of the rows.
    body: Rect,
    /// The area of the input field.
    input: Option<Rect>,
    /// The lines of each column of rows.
    lines: Vec<Vec<rows::ContentLine>>,
    /// The width of one column of rows.
    column_width: usize,
    /// The first visible line.
    first_line: usize,
    /// The number of lines below the last visible one.
    hidden_lines: usize,
}

fn layout_panel(content: &PanelContent, ctx: &DrawContext, room: Rect) -> PanelLayout {
    let is_framed = content.size != PanelSize::Frameless;
    let most = usize::from(room.width.saturating_sub(if is_framed { 6 } else { 0 })).max(1);
    let limit = match content.size {
        PanelSize::Text => MAX_TEXT_COLUMNS.min(most),
        PanelSize::Columns | PanelSize::FullScreen => MAX_COLUMNS.min(most),
        PanelSize::Frameless => most,
    };
    let letters = shortcuts_text(content);
    // The length of the input is unknown, so its field is wide.
    let field = content
        .input
        .as_ref()
        .map_or(0, |field| (width(field.label) + 2 + width(field.placeholder).max(30)).min(limit));
    let widest = content
        .columns
        .iter()
        .chain(&content.unfiltered)
        .map(|rows| rows::natural_width(rows))
        .max()
        .unwrap_or(0)
        .max(content.min_size.0)
        .min(limit);
    let wide = widest.max(width(&content.title) + 2).max(width(&letters)).max(field).min(most);
    let beside = content.columns.len().max(content.unfiltered.len()).max(1);
    let total = (cells(wide * beside) + COLUMN_GAP * cells(beside - 1)).min(cells(most));
    let wide = if beside == 1 { wide } else { usize::from(total.saturating_sub(COLUMN_GAP) / 2) };
    let roomy = room.height >= 12;
    let lines_of = |columns: &[Vec<ContentRow>], roomy| -> Vec<Vec<rows::ContentLine>> {
        columns.iter().map(|of| rows::lines(&compact(of, roomy), ctx, wide)).collect()
    };
    let rows = |roomy| lines_of(&content.columns, roomy);
    let unfiltered = lines_of(&content.unfiltered, roomy);
    let height = |lines: &[Vec<rows::ContentLine>]| {
        let heights = lines.iter().chain(&unfiltered).map(Vec::len);
        heights.max().unwrap_or(0).max(content.min_size.1)
    };
    let mut lines = rows(roomy);
    // Blank rows are dropped if all choices fit without them.
    let tight = content.selected.is_some() && height(&lines) + CHROME_LINES > room.height.into();
    if tight {
        lines = rows(false);
    }
    let tallest = height(&lines);
    // Without the lines that the filter leaves out.
    let shown = lines.iter().map(Vec::len).max().unwrap_or(0).max(content.min_size.1);
    // A filter is above the rows that it filters; an answer is below the question.
    let line = if content.input.is_some() { 1 + u16::from(roomy && tallest > 0) } else { 0 };
    let (above, answer) = if content.size == PanelSize::Text { (0, line) } else { (line, 0) };
    let below = answer + if letters.is_empty() { 0 } else { 1 + u16::from(roomy && !tight) };
    let size = (total, cells(tallest).saturating_add(above + below));
    let (area, inner) = match is_framed {
        true => panel_frame::place_panel(size, room),
        false => panel_frame::place_frameless(size, room),
    };
    let body =
        Rect { y: inner.y + above, height: inner.height.saturating_sub(above + below), ..inner };
    let height = usize::from(body.height);
    // The question is the end of the text, so the end is shown.
    let first = if answer > 0 {
        shown.saturating_sub(height)
    } else {
        first_line(content, &lines, height, shown)
    };
    let field = content.input.as_ref().map(|_| if answer > 0 { last_line(inner) } else { inner });
    PanelLayout {
        area,
        inner,
        body,
        input: field,
        lines,
        column_width: wide,
        first_line: first,
        hidden_lines: shown.saturating_sub(first + height),
    }
}

/// The area of a panel, with its frame.
pub(super) fn area(content: &PanelContent, ctx: &DrawContext, room: Rect) -> Rect {
    layout_panel(content, ctx, room).area
}

fn last_line(area: Rect) -> Rect {
    Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area }
}

/// Draws a panel and returns the position of its cursor, if it has one.
pub(super) fn draw(
    panel: &dyn Panel,
    state: &State,
    ctx: &DrawContext,
    room: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let content = panel.content(state);
    let placed = layout_panel(&content, ctx, room);
    let (body, wide) = (placed.body, placed.column_width);
    if content.size == PanelSize::Frameless {
        panel_frame::clear(placed.area, buffer);
    } else {
        panel_frame::draw_frame(ctx, &content.title, placed.area, buffer);
    }
    for ((column, rows), x) in placed
        .lines
        .iter()
        .zip(&content.columns)
        .zip((body.x..).step_by(wide + usize::from(COLUMN_GAP)))
    {
        let letter = if rows.iter().any(|row| matches!(row, ContentRow::Choice(Some(_), _))) {
            3
        } else {
            0
        };
        let fit = rows::fit_columns(rows, wide.saturating_sub(letter));
        for (line, y) in column.iter().skip(placed.first_line).zip(body.top()..body.bottom()) {
            let chosen = matches!(line, rows::ContentLine::Choice(number, ..) if content.selected == Some(*number));
            if chosen {
                // From frame to frame, with a space after the mark, as in the list.
                buffer.set_style(
                    Rect::new(body.x - 2, y, body.width + 4, 1).intersection(placed.area),
                    ctx.palette.selection,
                );
                CellWriter::new(buffer, body.x.saturating_sub(2), y, 1)
                    .write(ctx.glyphs.selection_bar, ctx.palette.mark);
            }
            rows::draw(
                line,
                &fit,
                chosen,
                ctx,
                Rect::new(x, y, cells(wide).min(body.right().saturating_sub(x)), 1),
                buffer,
            );
        }
    }
    draw_more(placed.hidden_lines, placed.inner, ctx, buffer);
    if !content.shortcuts.is_empty() && body.bottom() < placed.inner.bottom() {
        draw_shortcuts(&content, shortcut_gap(&content), ctx, last_line(placed.inner), buffer);
    }
    content
        .input
        .as_ref()
        .zip(placed.input)
        .map(|(field, area)| draw_input(field, ctx, area, buffer))
}

/// The choice at a cell, and the selected choice.
pub(super) fn choice_at(
    content: &PanelContent,
    ctx: &DrawContext,
    room: Rect,
    at: Position,
) -> Option<(usize, usize)> {
    let placed = layout_panel(content, ctx, room);
    if !placed.body.contains(at) {
        return None;
    }
    match placed.lines.first()?.get(placed.first_line + usize::from(at.y - placed.body.y))? {
        rows::ContentLine::Choice(number, ..) => Some((*number, content.selected?)),
        _ => None,
    }
}

/// The letter of the shortcut at a cell.
pub(super) fn shortcut_at(
    content: &PanelContent,
    ctx: &DrawContext,
    room: Rect,
    at: Position,
) -> Option<&'static str> {
    let placed = layout_panel(content, ctx, room);
    let line = last_line(placed.inner);
    if at.y != line.y || placed.body.bottom() >= placed.inner.bottom() {
        return None;
    }
    let (mut x, gap) = (line.x, shortcut_gap(content));
    for (letter, does) in &content.shortcuts {
        let end = x.saturating_add(cells(width(letter)) + gap + cells(width(does)));
        if (x..end.min(line.right())).contains(&at.x) {
            return Some(letter);
        }
        x = end.saturating_add(SHORTCUT_GAP);
    }
    None
}

/// The gap between a shortcut's letter and its action. Below choices with letters, shortcuts are
/// aligned with them.
fn shortcut_gap(content: &PanelContent) -> u16 {
    let mut rows = content.columns.iter().flatten();
    if rows.any(|row| matches!(row, ContentRow::Choice(Some(_), _))) { 2 } else { 1 }
}

/// Drops blank rows on small screens.
fn compact(rows: &[ContentRow], roomy: bool) -> Vec<ContentRow> {
    rows.iter().filter(|row| roomy || **row != ContentRow::Blank).cloned().collect()
}

/// The first visible line: according to the scroll position or the selection.
fn first_line(
    content: &PanelContent,
    lines: &[Vec<rows::ContentLine>],
    height: usize,
    tallest: usize,
) -> usize {
    let last = tallest.saturating_sub(height);
    let Some(at) = content.selected else { return content.first_line.min(last) };
    let chosen = lines.first().and_then(|lines| {
        lines
            .iter()
            .position(|line| matches!(line, rows::ContentLine::Choice(number, ..) if *number == at))
    });
    (chosen.unwrap_or(0) + 1).saturating_sub(height).min(last)
}

/// Draws the number of hidden lines on the frame.
fn draw_more(hidden: usize, inner: Rect, ctx: &DrawContext, buffer: &mut Buffer) {
    if hidden > 0 {
        let text = format!(" {hidden} more ");
        let room = cells(width(&text));
        CellWriter::new(buffer, inner.right().saturating_sub(room), inner.bottom(), room)
            .write(&text, ctx.palette.dim);
    }
}

/// The shortcuts as text, to measure it.
fn shortcuts_text(content: &PanelContent) -> String {
    content
        .shortcuts
        .iter()
        .map(|(letter, does)| format!("{letter} {does}"))
        .collect::<Vec<_>>()
        .join("   ")
}

fn draw_shortcuts(
    content: &PanelContent,
    gap: u16,
    ctx: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut writer = CellWriter::new(buffer, area.x, area.y, area.width);
    for (letter, does) in &content.shortcuts {
        // A shortcut is shown completely or not at all.
        if usize::from(writer.remaining()) < width(letter) + 1 + width(does) {
            break;
        }
        writer.write(letter, ctx.palette.accent);
        writer.skip(gap);
        writer.write(does, ctx.palette.dim);
        writer.skip(SHORTCUT_GAP);
    }
}

/// Draws the field in the first line of the area and returns the position of the cursor.
fn draw_input(field: &InputField, ctx: &DrawContext, inner: Rect, buffer: &mut Buffer) -> Position {
    let mut writer = CellWriter::new(buffer, inner.x, inner.y, inner.width);
    writer.write(field.label, ctx.palette.dim);
    writer.skip(2);
    let room = usize::from(writer.remaining()).saturating_sub(1);
    let start = writer.x;
    if field.masked {
        let marks = field.input.text().len().min(room);
        writer.write(&ctx.glyphs.masked.repeat(marks), ctx.palette.text);
        return Position::new(start + cells(marks), inner.y);
    }
    if field.input.is_empty() {
        // In italics, and in words that are no answer: it must not look like typed text.
        writer.write(field.placeholder, ctx.palette.placeholder.add_modifier(Modifier::ITALIC));
        return Position::new(start, inner.y);
    }
    Position::new(writer.write_input(&field.input, ctx.palette.text), inner.y)
}

fn cells(number: usize) -> u16 {
    // More than any screen has, and sums still fit into `u16`.
    u16::try_from(number).unwrap_or(u16::MAX).min(u16::MAX / 4)
}
