//! The preview: details of the selected role beside or below the list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DrawContext;
use super::cell_writer::CellWriter;
use super::rows;
use crate::domain::enums::Preview;
use crate::tui::panels::content::ContentRow;
use crate::tui::panels::role_details;
use crate::tui::state::State;

/// From this width on, a preview below the list has two columns of rows.
const TWO_COLUMN_WIDTH: u16 = 72;
/// The gap between these columns.
const GAP: u16 = 2;

/// Draws the preview with a line on its left or above it.
pub(super) fn draw(state: &State, ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let below = state.list_options.preview == Preview::Below;
    if below {
        CellWriter::new(buffer, area.x, area.y, area.width)
            .write(&ctx.glyphs.progress_rest.repeat(area.width.into()), ctx.palette.faint);
    } else {
        for y in area.top()..area.bottom() {
            CellWriter::new(buffer, area.x, y, 1)
                .write(ctx.glyphs.vertical_line, ctx.palette.faint);
        }
    }
    let room = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let inner = if below {
        Rect { x: area.x + 3, y: area.y + 1, height: area.height.saturating_sub(1), ..room }
    } else {
        room
    };
    let cells =
        if below && inner.width >= TWO_COLUMN_WIDTH { inner.width * 2 / 5 } else { inner.width };
    let about = role_details::rows(state, cells.into());
    // Below the list there is more width than height: the role is on the left, its details beside
    // it.
    let parted =
        about.iter().position(|row| *row == ContentRow::Blank).filter(|_| cells < inner.width);
    match parted {
        Some(at) => {
            draw_rows(&about[..at], ctx, Rect { width: cells, ..inner }, buffer);
            draw_rows(
                &about[at + 1..],
                ctx,
                Rect { x: inner.x + cells + GAP, width: inner.width - cells - GAP, ..inner },
                buffer,
            );
        }
        None => draw_rows(&about, ctx, inner, buffer),
    }
}

fn draw_rows(rows: &[ContentRow], ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    for (line, y) in rows::lines(rows, ctx, area.width.into()).iter().zip(area.top()..area.bottom())
    {
        rows::draw(line, &[], false, ctx, Rect { y, height: 1, ..area }, buffer);
    }
}
