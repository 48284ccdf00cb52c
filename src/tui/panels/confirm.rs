//! A question before protected roles are used: one `y`, or something to type.

use super::super::Action;
use super::super::catalog::Command;
use super::super::state::line::Line;
use super::super::state::{State, Then};
use super::super::update::choose;
use super::super::view::signs;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed, name};
use crate::domain::{AccountId, RoleId};

/// Roles named before the rest is counted.
const NAMED: usize = 6;

/// The question.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Confirm {
    roles: Vec<RoleId>,
    then: Then,
    asks: Asks,
    typed: Line,
    wrong: bool,
}

/// What has to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Asks {
    /// `y`.
    Yes,
    /// This account's name, letter by letter; or its id, where not every keyboard has those
    /// letters.
    Name(String, Option<AccountId>),
    /// How many roles there are.
    Number(usize),
}

impl Confirm {
    /// Before this is done with these roles.
    pub(in crate::tui) fn new(roles: Vec<RoleId>, then: Then, asks: Asks) -> Self {
        Self { roles, then, asks, typed: Line::default(), wrong: false }
    }

    fn go(&self, state: &mut State) -> Heard {
        Heard::Close(choose::confirmed(state, self.roles.clone(), self.then.clone()))
    }

    /// Whether what is typed is what was asked for.
    fn right(&self, state: &State) -> bool {
        let entry = self.roles.first().and_then(|role| state.roster.find(role));
        match self.asks {
            Asks::Yes => false,
            Asks::Name(..) => {
                entry.is_some_and(|entry| entry.matches_typed_account(self.typed.text()))
            }
            Asks::Number(many) => self.typed.text().trim() == many.to_string(),
        }
    }

    fn type_key(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        match (pressed.letter, pressed.command) {
            (Some(letter), _) => drop(self.typed.insert(letter.encode_utf8(&mut [0; 4]))),
            (None, Some(Command::Act)) if self.right(state) => return self.go(state),
            (None, Some(Command::Act)) => {
                self.wrong = true;
                return Heard::Stay(Vec::new());
            }
            (None, Some(Command::Edit(edit))) => drop(self.typed.edit(edit)),
            (None, Some(Command::Back)) => return Heard::Close(Vec::new()),
            _ => {}
        }
        self.wrong = false;
        Heard::Stay(Vec::new())
    }
}

impl Panel for Confirm {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        match (&self.asks, pressed.letter) {
            (Asks::Yes, Some('y' | 'Y')) => self.go(state),
            (Asks::Yes, _) => Heard::Close(Vec::new()),
            (Asks::Name(..) | Asks::Number(_), _) => self.type_key(state, pressed),
        }
    }

    // What has to be typed is typed: a paste would be no second thought.

    fn paste(&mut self, _: &str) -> Pasted {
        Pasted::Done
    }

    fn sheet(&self, state: &State) -> Sheet {
        let mark = signs(state.looks).protected;
        let protected =
            |role: &RoleId| state.roster.find(role).is_some_and(|entry| entry.is_protected());
        let mut rows = vec![Row::text(Tone::Soft, verb(&self.then))];
        let named = self.roles.iter().take(NAMED).map(|role| match protected(role) {
            true => Row::text(Tone::Danger, format!("{} {mark}", name(state, role))),
            false => Row::text(Tone::Text, name(state, role)),
        });
        rows.extend(named);
        if self.roles.len() > NAMED {
            rows.push(Row::text(Tone::Soft, format!("and {} more", self.roles.len() - NAMED)));
        }
        let title = if self.roles.len() == 1 { "protected role" } else { "protected roles" };
        let sheet = |rows| Sheet::new(title, Extent::Words, rows);
        let (label, ask) = match &self.asks {
            Asks::Yes => return sheet(rows).letter("y", "yes, any other key says no"),
            Asks::Name(account, None) => {
                ("account", format!("Type the account's name to go on: {account}"))
            }
            Asks::Name(account, Some(id)) => {
                ("account", format!("Type the account's name or id to go on: {account}, {id}"))
            }
            Asks::Number(many) => {
                let protected = self.roles.iter().filter(|role| protected(role)).count();
                (
                    "roles",
                    format!(
                        "{protected} of them protected. Type the number of roles to go on: {many}"
                    ),
                )
            }
        };
        rows.push(Row::Blank);
        rows.push(if self.wrong {
            Row::text(Tone::Danger, format!("That is not it. {ask}"))
        } else {
            Row::text(Tone::Soft, ask)
        });
        sheet(rows).field(label, &self.typed, "")
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        match self.asks {
            Asks::Yes => vec![(Command::Back, "no")],
            Asks::Name(..) | Asks::Number(_) => {
                vec![(Command::Act, "go on"), (Command::Back, "no")]
            }
        }
    }
}

/// What would be done, for the first line.
fn verb(then: &Then) -> String {
    match then {
        Then::Leave(Action::Shell) => "Start a shell with".to_owned(),
        Then::Leave(Action::Exports) => "Use in this shell".to_owned(),
        Then::Leave(Action::Console) => "Open the console of".to_owned(),
        Then::Leave(Action::Service(service)) => format!("Open {service} in the console of"),
        Then::Leave(Action::Print) => "Pick".to_owned(),
        Then::Each(line) => format!("Run `{line}` in"),
        Then::Copy(what) => format!("Copy {} of", what.label()),
        Then::Profile | Then::Leave(Action::Profile) => {
            "From now on no program is asked before it uses, by a profile,".to_owned()
        }
        Then::Renew => "Get new credentials of".to_owned(),
    }
}
