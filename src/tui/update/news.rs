//! What the background has to say.

use super::super::effect::Effect;
use super::super::panels;
use super::super::state::overlay::{Message, Overlay};
use super::super::state::{Refresh, State, Waits};
use super::{choose, clock, first_run, refresh, unlock};
use crate::domain::{Error, ErrorKind, InstanceName};
use crate::ops::work::{RefreshCounts, SignInStep, UnlockPrompt, Update};

/// Takes one piece of news in.
pub(super) fn hear(state: &mut State, news: Update) -> Vec<Effect> {
    match news {
        Update::Roster(roster) => {
            state.roster = roster;
            state.sketch = false;
            // A search of the person's own that is still under way must not become one that moves
            // nothing.
            let typed = state.list.total.is_some() && state.query.text() != state.list.text;
            let arrival = !typed && state.search.is_none_or(|search| search.arrival);
            return vec![Effect::Search(state.start_search(arrival))];
        }
        Update::RefreshProgress { instance, done, total, throttled } => {
            state.progress(instance, done, total, throttled);
        }
        Update::Refreshed { instance, outcome } => {
            refreshed(state, instance, outcome);
            let eager = std::mem::take(&mut state.eager);
            if let (true, Some(instance)) = (eager, state.sign_in_is_next().cloned()) {
                return choose::sign_in(state, instance).1;
            }
        }
        Update::SignIn { number, step } => return sign_in(state, number, step),
        Update::Assumed { number, outcome, .. } => return choose::assumed(state, number, outcome),
        Update::Sessions(sessions) => {
            state.sessions = sessions;
            // Who is signed in is known from the vault.
            state.locked = None;
            state.consider_again();
        }
        Update::Locked(asks) => state.locked = Some(asks),
        Update::VaultUnlocked(Ok(())) => return unlock::opened(state),
        Update::VaultUnlocked(Err(error)) => unlock::refused(state, error),
        Update::ClockSkew(ahead) => return clock::told(state, ahead),
        Update::Discovered { number, outcome } => {
            return first_run::discovered(state, number, outcome);
        }
        Update::SetUp { number, outcome } => return first_run::set_up(state, number, outcome),
        Update::Message(text) => state.say(text),
        Update::RoleFailed { role, error } => {
            state.failed(&error);
            let title = panels::name(state, &role);
            state.overlays.push(Overlay::Message(Message { title, error }));
        }
        Update::Confirmations(consents) => state.consents = consents,
    }
    Vec::new()
}

fn refreshed(state: &mut State, instance: InstanceName, outcome: Result<RefreshCounts, Error>) {
    state.again.heard(&instance);
    match outcome {
        Ok(done) => {
            state.refreshes.remove(&instance);
            if let Some(session) =
                state.sessions.instances.iter_mut().find(|session| session.instance == instance)
            {
                session.fetched_at = Some(done.at);
                session.unconfirmed = done.unconfirmed;
            }
            if done.unconfirmed > 0 {
                let accounts = if done.unconfirmed == 1 { "account" } else { "accounts" };
                let kept = format!(
                    "the old roles of {} {accounts} are kept until a second refresh agrees",
                    done.unconfirmed
                );
                state.say(format!("{instance}: AWS sent an empty list; {kept}"));
            } else if done.added + done.removed > 0 {
                state.say(format!("{instance}: {} new, {} gone", done.added, done.removed));
            } else if done.failed > 0 {
                let accounts = if done.failed == 1 { "account" } else { "accounts" };
                state.say(format!(
                    "{instance}: {} {accounts} could not be read, their old roles are kept",
                    done.failed
                ));
            }
        }
        Err(error) if error.kind == ErrorKind::Cancelled => drop(state.refreshes.remove(&instance)),
        Err(mut error) => {
            // Where there is no vault yet, nobody has signed in.
            if error.kind == ErrorKind::Vault && state.locked == Some(UnlockPrompt::NewPassphrase) {
                error.kind = ErrorKind::LoginNeeded;
            }
            let signed_out = error.kind == ErrorKind::LoginNeeded;
            if let Some(session) = state
                .sessions
                .instances
                .iter_mut()
                .find(|session| session.instance == instance && signed_out)
            {
                session.signed_in = false;
            }
            if !signed_out {
                // What it means stands on the screen for as long as it is so.
                state.failed(&error);
            }
            let since =
                state.refreshes.get(&instance).and_then(Refresh::failing).unwrap_or(state.now);
            state.refreshes.insert(instance, Refresh::Failed { error, since });
        }
    }
    state.throttled = state.throttled.filter(|_| state.gauge().is_some_and(|(.., slow)| slow));
}

fn sign_in(state: &mut State, number: u64, step: SignInStep) -> Vec<Effect> {
    let found = state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Login(login) if login.number == number => Some(login),
        _ => None,
    });
    let Some(login) = found else { return Vec::new() };
    match step {
        SignInStep::Done => {}
        SignInStep::Failed(error) if error.kind == ErrorKind::Cancelled => {
            state.overlays.retain(
                |overlay| !matches!(overlay, Overlay::Login(login) if login.number == number),
            );
            state.pending.take_if(|pending| pending.waits == Waits::SignIn(number));
            return Vec::new();
        }
        SignInStep::Starting
        | SignInStep::Open { .. }
        | SignInStep::BrowserFailed(_)
        | SignInStep::RedirectRejected(_)
        | SignInStep::Failed(_) => {
            let closed =
                matches!(&step, SignInStep::Failed(error) if error.kind == ErrorKind::Vault);
            login.hear(step);
            if closed && state.locked.is_some() {
                unlock::ask(state);
            }
            return Vec::new();
        }
    }
    let instance = login.instance.clone();
    state
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Login(login) if login.number == number));
    if let Some(session) =
        state.sessions.instances.iter_mut().find(|session| session.instance == instance)
    {
        session.signed_in = true;
        session.signed_in_at = Some(state.now);
    }
    let mut effects = choose::resume(state, Waits::SignIn(number));
    // What could not be read for want of a sign-in is read now.
    let never = state.session(&instance).is_none_or(|session| session.fetched_at.is_none());
    if never || matches!(state.refreshes.get(&instance), Some(Refresh::Failed { .. })) {
        effects.push(refresh(state, instance));
    }
    effects
}
