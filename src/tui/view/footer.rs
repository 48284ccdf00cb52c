//! The last line: what can be done now, or what is going on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DrawContext;
use super::text::CellWriter;
use super::text::truncate_middle;
use crate::tui::commands::PickerCommand;
use crate::tui::layout;
use crate::tui::panels;
use crate::tui::state::{State, WaitingFor};

/// Draws it.
pub(super) fn draw(state: &State, ink: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let mut pen = CellWriter::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    if let Some(text) = progress_text(state, ink) {
        if !state.inline {
            pen.write_right(
                &format!("{} stop", panels::key_label(state, PickerCommand::Back)),
                ink.palette.dim,
            );
        }
        pen.write(
            &truncate_middle(
                &text,
                usize::from(pen.remaining()).saturating_sub(2),
                ink.glyphs.ellipsis,
            ),
            ink.palette.dim,
        );
        return;
    }
    if let Some(note) = &state.note {
        pen.write(
            &truncate_middle(note, pen.remaining().into(), ink.glyphs.ellipsis),
            ink.palette.soft,
        );
        return;
    }
    if layout::current(state).status_line.is_some_and(|notice| notice.y == area.y) {
        return;
    }
    pen.write(&layout::inline_prefix(state), ink.palette.dim);
    if let Some(text) = layout::marked_label(state) {
        pen.write(&text, ink.palette.text);
    }
    for hint in layout::footer_hints(area, state) {
        let mut pen = CellWriter::new(buffer, hint.area.x, area.y, hint.area.width);
        pen.write(&hint.key, ink.palette.accent);
        pen.skip(1);
        pen.write(hint.name, ink.palette.dim);
    }
}

/// What the last choice waits for. A panel that says so itself needs no line.
fn progress_text(state: &State, ink: &DrawContext) -> Option<String> {
    let pending =
        state.pending.as_ref().filter(|pending| pending.waiting_for == WaitingFor::Credentials)?;
    Some(format!(
        "getting credentials for {}{}",
        panels::role_label(state, &pending.role),
        ink.glyphs.in_progress
    ))
}
