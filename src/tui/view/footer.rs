//! The last line: what can be done now, or what is going on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::catalog::Command;
use super::super::state::{State, Waits};
use super::super::{layout, panels};
use super::Ink;
use super::text::{Pen, middle};

/// Draws it.
pub(super) fn draw(state: &State, ink: &Ink, area: Rect, buffer: &mut Buffer) {
    let mut pen = Pen::new(buffer, area.x + 1, area.y, area.width.saturating_sub(2));
    if let Some(text) = going_on(state, ink) {
        if !state.inline {
            pen.put_right(&format!("{} stop", panels::key(state, Command::Back)), ink.palette.dim);
        }
        pen.put(
            &middle(&text, usize::from(pen.room()).saturating_sub(2), ink.glyphs.cut),
            ink.palette.dim,
        );
        return;
    }
    if let Some(note) = &state.note {
        pen.put(&middle(note, pen.room().into(), ink.glyphs.cut), ink.palette.soft);
        return;
    }
    if layout::of(state).notice.is_some_and(|notice| notice.y == area.y) {
        return;
    }
    pen.put(&layout::lead(state), ink.palette.dim);
    if let Some(text) = layout::marked(state) {
        pen.put(&text, ink.palette.text);
    }
    for hint in layout::footer(area, state) {
        let mut pen = Pen::new(buffer, hint.area.x, area.y, hint.area.width);
        pen.put(&hint.key, ink.palette.accent);
        pen.skip(1);
        pen.put(hint.name, ink.palette.dim);
    }
}

/// What the last choice waits for. A panel that says so itself needs no line.
fn going_on(state: &State, ink: &Ink) -> Option<String> {
    let pending = state.pending.as_ref().filter(|pending| pending.waits == Waits::Credentials)?;
    Some(format!(
        "getting credentials for {}{}",
        panels::name(state, &pending.role),
        ink.glyphs.dots
    ))
}
