//! The footer: available commands, or the action in progress.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DrawContext;
use super::cell_writer::CellWriter;
use crate::tui::commands::PickerCommand;
use crate::tui::footer_hints;
use crate::tui::labels;
use crate::tui::state::{State, WaitingFor};
use crate::tui::text::truncate_middle;

pub(super) fn draw(state: &State, ctx: &DrawContext, area: Rect, buffer: &mut Buffer) {
    let mut writer = CellWriter::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    if let Some(text) = progress_text(state, ctx) {
        if !state.inline {
            writer.write_right(
                &format!("{} stop", labels::key_label(state, PickerCommand::Back)),
                ctx.palette.dim,
            );
        }
        writer.write(
            &truncate_middle(
                &text,
                usize::from(writer.remaining()).saturating_sub(2),
                ctx.glyphs.ellipsis,
            ),
            ctx.palette.dim,
        );
        return;
    }
    if let Some(note) = state.note_text() {
        writer.write(
            &truncate_middle(
                &ctx.program.rewrite(note),
                writer.remaining().into(),
                ctx.glyphs.ellipsis,
            ),
            ctx.palette.soft,
        );
        return;
    }
    writer.write(&footer_hints::inline_prefix(state), ctx.palette.dim);
    if let Some(text) = footer_hints::marked_label(state) {
        writer.write(&text, ctx.palette.text);
    }
    for hint in footer_hints::footer_hints(area, state) {
        let mut writer = CellWriter::new(buffer, hint.area.x, area.y, hint.area.width);
        writer.write(&hint.key, ctx.palette.accent);
        writer.skip(1);
        writer.write(hint.name, ctx.palette.dim);
    }
}

/// The action in progress. A panel that shows it itself needs no line.
fn progress_text(state: &State, ctx: &DrawContext) -> Option<String> {
    let pending = state.pending.as_ref()?;
    let action = match pending.waiting_for {
        WaitingFor::Credentials => "getting credentials for",
        WaitingFor::Console => "opening the console of",
        WaitingFor::SignIn(_) | WaitingFor::Passphrase => return None,
    };
    let role = labels::role_label(state, &pending.role);
    Some(format!("{action} {role}{}", ctx.glyphs.in_progress))
}
