//! An error: what failed, on what, and what to do now.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel};
use crate::ops::backend::messages::Request;
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::key_label;
use crate::tui::state::State;
use crate::tui::state::overlay::ErrorPanel;
use crate::tui::update::activate;

impl ErrorPanel {
    /// The address in a hint, if there is one.
    fn hint_url(&self) -> Option<&str> {
        let words = self.error.hints.iter().flat_map(|hint| hint.split_whitespace());
        words.into_iter().find(|word| word.starts_with("https://"))
    }

    /// Whether a refresh may help: a role that AWS refuses was usually unassigned.
    fn is_refresh_useful(&self) -> bool {
        self.error.kind.is_refusal()
    }

    /// The hints, those with an address first. A hint is dropped if a key here does the same.
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
            (Some(PickerCommand::Refresh), _) if self.retry.is_some() => {
                let retry = self.retry.take();
                EventResult::Close(
                    retry
                        .map(|(role, task)| activate::retry(state, role, task))
                        .unwrap_or_default(),
                )
            }
            _ => EventResult::CloseAndForward,
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let mut rows = vec![ContentRow::text(
            Tone::Danger,
            format!("{} {}", Glyphs::from_appearance(state.appearance).error, self.error.message),
        )];
        let hints = self.shown_hints();
        let key = key_label(state, PickerCommand::Refresh);
        let step = if self.is_refresh_useful() {
            Some(format!("{key} refreshes the list of your roles"))
        } else {
            self.retry.is_some().then(|| format!("{key} tries again"))
        };
        if !hints.is_empty() || step.is_some() {
            rows.push(ContentRow::Blank);
        }
        rows.extend(hints.into_iter().map(|hint| ContentRow::text(Tone::Text, hint)));
        rows.extend(step.map(|step| ContentRow::text(Tone::Soft, step)));
        PanelContent::new(&self.title, PanelSize::Text, rows)
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        let copy = self.hint_url().map(|_| (PickerCommand::CopySignInUrl, "copy the address"));
        let refresh = self.is_refresh_useful().then_some((PickerCommand::Refresh, "refresh"));
        let retry = self.retry.as_ref().map(|_| (PickerCommand::Refresh, "try again"));
        let close = [(PickerCommand::Back, "close")];
        copy.into_iter().chain(retry).chain(close).chain(refresh).collect()
    }
}
