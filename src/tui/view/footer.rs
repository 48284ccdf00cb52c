//! The footer: available commands, or the action in progress.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::tui::commands::PickerCommand;
use crate::tui::footer_hints;
use crate::tui::labels;
use crate::tui::layout;
use crate::tui::state::{State, WaitingFor};
use crate::tui::text::truncate_middle;

pub(super) fn draw(state: &State, ink: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let mut pen = CellWriter::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    if let Some(text) = progress_text(state, ink) {
        if !state.inline {
            pen.write_right(
                &format!("{} stop", labels::key_label(state, PickerCommand::Back)),
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
    pen.write(&footer_hints::inline_prefix(state), ink.palette.dim);
    if let Some(text) = footer_hints::marked_label(state) {
        pen.write(&text, ink.palette.text);
    }
    for hint in footer_hints::footer_hints(area, state) {
        let mut pen = CellWriter::new(buffer, hint.area.x, area.y, hint.area.width);
        pen.write(&hint.key, ink.palette.accent);
        pen.skip(1);
        pen.write(hint.name, ink.palette.dim);
    }
}

/// The action in progress. A panel that shows it itself needs no line.
fn progress_text(state: &State, ink: &DrawContext) -> Option<String> {
    let pending =
        state.pending.as_ref().filter(|pending| pending.waiting_for == WaitingFor::Credentials)?;
    Some(format!(
        "getting credentials for {}{}",
        labels::role_label(state, &pending.role),
        ink.glyphs.in_progress
    ))
}
