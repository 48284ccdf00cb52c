//! What is amiss while the list can still be used: one line with what it is, since when, and the
//! key that helps.

use super::commands::PickerCommand;
use super::panels::PanelKind;
use super::panels::content::Tone;
use super::state::{RefreshStatus, State};
use crate::domain::{
    Error, ErrorKind, InstanceName, Timestamp, format_age, format_duration_spaced,
};
use crate::ops::backend::messages::clock_warning;
use crate::tui::format;
use crate::tui::panels::overlay::Overlay;

/// Seconds without an answer before that is said: nearly every list begins to come sooner.
pub(super) const SLOW_ANSWER_SECONDS: i64 = 5;

/// The line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StatusLine {
    /// How loud.
    pub(super) tone: Tone,
    /// Before it.
    pub(super) icon: StatusIcon,
    /// What is said, from all of it to the least: the first that has the room is shown.
    pub(super) texts: Vec<String>,
    /// The next step, and what the footer would call it; none where there is nothing to do but
    /// wait.
    pub(super) next_step: Option<(PickerCommand, &'static str)>,
}

/// What sort of thing is amiss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusIcon {
    /// Something failed.
    Failed,
    /// Something takes its time.
    Slow,
    /// Nobody is signed in.
    SignedOut,
}

/// The worst of what is amiss. Nothing where there are no roles to show: then the whole screen says
/// it.
pub(super) fn current(state: &State) -> Option<StatusLine> {
    if state.role_count() == 0 || state.first_run.is_some() {
        return None;
    }
    let order: [fn(&State) -> Option<StatusLine>; 7] =
        [locked, offline, refresh_failed, clock_skewed, no_answer, throttled, signed_out];
    order.into_iter().find_map(|of| of(state))
}

fn locked(state: &State) -> Option<StatusLine> {
    state
        .unlock_prompt
        .filter(|asks| asks.is_locked())
        .filter(|_| !is_open(state, |overlay| matches!(overlay, Overlay::Passphrase(_))))?;
    let says =
        ["the vault is locked: who is signed in can't be seen", "the vault is locked", "locked"];
    let next = state.selected_entry().map(|_| (PickerCommand::Activate, "unlocks it"));
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts: says.map(str::to_owned).to_vec(),
        next_step: next,
    })
}

fn offline(state: &State) -> Option<StatusLine> {
    let (_, _, since) =
        failed_refreshes(state).find(|(_, error, _)| error.kind == ErrorKind::Unreachable)?;
    let long = duration_suffix(since, state.now);
    let age = state.fetched_at().map(|at| format_age(at, state.now));
    let read = age.map(|age| format!("this list was read {age}"));
    let all = read.as_ref().map(|read| format!("AWS can't be reached{long}: {read}"));
    let old = |at| format_duration_spaced(state.now.since(at));
    let less = state
        .fetched_at()
        .map(|at| format!("AWS can't be reached{long}; the list is {} old", old(at)));
    let says = all
        .into_iter()
        .chain(less)
        .chain([format!("AWS can't be reached{long}"), format!("offline{long}")]);
    let short = state.fetched_at().map(|at| format!("offline, {} old", old(at)));
    let says = says.chain(short).chain(["offline".to_owned()]);
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts: says.collect(),
        next_step: Some((PickerCommand::Refresh, "tries again")),
    })
}

/// A list that AWS refused to give, or that could not be kept.
fn refresh_failed(state: &State) -> Option<StatusLine> {
    let other = |error: &Error| {
        !matches!(error.kind, ErrorKind::Unreachable | ErrorKind::LoginNeeded | ErrorKind::Vault)
    };
    let (instance, error, since) = failed_refreshes(state).find(|(_, error, _)| other(error))?;
    let ago = format_age(since, state.now);
    let says = vec![
        format!("{instance}, {ago}: {}", error.message),
        format!("{instance} could not be read {ago}"),
        format!("{instance} not read"),
    ];
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts: says,
        next_step: Some((PickerCommand::Open(PanelKind::Log), "tells more")),
    })
}

fn clock_skewed(state: &State) -> Option<StatusLine> {
    let words = clock_warning(state.clock_skew)
        .filter(|_| !is_open(state, |overlay| matches!(overlay, Overlay::ClockSkew(_))))?;
    let said = state.clock_skew_since.map(|at| format_age(at, state.now)).unwrap_or_default();
    let far = format_duration_spaced(state.clock_skew.abs());
    let says = vec![
        format!("{words}, as AWS said {said}"),
        words,
        format!("clock {far} {}", skew_word(state.clock_skew)),
    ];
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts: says,
        next_step: Some((PickerCommand::Refresh, "asks again")),
    })
}

/// Whether a panel says it already.
fn is_open(state: &State, is: fn(&Overlay) -> bool) -> bool {
    state.overlays.iter().any(is)
}

/// What is wrong with a clock, in one word.
fn skew_word(ahead: i64) -> &'static str {
    if ahead > 0 { "slow" } else { "fast" }
}

/// AWS was asked, and says nothing at all.
fn no_answer(state: &State) -> Option<StatusLine> {
    let waited = state
        .unanswered_since()
        .map(|began| state.now.since(began))
        .filter(|waited| *waited >= SLOW_ANSWER_SECONDS)?;
    let long = if state.appearance.motion {
        format!(" for {}", format_duration_spaced(waited))
    } else {
        " yet".to_owned()
    };
    let age = state.fetched_at().map(|at| {
        format!("AWS has not answered{long}: this list was read {}", format_age(at, state.now))
    });
    let says =
        age.into_iter().chain([format!("AWS has not answered{long}"), "no answer yet".to_owned()]);
    Some(StatusLine {
        tone: Tone::Soft,
        icon: StatusIcon::Slow,
        texts: says.collect(),
        next_step: None,
    })
}

fn throttled(state: &State) -> Option<StatusLine> {
    let since = state.throttled_since?;
    let (done, total, _) = state.refresh_totals()?;
    let (done, all) = (format::group_digits(done), format::pluralize(total, "account"));
    let long = duration_suffix(since, state.now);
    let says = [
        format!(
            "AWS is throttling{long}: {done} of {all} read, the rest comes by itself; what is here can be used"
        ),
        format!("AWS is throttling{long}: {done} of {all} read, the rest comes by itself"),
        format!("AWS is throttling{long}: {done} of {all} read"),
        format!("throttled: {done} of {all}"),
    ];
    Some(StatusLine {
        tone: Tone::Soft,
        icon: StatusIcon::Slow,
        texts: says.to_vec(),
        next_step: None,
    })
}

fn signed_out(state: &State) -> Option<StatusLine> {
    let (instance, ..) =
        failed_refreshes(state).find(|(_, error, _)| error.kind == ErrorKind::LoginNeeded)?;
    // Of one whose list was never read nothing on the screen is old; the first line tells that
    // nobody is signed in.
    let read = format_age(state.session(instance)?.fetched_at?, state.now);
    let says = vec![
        format!("signed out of {instance}: its list was read {read}"),
        format!("signed out of {instance}"),
        "signed out".to_owned(),
    ];
    Some(StatusLine {
        tone: Tone::Soft,
        icon: StatusIcon::SignedOut,
        texts: says,
        next_step: Some((PickerCommand::Open(PanelKind::Instances), "signs in")),
    })
}

/// The lists that could not be read, why, and since when.
fn failed_refreshes(state: &State) -> impl Iterator<Item = (&InstanceName, &Error, Timestamp)> {
    state.refreshes.iter().filter_map(|(instance, refresh)| match refresh {
        RefreshStatus::Failed { error, since } => Some((instance, error, *since)),
        RefreshStatus::Running { .. } => None,
    })
}

/// ` for 3 min`; nothing while it is new.
pub(super) fn duration_suffix(since: Timestamp, now: Timestamp) -> String {
    match now.since(since) {
        ..60 => String::new(),
        seconds => format!(" for {}", format_duration_spaced(seconds)),
    }
}
