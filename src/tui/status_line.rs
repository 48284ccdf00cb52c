//! The status line: one problem while the list can still be used, with its duration and the key
//! that fixes it.

use super::commands::{PanelKind, PickerCommand};
use super::panels::content::Tone;
use super::state::{RefreshStatus, State};
use crate::domain::query::recognize_url;
use crate::domain::{
    Error, ErrorKind, InstanceName, Timestamp, clock_warning, format_age, format_clock_offset,
    format_duration_spaced, unreachable_summary,
};
use crate::tui::format;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::refresh_progress::SLOW_ANSWER_SECONDS;

/// The status line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StatusLine {
    /// The tone.
    pub(super) tone: Tone,
    /// The icon before the text.
    pub(super) icon: StatusIcon,
    /// The text in decreasing length; the first one that fits is shown.
    pub(super) texts: Vec<String>,
    /// The command that helps and its label; `None` if there is nothing to do but wait.
    pub(super) next_step: Option<(PickerCommand, &'static str)>,
}

/// The kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusIcon {
    /// Something failed.
    Failed,
    /// Something is slow.
    Slow,
    /// The user is not signed in.
    SignedOut,
    /// Nothing is wrong.
    Note,
}

/// The most important problem. `None` without roles, because the whole screen shows the problem
/// then.
pub(super) fn current(state: &State) -> Option<StatusLine> {
    if state.row_count() == 0 || state.first_run.is_some() {
        return None;
    }
    let order: [fn(&State) -> Option<StatusLine>; 9] = [
        locked,
        offline,
        refresh_failed,
        clock_skewed,
        retrying,
        no_answer,
        throttled,
        console_page,
        signed_out,
    ];
    order.into_iter().find_map(|of| of(state))
}

fn locked(state: &State) -> Option<StatusLine> {
    state
        .unlock_prompt
        .filter(|prompt| prompt.is_locked())
        .filter(|_| !is_open(state, |overlay| matches!(overlay, Overlay::Passphrase(_))))?;
    let texts =
        ["the vault is locked, so the sign-ins are unknown", "the vault is locked", "locked"];
    let next = state.selected_entry().map(|_| (PickerCommand::Activate, "asks for the passphrase"));
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts: texts.map(str::to_owned).to_vec(),
        next_step: next,
    })
}

fn offline(state: &State) -> Option<StatusLine> {
    let (_, error, since) =
        failed_refreshes(state).find(|(_, error, _)| error.kind == ErrorKind::Unreachable)?;
    let duration = duration_suffix(since, state.now);
    let short = "AWS can't be reached";
    let summary = unreachable_summary(error);
    let read = state.fetched_at().map(|at| {
        let age = format_duration_spaced(state.now.seconds_since(at));
        (format_age(at, state.now), age)
    });
    let with_age = |text: &str| -> Vec<String> {
        let texts = read.iter().flat_map(|(ago, age)| {
            let read = format!("{text}{duration}: this list was read {ago}");
            [read, format!("{text}{duration}; the list is {age} old")]
        });
        texts.collect()
    };
    let mut texts = Vec::new();
    // The header shows the age too, so the reason comes first.
    if summary != short {
        texts = with_age(&summary);
        texts.push(format!("{summary}{duration}"));
    }
    texts.extend(with_age(short));
    texts.extend([format!("{short}{duration}"), format!("offline{duration}")]);
    texts.extend(read.iter().map(|(_, age)| format!("offline, {age} old")));
    texts.push("offline".to_owned());
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts,
        next_step: Some((PickerCommand::Refresh, "tries again")),
    })
}

/// A list that AWS refused, or that could not be stored.
fn refresh_failed(state: &State) -> Option<StatusLine> {
    let other = |error: &Error| {
        !matches!(error.kind, ErrorKind::Unreachable | ErrorKind::LoginNeeded | ErrorKind::Vault)
    };
    let (instance, error, since) = failed_refreshes(state).find(|(_, error, _)| other(error))?;
    let ago = format_age(since, state.now);
    let texts = vec![
        format!("{instance}, {ago}: {}", error.message),
        format!("{instance} could not be read {ago}"),
        format!("{instance} not read"),
    ];
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts,
        next_step: Some((PickerCommand::Open(PanelKind::Log), "shows more")),
    })
}

fn clock_skewed(state: &State) -> Option<StatusLine> {
    let words = clock_warning(state.clock.skew_seconds)
        .filter(|_| !is_open(state, |overlay| matches!(overlay, Overlay::ClockSkew(_))))?;
    let reported = state.clock.skewed_since.map(|at| format_age(at, state.now)).unwrap_or_default();
    let far = format_clock_offset(state.clock.skew_seconds);
    let texts = vec![
        format!("{words}, reported by AWS {reported}"),
        words,
        format!("clock {far} {}", skew_word(state.clock.skew_seconds)),
    ];
    Some(StatusLine {
        tone: Tone::Danger,
        icon: StatusIcon::Failed,
        texts,
        next_step: Some((PickerCommand::Refresh, "asks again")),
    })
}

/// Whether a panel is open that shows the problem.
fn is_open(state: &State, is: fn(&Overlay) -> bool) -> bool {
    state.overlays.iter().any(is)
}

/// How a clock is wrong, in one word.
fn skew_word(ahead: i64) -> &'static str {
    if ahead > 0 { "slow" } else { "fast" }
}

/// Requests fail and are sent again.
fn retrying(state: &State) -> Option<StatusLine> {
    let error = state.retried_failure()?;
    let texts = vec![
        format!("{}; rolecall keeps trying", unreachable_summary(error)),
        unreachable_summary(error),
        "offline, retrying".to_owned(),
    ];
    Some(StatusLine { tone: Tone::Soft, icon: StatusIcon::Slow, texts, next_step: None })
}

/// AWS has not answered at all.
fn no_answer(state: &State) -> Option<StatusLine> {
    let waited = state
        .unanswered_since()
        .map(|began| state.now.seconds_since(began))
        .filter(|waited| *waited >= SLOW_ANSWER_SECONDS)?;
    let duration = if state.appearance.motion {
        format!(" for {}", format_duration_spaced(waited))
    } else {
        " yet".to_owned()
    };
    let age = state.fetched_at().map(|at| {
        format!("AWS has not answered{duration}: this list was read {}", format_age(at, state.now))
    });
    let texts = age
        .into_iter()
        .chain([format!("AWS has not answered{duration}"), "no answer yet".to_owned()]);
    Some(StatusLine {
        tone: Tone::Soft,
        icon: StatusIcon::Slow,
        texts: texts.collect(),
        next_step: None,
    })
}

fn throttled(state: &State) -> Option<StatusLine> {
    let since = state.refresh.throttled_since?;
    let (done, total, _) = state.refresh_totals()?;
    let (done, all) = (format::group_digits(done), format::pluralize(total, "account"));
    let duration = duration_suffix(since, state.now);
    let texts = [
        format!(
            "AWS is throttling{duration}: {done} of {all} read, the rest follows; these roles can be used"
        ),
        format!("AWS is throttling{duration}: {done} of {all} read, the rest follows"),
        format!("AWS is throttling{duration}: {done} of {all} read"),
        format!("throttled: {done} of {all}"),
    ];
    Some(StatusLine {
        tone: Tone::Soft,
        icon: StatusIcon::Slow,
        texts: texts.to_vec(),
        next_step: None,
    })
}

/// The query is the address of a console page that belongs to no account.
fn console_page(state: &State) -> Option<StatusLine> {
    state.selected_entry()?;
    recognize_url(state.query.text()).filter(|page| page.is_aws && page.account.is_none())?;
    let texts = ["the address names no account", "no account in it"];
    Some(StatusLine {
        tone: Tone::Soft,
        icon: StatusIcon::Note,
        texts: texts.map(str::to_owned).to_vec(),
        next_step: Some((PickerCommand::Console, "opens that page in the selected role")),
    })
}

fn signed_out(state: &State) -> Option<StatusLine> {
    let (instance, ..) =
        failed_refreshes(state).find(|(_, error, _)| error.kind == ErrorKind::LoginNeeded)?;
    // Nothing on the screen is outdated if the list was never read. The header shows that the user
    // is not signed in.
    let read = format_age(state.session(instance)?.fetched_at?, state.now);
    let texts = vec![
        format!("signed out of {instance}: its list was read {read}"),
        format!("signed out of {instance}"),
        "signed out".to_owned(),
    ];
    Some(StatusLine {
        tone: Tone::Soft,
        icon: StatusIcon::SignedOut,
        texts,
        next_step: Some((PickerCommand::Open(PanelKind::Instances), "signs in")),
    })
}

/// Instances whose refresh failed, with the error and the time of the first failure.
fn failed_refreshes(state: &State) -> impl Iterator<Item = (&InstanceName, &Error, Timestamp)> {
    state.refresh.by_instance.iter().filter_map(|(instance, refresh)| match refresh {
        RefreshStatus::Failed { error, since } => Some((instance, error, *since)),
        RefreshStatus::Running { .. } => None,
    })
}

/// ` for 3 min`; empty in the first minute.
pub(super) fn duration_suffix(since: Timestamp, now: Timestamp) -> String {
    match now.seconds_since(since) {
        ..60 => String::new(),
        seconds => format!(" for {}", format_duration_spaced(seconds)),
    }
}
