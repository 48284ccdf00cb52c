//! The mouse: a click selects, a double click activates, the wheel scrolls, and hints in the footer
//! are buttons.

use ratatui::layout::Position;

use super::keys::press_command;
use crate::tui::commands::{Move, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::event::{Mouse, MouseKind};
use crate::tui::footer_hints;
use crate::tui::layout;
use crate::tui::state::State;
use crate::tui::state::list::ListLine;
use crate::tui::status_line;
use crate::tui::view;

/// The rows per notch of the wheel.
const WHEEL_LINES: isize = 3;

/// Handles a gesture.
pub(super) fn handle_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let areas = layout::current(state);
    let at = Position::new(mouse.x, mouse.y);
    if areas.status_line.is_some_and(|notice| notice.contains(at)) {
        let next = status_line::current(state)
            .and_then(|notice| notice.next_step)
            .filter(|_| mouse.kind == MouseKind::Click);
        return next.map(|(command, _)| press_command(state, command)).unwrap_or_default();
    }
    if let Some(footer) = areas.footer.filter(|footer| footer.contains(at)) {
        let hint = footer_hints::footer_hints(footer, state)
            .into_iter()
            .find(|hint| hint.area.contains(at));
        return match (mouse.kind, hint) {
            (MouseKind::Click, Some(hint)) => press_command(state, hint.command),
            _ => Vec::new(),
        };
    }
    if !state.overlays.is_empty() {
        // The wheel applies to the top panel.
        return match mouse.kind {
            MouseKind::WheelUp => press_command(state, PickerCommand::Move(Move::Up)),
            MouseKind::WheelDown => press_command(state, PickerCommand::Move(Move::Down)),
            MouseKind::Click | MouseKind::DoubleClick => click_choice(state, at, mouse.kind),
        };
    }
    if !(areas.list.contains(at) || areas.scrollbar.contains(at)) {
        return Vec::new();
    }
    match mouse.kind {
        MouseKind::WheelUp => state.list.scroll(-WHEEL_LINES, areas.list.height.into()),
        MouseKind::WheelDown => state.list.scroll(WHEEL_LINES, areas.list.height.into()),
        MouseKind::Click | MouseKind::DoubleClick => {
            let line = state.list.first_line + usize::from(mouse.y - areas.list.y);
            if let Some(ListLine::Row(row)) = state.list.line_at(line) {
                state.list.select(row);
                if mouse.kind == MouseKind::DoubleClick {
                    return press_command(state, PickerCommand::Activate);
                }
            }
        }
    }
    Vec::new()
}

/// Selects a choice of the top panel, as its arrow keys would; a double click activates it.
fn click_choice(state: &mut State, at: Position, kind: MouseKind) -> Vec<Effect> {
    let Some((wanted, now)) = view::choice_at(state, at) else { return Vec::new() };
    let step = if wanted > now { Move::Down } else { Move::Up };
    for _ in 0..wanted.abs_diff(now) {
        press_command(state, PickerCommand::Move(step));
    }
    match kind {
        MouseKind::DoubleClick => press_command(state, PickerCommand::Activate),
        _ => Vec::new(),
    }
}
