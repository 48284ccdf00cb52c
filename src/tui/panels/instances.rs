//! The IAM Identity Center instances: who is signed in, the number of roles, and the age of the
//! list.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::domain::{InstanceName, format_age, format_duration};
use crate::ops::backend::messages::InstanceSession;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::format;
use crate::tui::glyphs::Glyphs;
use crate::tui::state::destructive::DestructiveAction;
use crate::tui::state::overlay::InstancesPanel;
use crate::tui::state::sign_in_state::SignInState;
use crate::tui::state::text_input::TextInput;
use crate::tui::state::{RefreshStatus, SearchOrigin, State};
use crate::tui::update::refresh::request_refresh;
use crate::tui::update::{activate, destructive};

fn instance_names(state: &State) -> Vec<InstanceName> {
    state.roster.sso_instances().iter().map(|instance| instance.name.clone()).collect()
}

/// The query that shows only this instance.
fn scope_query(name: &InstanceName) -> String {
    if name.as_str().contains(char::is_whitespace) {
        format!("sso:'{name}'")
    } else {
        format!("sso:{name}")
    }
}

/// Whether the query shows only this instance.
fn is_scoped_to(state: &State, name: &InstanceName) -> bool {
    state.query.text().trim() == scope_query(name)
}

impl Panel for InstancesPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        let names = instance_names(state);
        let selected = self.select.selected(&names);
        match (pressed.letter, pressed.command, selected) {
            (_, Some(PickerCommand::Back), _) => {
                return EventResult::Close(Vec::new());
            }
            (_, Some(PickerCommand::Activate), Some(name)) if is_pending(state, &name) => {
                state.show_note(Some("the vault has not answered yet".to_owned()));
                return EventResult::Consumed(Vec::new());
            }
            (_, Some(PickerCommand::Activate), Some(name)) if is_locked(state, &name) => {
                state.open_passphrase_prompt();
                return EventResult::Consumed(Vec::new());
            }
            (_, Some(PickerCommand::Activate), Some(name)) if !state.is_signed_in(&name) => {
                return EventResult::Close(activate::sign_in(state, name).1);
            }
            (Some('s'), _, Some(name)) | (_, Some(PickerCommand::Activate), Some(name)) => {
                state.query = if is_scoped_to(state, &name) {
                    TextInput::default()
                } else {
                    TextInput::new(&format!("{} ", scope_query(&name)))
                };
                return EventResult::Close(vec![Effect::Search(
                    state.start_search(SearchOrigin::User),
                )]);
            }
            (Some('i'), _, Some(name)) => {
                // The question for the passphrase is above this panel, which it leads back to.
                let stays = state.is_vault_locked();
                let effects = activate::sign_in(state, name).1;
                return match stays {
                    true => EventResult::Consumed(effects),
                    false => EventResult::Close(effects),
                };
            }
            (Some('O'), _, Some(instance)) if state.is_signed_in(&instance) => {
                destructive::ask(state, DestructiveAction::SignOut(instance));
                return EventResult::Consumed(Vec::new());
            }
            (Some('r'), _, Some(name)) => {
                return EventResult::Consumed(vec![request_refresh(state, name)]);
            }
            (_, Some(PickerCommand::Refresh), _) => {
                return EventResult::Consumed(
                    names.into_iter().map(|name| request_refresh(state, name)).collect(),
                );
            }
            _ => {}
        }
        self.select.handle_move(pressed, &names);
        EventResult::Consumed(Vec::new())
    }

    fn content(&self, state: &State) -> PanelContent {
        let names = instance_names(state);
        if names.is_empty() {
            let text = "No IAM Identity Center is configured.";
            let rows = vec![ContentRow::text(Tone::Soft, text)];
            return PanelContent::new("instances", PanelSize::Text, rows);
        }
        let counts = role_counts(state);
        let rows = names.iter().map(|name| row(state, name, &counts)).collect();
        let content = PanelContent::new("instances", PanelSize::Columns, rows)
            .with_selected(self.select.selected_index(&names));
        let Some(selected) = self.select.selected(&names) else { return content };
        // The footer shows what Enter does.
        if state.is_signed_in(&selected) {
            content
                .with_shortcut("r", "refresh")
                .with_shortcut("O", "sign out")
                .with_shortcut("i", "sign in again")
        } else {
            content
                .with_shortcut(
                    "s",
                    if is_scoped_to(state, &selected) { "show all" } else { "show only this" },
                )
                .with_shortcut("r", "refresh")
        }
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        let selected = self.select.selected(&instance_names(state));
        let act = match selected {
            None => None,
            Some(name) if is_pending(state, &name) => None,
            Some(name) if is_locked(state, &name) => Some("unlock"),
            Some(name) if !state.is_signed_in(&name) => Some("sign in"),
            Some(name) if is_scoped_to(state, &name) => Some("show all"),
            Some(_) => Some("show only this"),
        };
        let all = (!state.roster.sso_instances().is_empty())
            .then_some((PickerCommand::Refresh, "refresh all"));
        act.map(|act| (PickerCommand::Activate, act))
            .into_iter()
            .chain([(PickerCommand::Back, "close")])
            .chain(all)
            .collect()
    }
}

/// Whether the session is in a vault that is locked.
fn is_locked(state: &State, name: &InstanceName) -> bool {
    state.sign_in_state(name) == SignInState::Unknown && state.is_vault_locked()
}

/// Whether it will be known in a moment who is signed in.
fn is_pending(state: &State, name: &InstanceName) -> bool {
    state.sign_in_state(name) == SignInState::Unknown && state.unlock_prompt.is_none()
}

/// The number of roles of each instance, in their order.
fn role_counts(state: &State) -> Vec<usize> {
    let mut counts = vec![0; state.roster.sso_instances().len()];
    for entry in &state.roster.entries {
        if let Some(count) = counts.get_mut(entry.instance) {
            *count += 1;
        }
    }
    counts
}

fn row(state: &State, name: &InstanceName, counts: &[usize]) -> ContentRow {
    let glyphs = Glyphs::from_appearance(state.appearance);
    let session = state.session(name);
    let (mark, tone, status) = match (state.sign_in_state(name), session) {
        (SignInState::SignedIn, Some(session)) => {
            (glyphs.signed_in, Tone::Accent, session_label(state, session))
        }
        (SignInState::Unknown, _) if state.unlock_prompt.is_some() => {
            (glyphs.separator, Tone::Dim, "locked".to_owned())
        }
        (SignInState::Unknown, _) => (glyphs.separator, Tone::Dim, String::new()),
        (SignInState::SignedIn | SignInState::SignedOut, _) => {
            (glyphs.signed_out, Tone::Dim, "signed out".to_owned())
        }
    };
    let position = state.roster.sso_instances().iter().position(|instance| instance.name == *name);
    let roles = position.and_then(|at| counts.get(at)).copied().unwrap_or(0);
    let wide = counts.iter().map(|count| format::group_digits(*count).len()).max().unwrap_or(0);
    // Numbers are right-aligned, unless a column would be cut for it.
    let wide = if state.size.0 < 60 { 0 } else { wide };
    let before = " ".repeat(wide.saturating_sub(format::group_digits(roles).len()));
    let cells = vec![
        (Tone::Text, name.to_string()),
        (tone, format!("{mark} {status}")),
        (Tone::Soft, format!("{before}{}", format::pluralize(roles, "role"))),
        (Tone::Dim, list_age(state, name, session, roles)),
    ];
    ContentRow::Choice(None, cells)
}

/// The remaining time of a session, as far as it is known.
fn session_label(state: &State, session: &InstanceSession) -> String {
    match (session.is_cli_token, session.ends_at, session.signed_in_at) {
        (true, ..) => "by the AWS CLI".to_owned(),
        (false, Some(ends), _) => {
            format!("~{} left", format_duration(ends.seconds_since(state.now)))
        }
        (false, None, Some(since)) => format!("signed in {}", format_age(since, state.now)),
        (false, None, None) => "signed in".to_owned(),
    }
}

/// The age of the list, or why it can't be read.
fn list_age(
    state: &State,
    name: &InstanceName,
    session: Option<&InstanceSession>,
    roles: usize,
) -> String {
    let age = session
        .and_then(|session| session.fetched_at)
        .map(|at| format!("read {}", format_age(at, state.now)));
    match state.refresh.by_instance.get(name) {
        Some(RefreshStatus::Running { total: 0, .. }) => "being read".to_owned(),
        Some(RefreshStatus::Running { done, total, .. }) => {
            format!("{} of {}", format::group_digits(*done), format::pluralize(*total, "account"))
        }
        Some(RefreshStatus::Failed { error, .. })
            if error.kind == crate::domain::ErrorKind::Unreachable =>
        {
            format!("offline{}", age.map(|age| format!(", {age}")).unwrap_or_default())
        }
        // While the vault is locked, the age is not known.
        _ if age.is_none() && roles > 0 => String::new(),
        _ => age.unwrap_or_else(|| "never read".to_owned()),
    }
}
