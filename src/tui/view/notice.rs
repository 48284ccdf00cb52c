//! Draws the line of what is amiss, in the blank one above the footer: what, since when, and the
//! key that helps.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::notice::{Mark, Notice};
use super::super::panels;
use super::super::state::State;
use super::Ink;
use super::text::{Pen, middle, width};

/// Draws it.
pub(super) fn draw(notice: &Notice, state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let mut pen = Pen::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    let next = notice.next.map(|(command, name)| (panels::key(state, command), name));
    let after = next.as_ref().map_or(0, |(key, name)| 3 + width(key) + 1 + width(name));
    let mark = match notice.mark {
        Mark::Failed => ink.glyphs.failed,
        Mark::Slow => ink.glyphs.gauge,
        Mark::Out => ink.glyphs.off,
    };
    let room = usize::from(pen.room()).saturating_sub(width(mark) + 1 + after);
    let said = notice
        .says
        .iter()
        .find(|text| width(text) <= room)
        .or(notice.says.last())
        .map_or("", String::as_str);
    let style = ink.tone(notice.tone);
    pen.put(mark, style);
    pen.skip(1);
    pen.put(&middle(said, room, ink.glyphs.cut), style);
    if let Some((key, name)) = next {
        pen.skip(3);
        pen.put(&key, ink.palette.accent);
        pen.skip(1);
        pen.put(name, ink.palette.dim);
    }
}
