//! Who is signed in to which IAM Identity Center, how much it lists and how old that is.

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::line::Line;
use super::super::state::{Refresh, State};
use super::super::update::{choose, refresh};
use super::super::view::{signs, words};
use super::chooser::Chooser;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pressed};
use crate::domain::{InstanceName, format_duration};
use crate::ops::work::{InstanceSession, Request};

/// Which of them is under the bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tui) struct Instances {
    chooser: Chooser<InstanceName>,
}

fn names(state: &State) -> Vec<InstanceName> {
    state.roster.instances.iter().map(|instance| instance.name.clone()).collect()
}

/// What in the query shows one instance alone.
fn scope(name: &InstanceName) -> String {
    if name.as_str().contains(char::is_whitespace) {
        format!("sso:'{name}'")
    } else {
        format!("sso:{name}")
    }
}

/// Whether the query shows this instance alone.
fn alone(state: &State, name: &InstanceName) -> bool {
    state.query.text().trim() == scope(name)
}

impl Panel for Instances {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        let names = names(state);
        let chosen = self.chooser.chosen(&names);
        match (pressed.letter, pressed.command, chosen) {
            (_, Some(Command::Back | Command::Open(_)), _) => return Heard::Close(Vec::new()),
            (_, Some(Command::Act), Some(name)) if !signed_in(state, &name) => {
                return Heard::Close(choose::sign_in(state, name).1);
            }
            (Some('s'), _, Some(name)) | (_, Some(Command::Act), Some(name)) => {
                state.query = if alone(state, &name) {
                    Line::default()
                } else {
                    Line::new(&format!("{} ", scope(&name)))
                };
                return Heard::Close(vec![Effect::Search(state.start_search(false))]);
            }
            (Some('i'), _, Some(name)) => return Heard::Close(choose::sign_in(state, name).1),
            (Some('o'), _, Some(instance)) => {
                return Heard::Stay(vec![Effect::Request(Request::SignOut { instance })]);
            }
            (Some('r'), _, Some(name)) => return Heard::Stay(vec![refresh(state, name)]),
            (_, Some(Command::Refresh), _) => {
                return Heard::Stay(names.into_iter().map(|name| refresh(state, name)).collect());
            }
            _ => {}
        }
        self.chooser.moves(pressed, &names);
        Heard::Stay(Vec::new())
    }

    fn sheet(&self, state: &State) -> Sheet {
        let names = names(state);
        let counts = counts(state);
        let rows = names.iter().map(|name| row(state, name, &counts)).collect();
        let sheet = Sheet::new("instances", Extent::Columns, rows).at(self.chooser.at(&names));
        let Some(chosen) = self.chooser.chosen(&names) else { return sheet };
        // What Enter does stands in the footer.
        if signed_in(state, &chosen) {
            sheet.letter("r", "refresh").letter("o", "sign out").letter("i", "sign in anew")
        } else {
            sheet
                .letter("s", if alone(state, &chosen) { "show all" } else { "show only this" })
                .letter("r", "refresh")
        }
    }

    fn hints(&self, state: &State) -> Vec<(Command, &'static str)> {
        let chosen = self.chooser.chosen(&names(state));
        let act = match chosen {
            Some(name) if !signed_in(state, &name) => "sign in",
            Some(name) if alone(state, &name) => "show all",
            _ => "show only this",
        };
        vec![(Command::Act, act), (Command::Back, "close"), (Command::Refresh, "refresh all")]
    }

    fn counts(&self) -> bool {
        true
    }
}

fn signed_in(state: &State, name: &InstanceName) -> bool {
    state.session(name).is_some_and(|session| session.signed_in)
}

/// How many roles each instance has, in their order.
fn counts(state: &State) -> Vec<usize> {
    let mut counts = vec![0; state.roster.instances.len()];
    for entry in &state.roster.entries {
        if let Some(count) = counts.get_mut(entry.instance) {
            *count += 1;
        }
    }
    counts
}

fn row(state: &State, name: &InstanceName, counts: &[usize]) -> Row {
    let signs = signs(state.looks);
    let session = state.session(name);
    let (mark, tone, said) = match session {
        Some(session) if session.signed_in => (signs.on, Tone::Accent, lasts(state, session)),
        _ => (signs.off, Tone::Dim, "signed out".to_owned()),
    };
    let position = state.roster.instances.iter().position(|instance| instance.name == *name);
    let roles = position.and_then(|at| counts.get(at)).copied().unwrap_or(0);
    let wide = counts.iter().map(|count| words::grouped(*count).len()).max().unwrap_or(0);
    // Units under units, where no column has to be cut for it.
    let wide = if state.size.0 < 60 { 0 } else { wide };
    let before = " ".repeat(wide.saturating_sub(words::grouped(roles).len()));
    let cells = vec![
        (Tone::Text, name.to_string()),
        (tone, format!("{mark} {said}")),
        (Tone::Soft, format!("{before}{}", words::count(roles, "role"))),
        (Tone::Dim, read(state, name, session)),
    ];
    Row::Choice(None, cells)
}

/// How long a session lasts, as far as anybody knows.
fn lasts(state: &State, session: &InstanceSession) -> String {
    match (session.is_cli_token, session.ends_at, session.signed_in_at) {
        (true, ..) => "by the AWS CLI".to_owned(),
        (false, Some(ends), _) => format!("~{} left", format_duration(ends.since(state.now))),
        (false, None, Some(since)) => format!("signed in {}", words::ago(since, state.now)),
        (false, None, None) => "signed in".to_owned(),
    }
}

/// How old the list is, or what keeps it from being read.
fn read(state: &State, name: &InstanceName, session: Option<&InstanceSession>) -> String {
    let age = session
        .and_then(|session| session.fetched_at)
        .map(|at| format!("read {}", words::ago(at, state.now)));
    match state.refreshes.get(name) {
        Some(Refresh::Running { total: 0, .. }) => "being read".to_owned(),
        Some(Refresh::Running { done, total, .. }) => {
            format!("{} of {}", words::grouped(*done), words::count(*total, "account"))
        }
        Some(Refresh::Failed { error, .. })
            if error.kind == crate::domain::ErrorKind::Unreachable =>
        {
            format!("offline{}", age.map(|age| format!(", {age}")).unwrap_or_default())
        }
        _ => age.unwrap_or_else(|| "never read".to_owned()),
    }
}
