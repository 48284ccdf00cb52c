//! The mouse: a click selects, a double click acts, the wheel scrolls, the footer's words are
//! buttons.

use ratatui::layout::Position;

use super::super::effect::Effect;
use super::super::event::{Mouse, MouseKind};
use super::super::layout;
use super::super::notice;
use super::super::state::State;
use super::super::state::list::Shown;
use super::super::view;
use super::keys;
use crate::tui::catalog::{Command, Move};

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

/// Takes one gesture in.
pub(super) fn gesture(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let areas = layout::of(state);
    let at = Position::new(mouse.x, mouse.y);
    if areas.notice.is_some_and(|notice| notice.contains(at)) {
        let next = notice::notice(state)
            .and_then(|notice| notice.next)
            .filter(|_| mouse.kind == MouseKind::Click);
        return next.map(|(command, _)| press(state, command)).unwrap_or_default();
    }
    if let Some(footer) = areas.footer.filter(|footer| footer.contains(at)) {
        let hint = layout::footer(footer, state).into_iter().find(|hint| hint.area.contains(at));
        return match (mouse.kind, hint) {
            (MouseKind::Click, Some(hint)) => press(state, hint.command),
            _ => Vec::new(),
        };
    }
    if !state.overlays.is_empty() {
        // The wheel is for what is on top.
        return match mouse.kind {
            MouseKind::WheelUp => press(state, Command::Move(Move::Up)),
            MouseKind::WheelDown => press(state, Command::Move(Move::Down)),
            MouseKind::Click | MouseKind::DoubleClick => {
                choose(state, at, mouse.kind == MouseKind::DoubleClick)
            }
        };
    }
    if !(areas.list.contains(at) || areas.scrollbar.contains(at)) {
        return Vec::new();
    }
    match mouse.kind {
        MouseKind::WheelUp => state.list.scroll(-NOTCH, areas.list.height.into()),
        MouseKind::WheelDown => state.list.scroll(NOTCH, areas.list.height.into()),
        MouseKind::Click | MouseKind::DoubleClick => {
            let line = state.list.top + usize::from(mouse.y - areas.list.y);
            if let Some(Shown::Row(row)) = state.list.shown(line) {
                state.list.select(row);
                if mouse.kind == MouseKind::DoubleClick {
                    return press(state, Command::Act);
                }
            }
        }
    }
    Vec::new()
}

/// A click on a choice of the top panel puts its bar there, as its arrow keys would; a second one
/// takes it.
fn choose(state: &mut State, at: Position, takes: bool) -> Vec<Effect> {
    let Some((wanted, now)) = view::choice_at(state, at) else { return Vec::new() };
    let step = if wanted > now { Move::Down } else { Move::Up };
    for _ in 0..wanted.abs_diff(now) {
        press(state, Command::Move(step));
    }
    if takes { press(state, Command::Act) } else { Vec::new() }
}

/// As if one of the command's keys had been pressed, so that an open panel hears it too.
fn press(state: &mut State, command: Command) -> Vec<Effect> {
    keys::press_for(state, command)
}
