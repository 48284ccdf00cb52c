//! From Enter on a role to the exit: confirm, credentials, sign-in, passphrase, each at most once.

use super::super::effect::Effect;
use super::super::panels::confirm::Asks;
use super::super::state::overlay::{Confirm, Login, Menu, Message, Overlay};
use super::super::state::{Pending, State, Then, Waits};
use super::super::{Action, Exit, Picked, panels};
use super::{clock, unlock};
use crate::domain::{self, Error, ErrorKind, InstanceName, RoleId, Timestamp};
use crate::ops::work::{Request, SignInStep};

/// The roles that a command means: the marked ones, in the order of the roster, or the selected
/// one.
pub(super) fn meant(state: &State) -> Vec<RoleId> {
    if state.marked.is_empty() {
        return state.list.selected.iter().cloned().collect();
    }
    let entries = state.roster.entries.iter().map(|entry| state.roster.id(entry));
    entries.filter(|role| state.marked.contains(role)).collect()
}

/// Does this with the marked roles, or the selected one. With nothing to show, Enter signs in:
/// there is nothing else it could mean.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if state.unlocking_is_next() {
        unlock::ask(state);
        return Vec::new();
    }
    if let Some(instance) = state.sign_in_is_next().cloned() {
        return sign_in(state, instance).1;
    }
    let roles = meant(state);
    if roles.len() > 1 && matches!(action, Action::Shell | Action::Exports) {
        // A shell has one role: which of the things that several can do is for the person to say.
        state.overlays.push(Overlay::Menu(Menu::of(roles)));
        return Vec::new();
    }
    begin(state, roles, Then::Leave(action))
}

/// Does something with roles, after a question where they are protected.
pub(in crate::tui) fn begin(state: &mut State, roles: Vec<RoleId>, then: Then) -> Vec<Effect> {
    match asks(state, &roles, &then) {
        Some(asks) => {
            state.overlays.push(Overlay::Confirm(Confirm::new(roles, then, asks)));
            Vec::new()
        }
        None => go(state, roles, then),
    }
}

/// The question, unless it needs none or was answered in this terminal within the hour. Over
/// several protected roles it is always asked.
fn asks(state: &State, roles: &[RoleId], then: &Then) -> Option<Asks> {
    // A name needs no credentials.
    if *then == Then::Leave(Action::Print) {
        return None;
    }
    let confirm = |role: &RoleId| {
        state.roster.find(role).map_or(domain::ConfirmLevel::None, |entry| entry.confirm)
    };
    if let [role] = roles {
        return match confirm(role) {
            confirm if state.consents.covers(role, confirm, state.now) => None,
            domain::ConfirmLevel::None => None,
            domain::ConfirmLevel::Ask => Some(Asks::Yes),
            domain::ConfirmLevel::TypeName => {
                let name = panels::account(state, role);
                let typable = name.bytes().all(|byte| (b' '..0x7f).contains(&byte));
                Some(Asks::Name(name, (!typable).then_some(role.account)))
            }
        };
    }
    roles
        .iter()
        .any(|role| confirm(role) != domain::ConfirmLevel::None)
        .then_some(Asks::Number(roles.len()))
}

/// A person has answered: remembered for these roles, then done.
pub(in crate::tui) fn confirmed(state: &mut State, roles: Vec<RoleId>, then: Then) -> Vec<Effect> {
    let mut effects = Vec::new();
    // Several were consented to as one: that says nothing of a single one of them.
    if let [role] = &roles[..]
        && let Some(entry) = state.roster.find(role)
    {
        effects.push(Effect::Request(Request::RecordConfirmation {
            role: role.clone(),
            confirm: entry.confirm,
        }));
    }
    effects.extend(go(state, roles, then));
    effects
}

/// The choice is made: one role is assumed first, so that it is known to work before the screen
/// goes.
fn go(state: &mut State, mut roles: Vec<RoleId>, then: Then) -> Vec<Effect> {
    match (roles.len(), then) {
        (0, _) => Vec::new(),
        (_, Then::Each(line)) => vec![Effect::Exit(Exit::Each { roles, line })],
        (_, Then::Leave(action @ (Action::Print | Action::Profile))) => {
            vec![Effect::Exit(Exit::Picked(Picked { roles, action }))]
        }
        (_, Then::Profile) => vec![Effect::Request(Request::WriteProfiles { roles })],
        (1, then) => {
            let role = roles.swap_remove(0);
            // A key that is held down asks once.
            if state
                .pending
                .as_ref()
                .is_some_and(|pending| pending.role == role && pending.then == then)
            {
                return Vec::new();
            }
            let pending = Pending {
                role,
                then,
                number: 0,
                waits: Waits::Credentials,
                signed_in: false,
                unlocked: false,
            };
            assume(state, pending)
        }
        (_, Then::Leave(action)) => vec![Effect::Exit(Exit::Picked(Picked { roles, action }))],
        // Only ever offered for one role.
        (_, Then::Copy(_) | Then::Renew) => Vec::new(),
    }
}

fn assume(state: &mut State, pending: Pending) -> Vec<Effect> {
    let number = state.number();
    let role = pending.role.clone();
    let request = match pending.then {
        Then::Renew => Request::Renew { role, number },
        _ => Request::Assume { role, number },
    };
    state.pending = Some(Pending { number, waits: Waits::Credentials, ..pending });
    vec![Effect::Request(request)]
}

/// An assume was answered.
pub(super) fn assumed(
    state: &mut State,
    number: u64,
    outcome: Result<Timestamp, Error>,
) -> Vec<Effect> {
    let Some(pending) = state
        .pending
        .take_if(|pending| pending.number == number && pending.waits == Waits::Credentials)
    else {
        return Vec::new();
    };
    match outcome {
        Ok(expires_at) => done(state, pending, expires_at),
        Err(error) if error.kind == ErrorKind::LoginNeeded && !pending.signed_in => {
            let (number, effects) = sign_in(state, pending.role.instance.clone());
            state.pending =
                Some(Pending { waits: Waits::SignIn(number), signed_in: true, ..pending });
            effects
        }
        Err(error)
            if error.kind == ErrorKind::Vault && state.locked.is_some() && !pending.unlocked =>
        {
            state.pending = Some(Pending { waits: Waits::Passphrase, unlocked: true, ..pending });
            unlock::ask(state);
            Vec::new()
        }
        Err(error) if error.kind == ErrorKind::Cancelled => Vec::new(),
        Err(error) if clock::is_wrong(state) => {
            state.failed(&error);
            clock::explain(state, pending.role, error);
            Vec::new()
        }
        Err(error) => {
            state.failed(&error);
            let title = panels::name(state, &pending.role);
            state.overlays.push(Overlay::Message(Message { title, error }));
            Vec::new()
        }
    }
}

/// The credentials are in the vault.
fn done(state: &mut State, pending: Pending, expires_at: Timestamp) -> Vec<Effect> {
    match pending.then {
        // What the role is used for is signed with the time.
        Then::Leave(action @ (Action::Shell | Action::Exports))
            if clock::is_wrong(state) && !state.clock_accepted =>
        {
            clock::hold(state, pending.role, action);
            Vec::new()
        }
        Then::Leave(action) => {
            vec![Effect::Exit(Exit::Picked(Picked { roles: vec![pending.role], action }))]
        }
        Then::Copy(what) => {
            vec![Effect::Request(Request::CopySecret { role: pending.role, secret: what })]
        }
        Then::Renew => {
            let left = domain::format_duration(expires_at.since(state.now));
            state.say(format!("{}: renewed, {left} left", panels::name(state, &pending.role)));
            Vec::new()
        }
        // These need no credentials here, and never wait for any.
        Then::Each(line) => vec![Effect::Exit(Exit::Each { roles: vec![pending.role], line })],
        Then::Profile => {
            vec![Effect::Request(Request::WriteProfiles { roles: vec![pending.role] })]
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
pub(in crate::tui) fn sign_in(state: &mut State, instance: InstanceName) -> (u64, Vec<Effect>) {
    if let Some(login) = state
        .login()
        .filter(|login| login.instance == instance && !matches!(login.step, SignInStep::Failed(_)))
    {
        return (login.number, Vec::new());
    }
    let mut effects: Vec<Effect> = state
        .login()
        .map(|login| Effect::Request(Request::CancelSignIn { number: login.number }))
        .into_iter()
        .collect();
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Login(_)));
    let number = state.number();
    state.overlays.push(Overlay::Login(Login::new(instance.clone(), number)));
    effects.push(Effect::Request(Request::SignIn { instance, number }));
    (number, effects)
}

/// Signs in once more where that has failed; what waited for the failed one waits for this one.
pub(in crate::tui) fn sign_in_again(state: &mut State, failed: &Login) -> Vec<Effect> {
    let (number, effects) = sign_in(state, failed.instance.clone());
    let same =
        state.pending.iter_mut().filter(|pending| pending.waits == Waits::SignIn(failed.number));
    same.for_each(|pending| pending.waits = Waits::SignIn(number));
    effects
}
