//! The frame of a panel: its position, border and title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::tui::text::truncate_middle;

/// Places a panel with this many columns and rows of content. Returns its area with and without the
/// frame, never larger than `room`, with a blank row above and below the content if there is space.
pub(super) fn place_panel(content: (u16, u16), room: Rect) -> (Rect, Rect) {
    let pad = u16::from(content.1 + 4 <= room.height);
    let (width, height) =
        ((content.0 + 6).min(room.width), (content.1 + 2 + pad * 2).min(room.height));
    let area = Rect::new(
        room.x + (room.width - width) / 2,
        room.y + (room.height - height) / 2,
        width,
        height,
    );
    if width < 4 || height < 3 {
        return (area, area);
    }
    (area, Rect::new(area.x + 3, area.y + 1 + pad, width.saturating_sub(6), height - 2 - pad * 2))
}

/// Places a panel without a frame, which has the whole room to itself: text of the list beside a
/// large QR code would look like a part of it. Returns the room, and the area of the content.
pub(super) fn place_frameless(content: (u16, u16), room: Rect) -> (Rect, Rect) {
    let (width, height) = (content.0.min(room.width), content.1.min(room.height));
    let (x, y) = (room.x + (room.width - width) / 2, room.y + (room.height - height) / 2);
    (room, Rect::new(x, y, width, height))
}

/// Clears the area of a panel and draws its frame.
pub(super) fn draw_frame(ctx: &DrawContext, title: &str, area: Rect, buffer: &mut Buffer) {
    clear(area, buffer);
    let Rect { width, height, .. } = area;
    if width < 4 || height < 3 {
        return;
    }
    let [top_left, top_right, bottom_left, bottom_right, across, down] = ctx.glyphs.corners;
    let faint = ctx.palette.faint;
    let edge =
        |left: &str, right: &str| format!("{left}{}{right}", across.repeat(usize::from(width) - 2));
    CellWriter::new(buffer, area.x, area.y, width).write(&edge(top_left, top_right), faint);
    CellWriter::new(buffer, area.x, area.bottom() - 1, width)
        .write(&edge(bottom_left, bottom_right), faint);
    for y in area.y + 1..area.bottom() - 1 {
        CellWriter::new(buffer, area.x, y, 1).write(down, faint);
        CellWriter::new(buffer, area.right() - 1, y, 1).write(down, faint);
    }
    let title = truncate_middle(title, usize::from(width).saturating_sub(6), ctx.glyphs.ellipsis);
    let mut writer = CellWriter::new(buffer, area.x + 2, area.y, width - 4);
    // Without colours the title is underlined, and the spaces around it are not.
    writer.write(" ", faint);
    writer.write(&title, ctx.palette.title);
    writer.write(" ", faint);
}

/// Clears an area and one column on both sides, so that wide letters behind it are not cut in half.
pub(super) fn clear(area: Rect, buffer: &mut Buffer) {
    let wide = Rect { x: area.x.saturating_sub(1), width: area.width + 2, ..area }
        .intersection(buffer.area);
    for position in wide.positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            cell.reset();
        }
    }
}
