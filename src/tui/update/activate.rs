//! From Enter on a role to the exit: confirmation, credentials, sign-in and passphrase, each at
//! most once.
//!
//! The steps are those of [`crate::ops::access`], and so is the policy: [`ConfirmQuestion`] and
//! [`TerminalConfirmations`](crate::ops::backend::messages::TerminalConfirmations). Only the waiting
//! is here. A question or a sign-in is a panel that the user can leave, retry or ignore while
//! searching on, so what happens next is part of the state and not of a suspended use case.

use super::{clock_skew, console_link, error_panel, profiles};
use crate::domain::{self, ConfirmQuestion, Error, ErrorKind, InstanceName, RoleId, Timestamp};
use crate::ops::backend::messages::{Request, SignInStep};
use crate::tui::effect::Effect;
use crate::tui::state::overlay::{ConfirmPanel, MenuPanel, Overlay, SignInPanel};
use crate::tui::state::{PendingTask, RoleTask, State, WaitingFor};
use crate::tui::{Exit, PickAction, Picked, labels};

/// The roles that a command applies to: the marked roles in the order of the roster, or the
/// selected role.
pub(super) fn target_roles(state: &State) -> Vec<RoleId> {
    if state.marked.is_empty() {
        return state.list.selected().into_iter().cloned().collect();
    }
    let entries = state.roster.entries.iter().map(|entry| state.roster.id(entry));
    entries.filter(|role| state.marked.contains(role)).collect()
}

/// Runs an action with the marked or selected roles. With an empty list, Enter signs in, the only
/// thing it could mean.
pub(super) fn run_action(state: &mut State, action: PickAction) -> Vec<Effect> {
    if state.is_unlock_needed() {
        state.open_passphrase_prompt();
        return Vec::new();
    }
    if let Some(instance) = state.instance_to_sign_in().cloned() {
        return sign_in(state, instance).1;
    }
    let roles = target_roles(state);
    if roles.len() > 1 && matches!(action, PickAction::Shell | PickAction::Exports) {
        // A shell has one role, so the user chooses what to do with several.
        state.overlays.push(Overlay::Menu(MenuPanel::new(roles)));
        return Vec::new();
    }
    start(state, roles, RoleTask::Exit(action))
}

/// Starts a task with roles, after a confirmation if they are protected.
pub(in crate::tui) fn start(state: &mut State, roles: Vec<RoleId>, task: RoleTask) -> Vec<Effect> {
    if let Some(refusal) = profiles::refusal(&roles, &task) {
        state.notify(refusal);
        return Vec::new();
    }
    match unanswered_question(state, &roles, &task) {
        Some(question) => {
            state.overlays.push(Overlay::Confirm(ConfirmPanel::new(roles, task, question)));
            Vec::new()
        }
        None => run_task(state, roles, task),
    }
}

/// The question to ask before a task, unless the user has answered it in this terminal within the
/// last hour.
fn unanswered_question(
    state: &State,
    roles: &[RoleId],
    task: &RoleTask,
) -> Option<ConfirmQuestion> {
    // Printing a name uses no credentials.
    if *task == RoleTask::Exit(PickAction::Print) {
        return None;
    }
    let entries: Vec<_> = roles.iter().filter_map(|role| state.roster.find(role)).collect();
    ConfirmQuestion::new(&entries)
        .filter(|question| !state.confirmations.answers(question, &state.roster, state.now))
}

/// Records the confirmation and runs the task.
pub(in crate::tui) fn on_confirmed(
    state: &mut State,
    roles: Vec<RoleId>,
    task: RoleTask,
    question: &ConfirmQuestion,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let ([role], Some(entry)) = (&roles[..], question.remembered_role()) {
        effects.push(Effect::Request(Request::RecordConfirmation {
            role: role.clone(),
            confirm: entry.confirm,
        }));
    }
    effects.extend(run_task(state, roles, task));
    effects
}

/// Runs a confirmed task. A single role is assumed before the screen closes, so that errors are
/// shown here.
fn run_task(state: &mut State, mut roles: Vec<RoleId>, task: RoleTask) -> Vec<Effect> {
    match (roles.len(), task) {
        (0, _) => Vec::new(),
        (_, RoleTask::RunEach(line)) => {
            vec![Effect::Exit(Exit::RunEach { roles, command_line: line })]
        }
        (_, RoleTask::Exit(action @ (PickAction::Print | PickAction::Profile))) => {
            vec![Effect::Exit(Exit::Picked(Picked { roles, action }))]
        }
        // Its credentials are fetched by the action itself, if at all.
        (1, task @ RoleTask::Exit(action)) if profiles::is_profile(&roles) => {
            let role = roles.swap_remove(0);
            if is_pending(state, &role, &task) {
                return Vec::new();
            }
            console_link::exit_or_ask(state, PendingTask::new(role, task), action)
        }
        (_, RoleTask::WriteProfiles) => vec![Effect::Request(Request::WriteProfiles { roles })],
        (1, task) => {
            let role = roles.swap_remove(0);
            if is_pending(state, &role, &task) {
                return Vec::new();
            }
            assume(state, PendingTask::new(role, task))
        }
        (_, RoleTask::Exit(action)) => vec![Effect::Exit(Exit::Picked(Picked { roles, action }))],
        // Only offered for a single role.
        (_, RoleTask::CopySecret(_) | RoleTask::Renew) => Vec::new(),
    }
}

/// Whether the task is in progress: a key that is held down sends one request.
fn is_pending(state: &State, role: &RoleId, task: &RoleTask) -> bool {
    let pending = state.pending.as_ref();
    pending.is_some_and(|pending| pending.role == *role && pending.task == *task)
}

fn assume(state: &mut State, pending: PendingTask) -> Vec<Effect> {
    let number = state.next_number();
    let role = pending.role.clone();
    let request = match pending.task {
        RoleTask::Renew => Request::Renew { role, number },
        _ => Request::Assume { role, number },
    };
    state.pending = Some(PendingTask { number, waiting_for: WaitingFor::Credentials, ..pending });
    vec![Effect::Request(request)]
}

/// Handles the answer to an assume request.
pub(super) fn on_assumed(
    state: &mut State,
    number: u64,
    outcome: Result<Timestamp, Error>,
) -> Vec<Effect> {
    let Some(pending) = state.pending.take_if(|pending| {
        pending.number == number && pending.waiting_for == WaitingFor::Credentials
    }) else {
        return Vec::new();
    };
    match outcome {
        Ok(expires_at) => on_credentials(state, pending, expires_at),
        Err(error) if error.kind == ErrorKind::LoginNeeded && !pending.tried_sign_in => {
            let (number, effects) = sign_in(state, pending.role.instance.clone());
            state.pending = Some(PendingTask {
                waiting_for: WaitingFor::SignIn(number),
                tried_sign_in: true,
                ..pending
            });
            effects
        }
        Err(error)
            if error.kind == ErrorKind::Vault
                && state.unlock_prompt.is_some()
                && !pending.tried_unlock =>
        {
            state.pending = Some(PendingTask {
                waiting_for: WaitingFor::Passphrase,
                tried_unlock: true,
                ..pending
            });
            state.open_passphrase_prompt();
            Vec::new()
        }
        Err(error) if error.kind == ErrorKind::Cancelled => Vec::new(),
        Err(error) if clock_skew::is_skewed(state) => {
            state.log_error(&error);
            clock_skew::show_failure(state, pending.role, error);
            Vec::new()
        }
        Err(error) => {
            state.log_error(&error);
            error_panel::show(state, &pending.role, error, Some(pending.task));
            Vec::new()
        }
    }
}

/// Continues after the credentials were stored in the vault.
fn on_credentials(state: &mut State, pending: PendingTask, expires_at: Timestamp) -> Vec<Effect> {
    match pending.task {
        // Requests are signed with the local time.
        RoleTask::Exit(action @ (PickAction::Shell | PickAction::Exports))
            if clock_skew::is_skewed(state) && !state.clock.accepted =>
        {
            clock_skew::hold_exit(state, pending.role, action);
            Vec::new()
        }
        RoleTask::Exit(action) => console_link::exit_or_ask(state, pending, action),
        RoleTask::CopySecret(secret) => {
            vec![Effect::Request(Request::CopySecret { role: pending.role, secret })]
        }
        RoleTask::Renew => {
            let left = domain::format_duration(expires_at.seconds_since(state.now));
            state.notify(format!(
                "{}: renewed, {left} left",
                labels::role_label(state, &pending.role)
            ));
            Vec::new()
        }
        // These tasks need no credentials and never wait for any.
        RoleTask::RunEach(line) => {
            vec![Effect::Exit(Exit::RunEach { roles: vec![pending.role], command_line: line })]
        }
        RoleTask::WriteProfiles => {
            vec![Effect::Request(Request::WriteProfiles { roles: vec![pending.role] })]
        }
    }
}

/// Runs a task that failed once more. It was confirmed then.
pub(in crate::tui) fn retry(state: &mut State, role: RoleId, task: RoleTask) -> Vec<Effect> {
    run_task(state, vec![role], task)
}

/// Continues the pending task, if it waited for this.
pub(super) fn resume(state: &mut State, waited: WaitingFor) -> Vec<Effect> {
    match state.pending.take_if(|pending| pending.waiting_for == waited) {
        Some(pending) => assume(state, pending),
        None => Vec::new(),
    }
}

/// Starts a sign-in, or joins the one that is running for this instance. If the vault is locked,
/// asks for its passphrase first. Returns the request number.
pub(in crate::tui) fn sign_in(state: &mut State, instance: InstanceName) -> (u64, Vec<Effect>) {
    if state.is_vault_locked() {
        let number = state.next_number();
        state.block_sign_in(instance, number);
        return (number, Vec::new());
    }
    if let Some(panel) = state
        .sign_in_panel()
        .filter(|panel| panel.instance == instance && !matches!(panel.step, SignInStep::Failed(_)))
    {
        return (panel.number, Vec::new());
    }
    let mut effects: Vec<Effect> = state
        .sign_in_panel()
        .map(|panel| Effect::Request(Request::CancelSignIn { number: panel.number }))
        .into_iter()
        .collect();
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::SignIn(_)));
    let number = state.next_number();
    state.overlays.push(Overlay::SignIn(SignInPanel::new(instance.clone(), number)));
    effects.push(Effect::Request(Request::SignIn { instance, number }));
    (number, effects)
}

/// Starts another sign-in after the one with this number has failed. A task that waited for it
/// waits for the new one.
pub(in crate::tui) fn retry_sign_in(
    state: &mut State,
    instance: InstanceName,
    failed: u64,
) -> Vec<Effect> {
    let (number, effects) = sign_in(state, instance);
    let waiting = state
        .pending
        .iter_mut()
        .filter(|pending| pending.waiting_for == WaitingFor::SignIn(failed));
    waiting.for_each(|pending| pending.waiting_for = WaitingFor::SignIn(number));
    effects
}
