//! Handles updates from the background.

use super::refresh::start_refresh;
use super::{activate, clock_skew, console_link, destructive, error_panel, first_run, unlock};
use crate::domain::{Error, ErrorKind, InstanceName};
use crate::ops::backend::messages::{RefreshCounts, SignInStep, UnlockPrompt, Update};
use crate::tui::effect::Effect;
use crate::tui::format;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::requested_refresh::RefreshReport;
use crate::tui::state::sign_in_state::SignInState;
use crate::tui::state::{RefreshStatus, SearchOrigin, State, WaitingFor};

/// Handles an update.
pub(super) fn handle_update(state: &mut State, update: Update) -> Vec<Effect> {
    match update {
        Update::Roster(roster) => {
            state.roster = roster;
            state.name_shell_role();
            state.is_preview = false;
            // A running search that the user started must not become one that keeps rows in place.
            let typed = state.list.total.is_some() && state.query.text() != state.list.query;
            let in_background = !typed
                && state.search.active.is_none_or(|search| search.origin != SearchOrigin::User);
            let origin = if in_background { SearchOrigin::Background } else { SearchOrigin::User };
            return vec![Effect::Search(state.start_search(origin))];
        }
        Update::RefreshProgress { instance, done, total, throttled, failure } => {
            state.set_refresh_progress(instance, done, total, throttled, failure);
        }
        Update::Refreshed { instance, outcome } => {
            on_refreshed(state, instance, outcome);
            let sign_in_when_ready = std::mem::take(&mut state.sign_in_when_ready);
            if let (true, Some(instance)) =
                (sign_in_when_ready, state.instance_to_sign_in().cloned())
            {
                return activate::sign_in(state, instance).1;
            }
        }
        Update::SignIn { number, step } => return on_sign_in_step(state, number, step),
        Update::Assumed { number, outcome, .. } => {
            return activate::on_assumed(state, number, outcome);
        }
        Update::Console { number, outcome, .. } => {
            return console_link::on_console(state, number, outcome);
        }
        Update::Sessions(sessions) => {
            state.sessions = sessions;
            state.unknown_sessions.clear();
            // The sessions come from the vault, so it is unlocked.
            state.unlock_prompt = None;
            state.schedule_retry();
        }
        Update::SignedOut { instance, outcome } => {
            destructive::on_signed_out(state, &instance, outcome);
        }
        Update::CredentialsDropped { role } => destructive::on_credentials_dropped(state, &role),
        Update::Locked(prompt) => {
            if !prompt.is_locked() {
                // There is no vault yet, so the user is not signed in.
                state.unknown_sessions.clear();
            }
            state.unlock_prompt = Some(prompt);
        }
        Update::VaultUnlocked(Ok(())) => return unlock::on_unlocked(state),
        Update::VaultUnlocked(Err(error)) => unlock::on_unlock_failed(state, error),
        Update::ClockSkew(ahead) => return clock_skew::on_clock_skew(state, ahead),
        Update::Discovered { number, outcome } => {
            return first_run::on_discovered(state, number, outcome);
        }
        Update::SetUp { number, outcome } => return first_run::on_set_up(state, number, outcome),
        Update::UtcOffset(seconds) => state.utc_offset_seconds = Some(seconds),
        Update::Message(text) => state.notify(text),
        Update::RoleFailed { role, error } => {
            state.log_error(&error);
            error_panel::show(state, &role, error, None);
        }
        Update::Confirmations(confirmations) => state.confirmations = confirmations,
    }
    Vec::new()
}

fn on_refreshed(state: &mut State, instance: InstanceName, outcome: Result<RefreshCounts, Error>) {
    state.refresh.retry.on_refreshed(&instance);
    let mut report = RefreshReport::Reported;
    let name = instance.clone();
    match outcome {
        Ok(done) => {
            state.refresh.by_instance.remove(&instance);
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
                state.notify(format!("{instance}: AWS sent an empty list; {kept}"));
            } else if let Some(total) = done.first_total.filter(|total| *total > 0) {
                state.notify(format!("{instance}: {} read", format::pluralize(total, "role")));
            } else if done.added + done.removed > 0 {
                state.notify(format!("{instance}: {} new, {} gone", done.added, done.removed));
            } else if done.failed > 0 {
                let accounts = if done.failed == 1 { "account" } else { "accounts" };
                state.notify(format!(
                    "{instance}: {} {accounts} could not be read, their old roles are kept",
                    done.failed
                ));
            } else {
                report = RefreshReport::Unchanged;
            }
        }
        Err(error) if error.kind == ErrorKind::Cancelled => {
            drop(state.refresh.by_instance.remove(&instance))
        }
        Err(mut error) => {
            // If there is no vault yet, the user is not signed in.
            if error.kind == ErrorKind::Vault
                && state.unlock_prompt == Some(UnlockPrompt::NewPassphrase)
            {
                error.kind = ErrorKind::LoginNeeded;
            }
            let signed_out = error.kind == ErrorKind::LoginNeeded;
            if signed_out {
                state.set_signed_in(&instance, SignInState::SignedOut);
                report = RefreshReport::SignedOut;
            } else {
                // The screen shows that the user is not signed in anyway.
                state.log_error(&error);
            }
            let since = state
                .refresh
                .by_instance
                .get(&instance)
                .and_then(RefreshStatus::failing_since)
                .unwrap_or(state.now);
            state.refresh.by_instance.insert(instance, RefreshStatus::Failed { error, since });
        }
    }
    state.on_refresh_ended(&name, report);
    state.refresh.throttled_since = state
        .refresh
        .throttled_since
        .filter(|_| state.refresh_totals().is_some_and(|(.., slow)| slow));
}

fn on_sign_in_step(state: &mut State, number: u64, step: SignInStep) -> Vec<Effect> {
    let found = state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::SignIn(panel) if panel.number == number => Some(panel),
        _ => None,
    });
    let Some(panel) = found else { return Vec::new() };
    match step {
        SignInStep::Done => {}
        SignInStep::Warning(error) => {
            state.log_error(&error);
            return Vec::new();
        }
        SignInStep::Failed(error) if error.kind == ErrorKind::Cancelled => {
            state.overlays.retain(
                |overlay| !matches!(overlay, Overlay::SignIn(panel) if panel.number == number),
            );
            state.pending.take_if(|pending| pending.waiting_for == WaitingFor::SignIn(number));
            return Vec::new();
        }
        SignInStep::Starting
        | SignInStep::Open { .. }
        | SignInStep::BrowserFailed(_)
        | SignInStep::Connection(_)
        | SignInStep::RedirectRejected(_)
        | SignInStep::Failed(_) => {
            let needs_vault =
                matches!(&step, SignInStep::Failed(error) if error.kind == ErrorKind::Vault);
            panel.on_step(step);
            if needs_vault && state.unlock_prompt.is_some() {
                let instance = panel.instance.clone();
                state.overlays.retain(|overlay| !matches!(overlay, Overlay::SignIn(_)));
                state.block_sign_in(instance, number);
            }
            return Vec::new();
        }
    }
    let instance = panel.instance.clone();
    state
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::SignIn(panel) if panel.number == number));
    state.set_signed_in(&instance, SignInState::SignedIn);
    let mut sessions = state.sessions.instances.iter_mut();
    if let Some(session) = sessions.find(|session| session.instance == instance) {
        session.signed_in_at = Some(state.now);
    }
    let mut effects = activate::resume(state, WaitingFor::SignIn(number));
    // Refresh a list that could not be read without a sign-in.
    let never_read = state.session(&instance).is_none_or(|session| session.fetched_at.is_none());
    if never_read
        || matches!(state.refresh.by_instance.get(&instance), Some(RefreshStatus::Failed { .. }))
    {
        effects.push(start_refresh(state, instance));
    }
    effects
}
