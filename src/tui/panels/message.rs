//! Something went wrong: what, on what, and what to do now.

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::State;
use super::super::view::signs;
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pressed, key};
use crate::domain::{Error, ErrorKind};
use crate::ops::work::Request;

/// An error with its hints.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Message {
    /// What was tried, in a few words.
    pub(in crate::tui) title: String,
    /// What failed.
    pub(in crate::tui) error: Error,
}

impl Message {
    /// The page that a hint leads to.
    fn address(&self) -> Option<&str> {
        let words = self.error.hints.iter().flat_map(|hint| hint.split_whitespace());
        words.into_iter().find(|word| word.starts_with("https://"))
    }

    /// Whether a new look at the list may be what helps: a role that AWS refuses is mostly one that
    /// was taken away.
    fn may_be_gone(&self) -> bool {
        self.error.kind == ErrorKind::AccessDenied
    }

    /// The hints, whom to ask first; what a key does here needs no command.
    fn hints_here(&self) -> Vec<&String> {
        let shown = self
            .error
            .hints
            .iter()
            .filter(|hint| !(self.may_be_gone() && hint.contains("`rolecall cache`")));
        let (ask, others): (Vec<_>, Vec<_>) = shown.partition(|hint| hint.contains("https://"));
        ask.into_iter().chain(others).collect()
    }
}

impl Panel for Message {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        match (pressed.command, self.address()) {
            (Some(Command::Back | Command::Act), _) => Heard::Close(Vec::new()),
            (Some(Command::CopyAddress), Some(address)) => {
                state.say("the address is copied");
                Heard::Stay(vec![Effect::Request(Request::Copy { text: address.to_owned() })])
            }
            _ => Heard::Yield,
        }
    }

    fn sheet(&self, state: &State) -> Sheet {
        let mut rows = vec![Row::text(
            Tone::Danger,
            format!("{} {}", signs(state.looks).failed, self.error.message),
        )];
        let hints = self.hints_here();
        if !hints.is_empty() || self.may_be_gone() {
            rows.push(Row::Blank);
        }
        rows.extend(hints.into_iter().map(|hint| Row::text(Tone::Text, hint)));
        let refresh = format!("{} reads the list of your roles anew", key(state, Command::Refresh));
        rows.extend(self.may_be_gone().then(|| Row::text(Tone::Soft, refresh)));
        Sheet::new(&self.title, Extent::Words, rows)
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        let copy = self.address().map(|_| (Command::CopyAddress, "copy the address"));
        let refresh = self.may_be_gone().then_some((Command::Refresh, "refresh"));
        copy.into_iter().chain([(Command::Back, "close")]).chain(refresh).collect()
    }
}
