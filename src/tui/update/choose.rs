//! From Enter on a role to the exit: confirm, credentials, sign-in, passphrase, each at most once.

use super::super::effect::Effect;
use super::super::state::overlay::{Confirm, Login, Message, Overlay, Passphrase};
use super::super::state::{Pending, State, Waits};
use super::super::{Action, Exit, Picked};
use crate::domain::{Error, InstanceName, Kind, RoleId, Secret, Timestamp};
use crate::ops::work::{Request, SignInStep};

/// Does this with the marked roles, or the selected one. With nothing to show, Enter signs in: there is nothing else it could mean.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if let Some(instance) = state.sign_in_is_next().cloned() {
        return sign_in(state, instance).1;
    }
    let roles: Vec<RoleId> = if state.marked.is_empty() {
        state.list.selected.iter().cloned().collect()
    } else {
        let entries = state.roster.entries.iter().map(|entry| state.roster.id(entry));
        entries.filter(|role| state.marked.contains(role)).collect()
    };
    let protected = |role: &RoleId| state.roster.find(role).is_some_and(|entry| entry.protected());
    if action != Action::Print && roles.iter().any(protected) {
        state.overlays.push(Overlay::Confirm(Confirm { roles, action }));
        return Vec::new();
    }
    go(state, roles, action)
}

/// The choice is made: one role is assumed first, so that it is known to work before the screen goes.
pub(super) fn go(state: &mut State, mut roles: Vec<RoleId>, action: Action) -> Vec<Effect> {
    match (roles.len(), action) {
        (0, _) => Vec::new(),
        (1, Action::Shell | Action::Exports | Action::Console) => {
            let role = roles.swap_remove(0);
            let pending = Pending { role, action, number: 0, waits: Waits::Credentials, retried: false };
            assume(state, pending)
        }
        _ => vec![Effect::Exit(Exit::Picked(Picked { roles, action }))],
    }
}

fn assume(state: &mut State, pending: Pending) -> Vec<Effect> {
    let number = state.number();
    let role = pending.role.clone();
    state.pending = Some(Pending { number, waits: Waits::Credentials, ..pending });
    vec![Effect::Request(Request::Assume { role, number })]
}

/// An assume was answered.
pub(super) fn assumed(state: &mut State, number: u64, outcome: Result<Timestamp, Error>) -> Vec<Effect> {
    let Some(pending) = state.pending.take_if(|pending| pending.number == number && pending.waits == Waits::Credentials) else {
        return Vec::new();
    };
    match outcome {
        Ok(_) => vec![Effect::Exit(Exit::Picked(Picked { roles: vec![pending.role], action: pending.action }))],
        Err(error) if error.kind == Kind::LoginNeeded && !pending.retried => {
            let (number, effects) = sign_in(state, pending.role.instance.clone());
            state.pending = Some(Pending { waits: Waits::SignIn(number), retried: true, ..pending });
            effects
        }
        Err(error) if error.kind == Kind::Vault && !pending.retried => {
            state.pending = Some(Pending { waits: Waits::Passphrase, retried: true, ..pending });
            ask_passphrase(state, Some(error));
            Vec::new()
        }
        Err(error) if error.kind == Kind::Cancelled => Vec::new(),
        Err(error) => {
            let account = state.roster.find(&pending.role).map_or(pending.role.account.as_str(), |entry| entry.account_label());
            let title = format!("{account} · {}", pending.role.role);
            state.overlays.push(Overlay::Message(Message { title, error }));
            Vec::new()
        }
    }
}

/// What held the choice up is out of the way.
pub(super) fn resume(state: &mut State, waited: Waits) -> Vec<Effect> {
    match state.pending.take_if(|pending| pending.waits == waited) {
        Some(pending) => assume(state, pending),
        None => Vec::new(),
    }
}

/// Opens the sign-in panel, or joins the one that is open for this instance.
pub(super) fn sign_in(state: &mut State, instance: InstanceName) -> (u64, Vec<Effect>) {
    if let Some(login) = state.login().filter(|login| login.instance == instance && !matches!(login.step, SignInStep::Failed(_))) {
        return (login.number, Vec::new());
    }
    let mut effects: Vec<Effect> =
        state.login().map(|login| Effect::Request(Request::CancelSignIn { number: login.number })).into_iter().collect();
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Login(_)));
    let number = state.number();
    state.overlays.push(Overlay::Login(Login { instance: instance.clone(), number, step: SignInStep::Starting, copied: false }));
    effects.push(Effect::Request(Request::SignIn { instance, number }));
    (number, effects)
}

/// Opens the passphrase field, or says in the open one why it is still there.
pub(super) fn ask_passphrase(state: &mut State, error: Option<Error>) {
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Passphrase(_)));
    state.overlays.push(Overlay::Passphrase(Passphrase { typed: Secret::from(""), error, waiting: false }));
}
