//! What is amiss while the list can still be used: one line with what it is, since when, and the
//! key that helps.

use super::catalog::Command;
use super::panels::Opens;
use super::panels::sheet::Tone;
use super::state::overlay::Overlay;
use super::state::{Refresh, State};
use super::view::words;
use crate::domain::{Error, ErrorKind, InstanceName, Timestamp};
use crate::ops::work::clock_warning;

/// Seconds without an answer before that is said: nearly every list begins to come sooner.
pub(super) const PATIENCE: i64 = 5;

/// The line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// How loud.
    pub(super) tone: Tone,
    /// Before it.
    pub(super) mark: Mark,
    /// What is said, from all of it to the least: the first that has the room is shown.
    pub(super) says: Vec<String>,
    /// The next step, and what the footer would call it; none where there is nothing to do but
    /// wait.
    pub(super) next: Option<(Command, &'static str)>,
}

/// What sort of thing is amiss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Something failed.
    Failed,
    /// Something takes its time.
    Slow,
    /// Nobody is signed in.
    Out,
}

/// The worst of what is amiss. Nothing where there are no roles to show: then the whole screen says
/// it.
pub(super) fn notice(state: &State) -> Option<Notice> {
    if state.count() == 0 || state.first_run.is_some() {
        return None;
    }
    let order: [fn(&State) -> Option<Notice>; 7] =
        [locked, offline, unread, wrong_clock, silent, throttled, signed_out];
    order.into_iter().find_map(|of| of(state))
}

fn locked(state: &State) -> Option<Notice> {
    state
        .locked
        .filter(|asks| asks.is_locked())
        .filter(|_| !open(state, |overlay| matches!(overlay, Overlay::Passphrase(_))))?;
    let says =
        ["the vault is locked: who is signed in can't be seen", "the vault is locked", "locked"];
    let next = state.selected().map(|_| (Command::Act, "unlocks it"));
    Some(Notice {
        tone: Tone::Danger,
        mark: Mark::Failed,
        says: says.map(str::to_owned).to_vec(),
        next,
    })
}

fn offline(state: &State) -> Option<Notice> {
    let (_, _, since) = failed(state).find(|(_, error, _)| error.kind == ErrorKind::Unreachable)?;
    let long = lasting(since, state.now);
    let age = state.fetched_at().map(|at| words::ago(at, state.now));
    let read = age.map(|age| format!("this list was read {age}"));
    let all = read.as_ref().map(|read| format!("AWS can't be reached{long}: {read}"));
    let old = |at| words::span(state.now.since(at));
    let less = state
        .fetched_at()
        .map(|at| format!("AWS can't be reached{long}; the list is {} old", old(at)));
    let says = all
        .into_iter()
        .chain(less)
        .chain([format!("AWS can't be reached{long}"), format!("offline{long}")]);
    let short = state.fetched_at().map(|at| format!("offline, {} old", old(at)));
    let says = says.chain(short).chain(["offline".to_owned()]);
    Some(Notice {
        tone: Tone::Danger,
        mark: Mark::Failed,
        says: says.collect(),
        next: Some((Command::Refresh, "tries again")),
    })
}

/// A list that AWS refused to give, or that could not be kept.
fn unread(state: &State) -> Option<Notice> {
    let other = |error: &Error| {
        !matches!(error.kind, ErrorKind::Unreachable | ErrorKind::LoginNeeded | ErrorKind::Vault)
    };
    let (instance, error, since) = failed(state).find(|(_, error, _)| other(error))?;
    let ago = words::ago(since, state.now);
    let says = vec![
        format!("{instance}, {ago}: {}", error.message),
        format!("{instance} could not be read {ago}"),
        format!("{instance} not read"),
    ];
    Some(Notice {
        tone: Tone::Danger,
        mark: Mark::Failed,
        says,
        next: Some((Command::Open(Opens::Log), "tells more")),
    })
}

fn wrong_clock(state: &State) -> Option<Notice> {
    let words = clock_warning(state.clock_ahead)
        .filter(|_| !open(state, |overlay| matches!(overlay, Overlay::Clock(_))))?;
    let said = state.clock_told.map(|at| words::ago(at, state.now)).unwrap_or_default();
    let far = words::span(state.clock_ahead.abs());
    let says = vec![
        format!("{words}, as AWS said {said}"),
        words,
        format!("clock {far} {}", side(state.clock_ahead)),
    ];
    Some(Notice {
        tone: Tone::Danger,
        mark: Mark::Failed,
        says,
        next: Some((Command::Refresh, "asks again")),
    })
}

/// Whether a panel says it already.
fn open(state: &State, is: fn(&Overlay) -> bool) -> bool {
    state.overlays.iter().any(is)
}

/// What is wrong with a clock, in one word.
fn side(ahead: i64) -> &'static str {
    if ahead > 0 { "slow" } else { "fast" }
}

/// AWS was asked, and says nothing at all.
fn silent(state: &State) -> Option<Notice> {
    let waited = state
        .unanswered()
        .map(|began| state.now.since(began))
        .filter(|waited| *waited >= PATIENCE)?;
    let long = if state.looks.motion {
        format!(" for {}", words::span(waited))
    } else {
        " yet".to_owned()
    };
    let age = state.fetched_at().map(|at| {
        format!("AWS has not answered{long}: this list was read {}", words::ago(at, state.now))
    });
    let says =
        age.into_iter().chain([format!("AWS has not answered{long}"), "no answer yet".to_owned()]);
    Some(Notice { tone: Tone::Soft, mark: Mark::Slow, says: says.collect(), next: None })
}

fn throttled(state: &State) -> Option<Notice> {
    let since = state.throttled?;
    let (done, total, _) = state.gauge()?;
    let (done, all) = (words::grouped(done), words::count(total, "account"));
    let long = lasting(since, state.now);
    let says = [
        format!(
            "AWS is throttling{long}: {done} of {all} read, the rest comes by itself; what is here can be used"
        ),
        format!("AWS is throttling{long}: {done} of {all} read, the rest comes by itself"),
        format!("AWS is throttling{long}: {done} of {all} read"),
        format!("throttled: {done} of {all}"),
    ];
    Some(Notice { tone: Tone::Soft, mark: Mark::Slow, says: says.to_vec(), next: None })
}

fn signed_out(state: &State) -> Option<Notice> {
    let (instance, ..) =
        failed(state).find(|(_, error, _)| error.kind == ErrorKind::LoginNeeded)?;
    // Of one whose list was never read nothing on the screen is old; the first line tells that
    // nobody is signed in.
    let read = words::ago(state.session(instance)?.fetched_at?, state.now);
    let says = vec![
        format!("signed out of {instance}: its list was read {read}"),
        format!("signed out of {instance}"),
        "signed out".to_owned(),
    ];
    Some(Notice {
        tone: Tone::Soft,
        mark: Mark::Out,
        says,
        next: Some((Command::Open(Opens::Instances), "signs in")),
    })
}

/// The lists that could not be read, why, and since when.
fn failed(state: &State) -> impl Iterator<Item = (&InstanceName, &Error, Timestamp)> {
    state.refreshes.iter().filter_map(|(instance, refresh)| match refresh {
        Refresh::Failed { error, since } => Some((instance, error, *since)),
        Refresh::Running { .. } => None,
    })
}

/// ` for 3 min`; nothing while it is new.
pub(super) fn lasting(since: Timestamp, now: Timestamp) -> String {
    match now.since(since) {
        ..60 => String::new(),
        seconds => format!(" for {}", words::span(seconds)),
    }
}
