//! All that is known about the selected role, beside the list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::Preview;
use super::super::panels::about;
use super::super::state::State;
use super::text::Pen;
use super::{Ink, rows};

/// Draws it with a line on its left.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let below = state.preview == Preview::Below;
    if below {
        Pen::new(buffer, area.x, area.y, area.width).put(&ink.glyphs.rest.repeat(area.width.into()), ink.palette.faint);
    } else {
        for y in area.top()..area.bottom() {
            Pen::new(buffer, area.x, y, 1).put(ink.glyphs.line, ink.palette.faint);
        }
    }
    let room = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let inner = if below { Rect { x: area.x + 3, y: area.y + 1, height: area.height.saturating_sub(1), ..room } } else { room };
    let about = about::rows(state, inner.width.into());
    for (line, y) in rows::lines(&about, ink, inner.width.into()).iter().zip(inner.top()..inner.bottom()) {
        rows::draw(line, &[], false, ink, Rect { y, height: 1, ..inner }, buffer);
    }
}
