//! All that is known about one role: beside the list, or in a panel where there is no room for it.

use super::content::{ContentRow, Tone};
use crate::domain::{ConfirmLevel, RoleId, RosterEntry, format_age, format_duration_spaced};
use crate::tui::state::State;
use crate::tui::view::{panel_glyphs, text::width};

/// What is known about the selected role, for this many columns.
pub(in crate::tui) fn rows(state: &State, cells: usize) -> Vec<ContentRow> {
    let roster = &state.list.roster;
    let Some(entry) = state.selected_entry() else { return Vec::new() };
    let (id, signs) = (roster.id(entry), panel_glyphs(state.appearance));
    let mut rows = vec![ContentRow::Title(entry.account_label().to_owned())];
    let both = format!("{} {} {}", entry.account, signs.separator, entry.email);
    if entry.email.is_empty() || width(&both) > cells {
        // Where there is no name, the id stands in its place already.
        rows.extend(
            (!entry.account_name.is_empty())
                .then(|| ContentRow::text(Tone::Dim, entry.account.to_string())),
        );
        rows.extend((!entry.email.is_empty()).then(|| ContentRow::text(Tone::Dim, &*entry.email)));
    } else {
        rows.push(ContentRow::text(Tone::Dim, both));
    }
    rows.push(ContentRow::text(Tone::Soft, &*entry.role));
    let asks = match entry.confirm {
        ConfirmLevel::None => None,
        ConfirmLevel::Ask => Some("asks before use"),
        ConfirmLevel::TypeName => Some("asks for the account's name"),
    };
    rows.extend(asks.map(|asks| {
        ContentRow::text(Tone::Danger, format!("{} protected: {asks}", signs.protected))
    }));
    rows.push(ContentRow::Blank);
    let mut say = |label: &str, text: Option<String>| {
        rows.extend(text.map(|text| ContentRow::pair(label, text)))
    };
    say("profile", entry.profile.as_deref().map(str::to_owned));
    say("region", entry.region.as_ref().map(ToString::to_string));
    for (at, step) in role_chain(state, entry).iter().enumerate() {
        say(if at == 0 { "via" } else { "" }, Some(step.clone()));
    }
    say("instance", (roster.instances.len() > 1).then(|| instance_label(state, &id)));
    let left = state
        .expires_at(&id)
        .map(|at| format!("{} left", format_duration_spaced(at.since(state.now))));
    say("session", Some(left.unwrap_or_else(|| "none".to_owned())));
    let used = state.usage(&id).map(|usage| match usage.count {
        0 | 1 => format_age(usage.last_used, state.now),
        times => format!("{}, {times} times", format_age(usage.last_used, state.now)),
    });
    say("used", Some(used.unwrap_or_else(|| "never".to_owned())));
    let mut label = "tags";
    for (key, value) in entry.tags.iter() {
        say(label, Some(format!("{key}={value}")));
        label = "";
    }
    if state.marks.favorites.contains(&id) {
        say("marks", Some(format!("{} favourite", signs.star)));
    }
    say("arn", Some(roster.arn(entry)));
    rows
}

/// The instance, and whether somebody has to sign in first.
fn instance_label(state: &State, id: &RoleId) -> String {
    match state.session(&id.instance) {
        Some(session) if !session.signed_in => format!("{}, signed out", id.instance),
        _ => id.instance.to_string(),
    }
}

/// The roles on the way to a chained one, the nearest first, by name where they are known.
fn role_chain(state: &State, entry: &RosterEntry) -> Vec<String> {
    /// Longer ones are refused when the configuration is read; this only bounds the walk.
    const LONGEST: usize = 8;
    let roster = &state.list.roster;
    let (mut steps, mut next) = (Vec::new(), entry.via.clone());
    while let Some(arn) = next.filter(|_| steps.len() < LONGEST) {
        let known = roster
            .entries
            .iter()
            .find(|other| other.instance == entry.instance && roster.arn(other) == *arn);
        steps.push(known.map_or_else(
            || arn.to_string(),
            |known| format!("{}/{}", known.account_label(), known.role),
        ));
        next = known.and_then(|known| known.via.clone());
    }
    steps
}
