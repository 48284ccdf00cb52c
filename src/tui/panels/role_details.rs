//! The details of a role, for the preview and the details panel.

use super::content::{ContentRow, Tone};
use crate::domain::{AccountId, ConfirmLevel, RoleId, RosterEntry, format_age, format_duration};
use crate::tui::glyphs::Glyphs;
use crate::tui::state::State;
use crate::tui::state::sign_in_state::SignInState;
use crate::tui::text::width;

/// The details of the selected role, for this width.
pub(in crate::tui) fn rows(state: &State, cells: usize) -> Vec<ContentRow> {
    let roster = &state.list.roster;
    let Some(entry) = state.selected_entry() else { return Vec::new() };
    let (id, glyphs) = (roster.id(entry), Glyphs::from_appearance(state.appearance));
    let mut rows = vec![ContentRow::Title(entry.account_label().to_owned())];
    let both = format!("{} {} {}", entry.account, glyphs.separator, entry.email);
    if entry.email.is_empty() || width(&both) > cells {
        // Without a name, the title is the ID already.
        rows.extend(
            (!entry.account_name.is_empty() && entry.account != AccountId::UNKNOWN)
                .then(|| ContentRow::text(Tone::Dim, entry.account.to_string())),
        );
        rows.extend((!entry.email.is_empty()).then(|| ContentRow::text(Tone::Dim, &*entry.email)));
    } else {
        rows.push(ContentRow::text(Tone::Dim, both));
    }
    rows.push(ContentRow::text(Tone::Soft, &*entry.role));
    if state.is_shell_role(roster, entry) {
        rows.push(ContentRow::text(Tone::Accent, format!("{} you are here", glyphs.here)));
    }
    let asks = match entry.confirm {
        ConfirmLevel::None => None,
        ConfirmLevel::Ask => Some("asks before use"),
        ConfirmLevel::TypeName => Some("asks for the account's name"),
    };
    rows.extend(asks.map(|asks| {
        ContentRow::text(Tone::Danger, format!("{} protected: {asks}", glyphs.protected))
    }));
    rows.push(ContentRow::Blank);
    let mut say = |label: &str, text: Option<String>| {
        rows.extend(text.map(|text| ContentRow::pair(label, text)))
    };
    say("region", entry.region.as_ref().map(ToString::to_string));
    for (at, step) in role_chain(state, entry).iter().enumerate() {
        say(if at == 0 { "via" } else { "" }, Some(step.clone()));
    }
    let is_role = roster.profile(entry).is_none();
    let names_instance = is_role && roster.sso_instances().len() > 1;
    say("instance", names_instance.then(|| instance_label(state, &id)));
    let left = state.expires_at(&id).map(|at| format_duration(at.seconds_since(state.now)));
    let without = if state.is_vault_locked() { "unknown" } else { "no credentials" };
    say("left", is_role.then(|| left.unwrap_or_else(|| without.to_owned())));
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
        say("marks", Some(format!("{} favourite", glyphs.star)));
    }
    say("profile", entry.profile.as_deref().map(str::to_owned));
    say("arn", is_role.then(|| roster.arn(entry)));
    rows
}

/// The instance, and whether a sign-in is needed.
fn instance_label(state: &State, id: &RoleId) -> String {
    match state.sign_in_state(&id.instance) {
        SignInState::SignedOut => format!("{}, signed out", id.instance),
        SignInState::SignedIn | SignInState::Unknown => id.instance.to_string(),
    }
}

/// The roles that a chained role is assumed through, the nearest first, by name if they are known.
fn role_chain(state: &State, entry: &RosterEntry) -> Vec<String> {
    /// Longer chains are refused by the configuration; this only limits the loop.
    const LONGEST: usize = 8;
    let roster = &state.list.roster;
    let (mut steps, mut next) = (Vec::new(), entry.via.clone());
    while let Some(arn) = next.filter(|_| steps.len() < LONGEST) {
        let known = roster
            .entries
            .iter()
            .find(|other| other.instance == entry.instance && roster.arn(other) == *arn);
        steps.push(known.map_or_else(|| arn.to_string(), |known| known.label()));
        next = known.and_then(|known| known.via.clone());
    }
    steps
}
