//! Draws the status line: the problem, its duration, and the key that helps.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::tui::labels;
use crate::tui::state::State;
use crate::tui::status_line::{StatusIcon, StatusLine};
use crate::tui::text::{truncate_middle, width};

pub(super) fn draw(
    notice: &StatusLine,
    state: &State,
    ink: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut pen = CellWriter::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    let next = notice.next_step.map(|(command, name)| (labels::key_label(state, command), name));
    let after = next.as_ref().map_or(0, |(key, name)| 3 + width(key) + 1 + width(name));
    let mark = match notice.icon {
        StatusIcon::Failed => ink.glyphs.error,
        StatusIcon::Slow => ink.glyphs.refreshing,
        StatusIcon::SignedOut => ink.glyphs.signed_out,
    };
    let room = usize::from(pen.remaining()).saturating_sub(width(mark) + 1 + after);
    let said = notice
        .texts
        .iter()
        .find(|text| width(text) <= room)
        .or(notice.texts.last())
        .map_or("", String::as_str);
    let style = ink.style_for(notice.tone);
    pen.write(mark, style);
    pen.skip(1);
    pen.write(&truncate_middle(said, room, ink.glyphs.ellipsis), style);
    if let Some((key, name)) = next {
        pen.skip(3);
        pen.write(&key, ink.palette.accent);
        pen.skip(1);
        pen.write(name, ink.palette.dim);
    }
}
