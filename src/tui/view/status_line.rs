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
    status: &StatusLine,
    state: &State,
    ctx: &DrawContext,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut writer = CellWriter::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    let next = status.next_step.map(|(command, name)| (labels::key_label(state, command), name));
    let after = next.as_ref().map_or(0, |(key, name)| 3 + width(key) + 1 + width(name));
    let mark = match status.icon {
        StatusIcon::Failed => ctx.glyphs.error,
        StatusIcon::Slow => ctx.glyphs.refreshing,
        StatusIcon::SignedOut => ctx.glyphs.signed_out,
        StatusIcon::Note => ctx.glyphs.separator,
    };
    let room = usize::from(writer.remaining()).saturating_sub(width(mark) + 1 + after);
    let text = status
        .texts
        .iter()
        .find(|text| width(text) <= room)
        .or(status.texts.last())
        .map_or("", String::as_str);
    let style = ctx.style_for(status.tone);
    writer.write(mark, style);
    writer.skip(1);
    writer.write(&truncate_middle(text, room, ctx.glyphs.ellipsis), style);
    if let Some((key, name)) = next {
        writer.skip(3);
        writer.write(&key, ctx.palette.accent);
        writer.skip(1);
        writer.write(name, ctx.palette.dim);
    }
}
