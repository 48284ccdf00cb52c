//! The mouse: a click selects, a double click activates, the wheel scrolls. Hints in the footer,
//! rows of the action menu and letters below a panel answer one click; a click outside a panel closes
//! it.

use ratatui::layout::{Position, Rect};

use super::keys::{press_command, press_letter};
use super::suggestions;
use crate::tui::commands::{Move, PanelKind, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::event::{Mouse, MouseKind};
use crate::tui::footer_hints;
use crate::tui::labels;
use crate::tui::layout;
use crate::tui::state::list::ListLine;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{State, WaitingFor};
use crate::tui::status_line;
use crate::tui::text::width;
use crate::tui::view;

/// The rows per notch of the wheel.
const WHEEL_LINES: isize = 3;

/// Handles a gesture.
pub(super) fn handle_mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let at = Position::new(mouse.x, mouse.y);
    // The second click of a double click must not act on what the first one uncovered, and a third
    // one must not answer the question.
    let again = state.acted_click == Some((mouse.x, mouse.y));
    match mouse.kind {
        MouseKind::Click if again && is_question(state.overlays.last()) => return Vec::new(),
        MouseKind::Click => {
            let effects = click_button(state, at);
            state.acted_click = effects.is_some().then_some((mouse.x, mouse.y));
            if let Some(effects) = effects {
                return effects;
            }
        }
        MouseKind::DoubleClick if again => return Vec::new(),
        MouseKind::DoubleClick => state.acted_click = Some((mouse.x, mouse.y)),
        MouseKind::WheelUp | MouseKind::WheelDown => {}
    }
    let areas = layout::current(state);
    if areas.status_line.into_iter().chain(areas.footer).any(|area| area.contains(at)) {
        return Vec::new();
    }
    if let Some(effects) = click_preview(state, at, mouse.kind) {
        return effects;
    }
    if state.overlays.last().is_some_and(|top| !is_beside_list(state, top, at)) {
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
        MouseKind::Click | MouseKind::DoubleClick if suggestions::are_shown(state) => {
            if let Some(number) = view::suggestion_at(state, at) {
                state.list.selected_name = number;
                if mouse.kind == MouseKind::DoubleClick {
                    return press_command(state, PickerCommand::Activate);
                }
            }
        }
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

/// Handles a click on a role that the preview lists: it is selected there, as with the panel's key
/// and the arrow keys, and a double click activates it. A click elsewhere ends that selection and
/// then does what it does otherwise, which is `None`.
fn click_preview(state: &mut State, at: Position, kind: MouseKind) -> Option<Vec<Effect>> {
    if !matches!(kind, MouseKind::Click | MouseKind::DoubleClick) {
        return None;
    }
    let is_selecting = view::selects_in_preview(state);
    if !is_selecting && !state.overlays.is_empty() {
        return None;
    }
    let role = view::preview_role_at(state, at).and_then(|at| state.list.roster.entries.get(at));
    let Some(role) = role.map(|entry| state.list.roster.id(entry)) else {
        if is_selecting {
            state.overlays.pop();
        }
        return None;
    };
    if !is_selecting {
        press_command(state, PickerCommand::Open(PanelKind::AccountRoles));
    }
    if let Some(Overlay::AccountRoles(panel)) = state.overlays.last_mut() {
        panel.select.select(role);
    }
    match kind {
        MouseKind::DoubleClick => Some(press_command(state, PickerCommand::Activate)),
        _ => Some(Vec::new()),
    }
}

/// Whether a panel asks for a `y`.
fn is_question(top: Option<&Overlay>) -> bool {
    matches!(top, Some(Overlay::Destructive(_) | Overlay::Confirm(_)))
}

/// Handles a click on something that acts at once. `None` if there is nothing of this kind.
fn click_button(state: &mut State, at: Position) -> Option<Vec<Effect>> {
    let areas = layout::current(state);
    if areas.status_line.is_some_and(|line| line.contains(at)) {
        let (command, _) = status_line::current(state)?.next_step?;
        return Some(press_command(state, command));
    }
    if let Some(footer) = areas.footer.filter(|footer| footer.contains(at)) {
        let command = footer_command(state, footer, at)?;
        return Some(press_command(state, command));
    }
    let top = state.overlays.last()?;
    if view::top_panel_area(state).is_some_and(|area| !area.contains(at)) {
        return top.closes_on_click().then(|| press_command(state, PickerCommand::Back));
    }
    if let Some(letter) = view::shortcut_at(state, at).and_then(|letter| letter.chars().next()) {
        return Some(press_letter(state, letter));
    }
    if matches!(top, Overlay::Menu(_)) && view::choice_at(state, at).is_some() {
        click_choice(state, at, MouseKind::Click);
        return Some(press_command(state, PickerCommand::Activate));
    }
    None
}

/// The command of the footer at a cell: of what the footer shows now.
fn footer_command(state: &State, footer: Rect, at: Position) -> Option<PickerCommand> {
    if state.pending.as_ref().is_some_and(|pending| {
        matches!(pending.waiting_for, WaitingFor::Credentials | WaitingFor::Console)
    }) {
        // The key that stops the action is at the right end.
        let text = width(&labels::key_label(state, PickerCommand::Back)) + " stop".len();
        let start = usize::from(footer.right()).saturating_sub(text + 1);
        return (usize::from(at.x) >= start && !state.inline).then_some(PickerCommand::Back);
    }
    if state.note.is_some() {
        return None;
    }
    let hints = footer_hints::footer_hints(footer, state);
    hints.into_iter().find(|hint| hint.area.contains(at)).map(|hint| hint.command)
}

/// Whether the list at a cell can be used while this panel is on top.
fn is_beside_list(state: &State, top: &Overlay, at: Position) -> bool {
    top.is_modeless() && view::top_panel_area(state).is_some_and(|area| !area.contains(at))
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
