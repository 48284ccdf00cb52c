//! All that is known about the selected role, beside the list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::panels::about;
use super::super::panels::sheet::Row;
use super::super::state::State;
use super::text::Pen;
use super::{Ink, rows};
use crate::domain::enums::Preview;

/// From this many columns on a preview below the list has two columns of rows.
const BESIDE: u16 = 72;
/// Cells between them.
const GAP: u16 = 2;

/// Draws it with a line on its left, or above it.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let below = state.preview == Preview::Below;
    if below {
        Pen::new(buffer, area.x, area.y, area.width)
            .put(&ink.glyphs.rest.repeat(area.width.into()), ink.palette.faint);
    } else {
        for y in area.top()..area.bottom() {
            Pen::new(buffer, area.x, y, 1).put(ink.glyphs.line, ink.palette.faint);
        }
    }
    let room = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let inner = if below {
        Rect { x: area.x + 3, y: area.y + 1, height: area.height.saturating_sub(1), ..room }
    } else {
        room
    };
    let cells = if below && inner.width >= BESIDE { inner.width * 2 / 5 } else { inner.width };
    let about = about::rows(state, cells.into());
    // Who it is on the left, all the rest beside it: below the list there are more columns than
    // lines.
    let parted = about.iter().position(|row| *row == Row::Blank).filter(|_| cells < inner.width);
    match parted {
        Some(at) => {
            column(&about[..at], ink, Rect { width: cells, ..inner }, buffer);
            column(
                &about[at + 1..],
                ink,
                Rect { x: inner.x + cells + GAP, width: inner.width - cells - GAP, ..inner },
                buffer,
            );
        }
        None => column(&about, ink, inner, buffer),
    }
}

fn column(rows: &[Row], ink: &Ink, area: Rect, buffer: &mut Buffer) {
    for (line, y) in rows::lines(rows, ink, area.width.into()).iter().zip(area.top()..area.bottom())
    {
        rows::draw(line, &[], false, ink, Rect { y, height: 1, ..area }, buffer);
    }
}
