//! Opens the console: leaves the picker if a program can open it, otherwise shows the link.

use super::error_panel;
use crate::domain::{Error, RoleId};
use crate::ops::backend::messages::{ConsoleLink, Request};
use crate::tui::effect::Effect;
use crate::tui::state::console_link::ConsoleLinkPanel;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{PendingTask, RoleTask, State, WaitingFor};
use crate::tui::{Exit, PickAction, Picked};

/// Continues with an action whose credentials are in the vault.
pub(super) fn exit_or_ask(
    state: &mut State,
    pending: PendingTask,
    action: PickAction,
) -> Vec<Effect> {
    let service = match action {
        PickAction::Console => None,
        PickAction::Service(name) => Some(name),
        _ => return vec![exit_with(pending.role, action)],
    };
    // A caller that asked for the role opens the console itself, or prints the link.
    if state.single_action {
        return vec![exit_with(pending.role, action)];
    }
    let number = state.next_number();
    let (role, query) = (pending.role.clone(), state.query.text().to_owned());
    state.pending = Some(PendingTask { number, waiting_for: WaitingFor::Console, ..pending });
    vec![Effect::Request(Request::OpenConsole { role, service, query, number })]
}

/// Handles the answer: leaves, or shows the link or the error.
pub(super) fn on_console(
    state: &mut State,
    number: u64,
    outcome: Result<Option<ConsoleLink>, Error>,
) -> Vec<Effect> {
    let is_answer = |pending: &mut PendingTask| {
        pending.number == number && pending.waiting_for == WaitingFor::Console
    };
    let Some(PendingTask { role, task: RoleTask::Exit(action), .. }) =
        state.pending.take_if(is_answer)
    else {
        return Vec::new();
    };
    match outcome {
        Ok(None) => return vec![exit_with(role, action)],
        Ok(Some(link)) => state.overlays.push(Overlay::ConsoleLink(ConsoleLinkPanel {
            role,
            action,
            link,
            copied: false,
            show_qr: false,
        })),
        Err(error) => {
            state.log_error(&error);
            error_panel::show(state, &role, error, Some(RoleTask::Exit(action)));
        }
    }
    Vec::new()
}

/// Leaves the picker; the caller prints the link if it can't be opened.
pub(in crate::tui) fn exit_with(role: RoleId, action: PickAction) -> Effect {
    Effect::Exit(Exit::Picked(Picked { roles: vec![role], action }))
}
