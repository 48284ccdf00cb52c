//! Something went wrong: what, on what, and what to do now.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, KeyPress, Panel, key_label};
use crate::domain::{Error, ErrorKind};
use crate::ops::backend::messages::Request;
use crate::tui::commands::PickerCommand;
use crate::tui::effect::Effect;
use crate::tui::state::State;
use crate::tui::view::panel_glyphs;

/// An error with its hints.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct ErrorPanel {
    /// What was tried, in a few words.
    pub(in crate::tui) title: String,
    /// What failed.
    pub(in crate::tui) error: Error,
}

impl ErrorPanel {
    /// The page that a hint leads to.
    fn hint_url(&self) -> Option<&str> {
        let words = self.error.hints.iter().flat_map(|hint| hint.split_whitespace());
        words.into_iter().find(|word| word.starts_with("https://"))
    }

    /// Whether a new look at the list may be what helps: a role that AWS refuses is mostly one that
    /// was taken away.
    fn is_refresh_useful(&self) -> bool {
        self.error.kind == ErrorKind::AccessDenied
    }

    /// The hints, whom to ask first; what a key does here needs no command.
    fn shown_hints(&self) -> Vec<&String> {
        let shown = self
            .error
            .hints
            .iter()
            .filter(|hint| !(self.is_refresh_useful() && hint.contains("`rolecall cache`")));
        let (ask, others): (Vec<_>, Vec<_>) = shown.partition(|hint| hint.contains("https://"));
        ask.into_iter().chain(others).collect()
    }
}

impl Panel for ErrorPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match (pressed.command, self.hint_url()) {
            (Some(PickerCommand::Back | PickerCommand::Activate), _) => {
                EventResult::Close(Vec::new())
            }
            (Some(PickerCommand::CopySignInUrl), Some(address)) => {
                state.notify("the address is copied");
                EventResult::Consumed(vec![Effect::Request(Request::Copy {
                    text: address.to_owned(),
                })])
            }
            _ => EventResult::CloseAndForward,
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let mut rows = vec![ContentRow::text(
            Tone::Danger,
            format!("{} {}", panel_glyphs(state.appearance).error, self.error.message),
        )];
        let hints = self.shown_hints();
        if !hints.is_empty() || self.is_refresh_useful() {
            rows.push(ContentRow::Blank);
        }
        rows.extend(hints.into_iter().map(|hint| ContentRow::text(Tone::Text, hint)));
        let refresh = format!(
            "{} reads the list of your roles anew",
            key_label(state, PickerCommand::Refresh)
        );
        rows.extend(self.is_refresh_useful().then(|| ContentRow::text(Tone::Soft, refresh)));
        PanelContent::new(&self.title, PanelSize::Text, rows)
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        let copy = self.hint_url().map(|_| (PickerCommand::CopySignInUrl, "copy the address"));
        let refresh = self.is_refresh_useful().then_some((PickerCommand::Refresh, "refresh"));
        copy.into_iter().chain([(PickerCommand::Back, "close")]).chain(refresh).collect()
    }
}
