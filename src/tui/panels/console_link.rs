//! The link to a console that no browser on this machine can open: to copy, to scan, or to print
//! after the picker.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, Panel, qr};
use crate::ops::backend::messages::{LinkAccess, Request};
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::format::group_digits;
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::role_label;
use crate::tui::state::State;
use crate::tui::state::console_link::ConsoleLinkPanel;
use crate::tui::update::console_link;

/// The longest link that is shown whole, in characters. A link with credentials in it is longer.
const MAX_SHOWN_CHARS: usize = 300;
/// The characters that are shown of a longer one.
const SHOWN_CHARS: usize = 150;

impl ConsoleLinkPanel {
    /// The rows of the QR code, or why it can't be shown; `None` if it is not wanted.
    fn qr_rows(&self, state: &State) -> Option<Result<Vec<ContentRow>, String>> {
        let (width, height) = state.size;
        let url = self.link.url.expose();
        self.show_qr.then(|| qr::rows(url, width.saturating_sub(6), height.saturating_sub(5)))
    }

    /// Whether the QR code is wanted and there is room for it.
    fn is_qr_shown(&self, state: &State) -> bool {
        matches!(self.qr_rows(state), Some(Ok(_)))
    }
}

impl Panel for ConsoleLinkPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        match pressed.command {
            Some(PickerCommand::Back) => EventResult::Close(Vec::new()),
            Some(PickerCommand::Activate) => {
                EventResult::Close(vec![console_link::exit_with(self.role.clone(), self.action)])
            }
            Some(PickerCommand::CopySignInUrl) => {
                self.copied = true;
                EventResult::Consumed(vec![Effect::Request(Request::CopyLink {
                    link: self.link.url.clone(),
                })])
            }
            Some(PickerCommand::Refresh) => {
                self.show_qr = !self.is_qr_shown(state);
                EventResult::Consumed(Vec::new())
            }
            _ => EventResult::Consumed(Vec::new()),
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let glyphs = Glyphs::from_appearance(state.appearance);
        let title = format!("console of {}", role_label(state, &self.role));
        let url = self.link.url.expose();
        let mut rows = Vec::new();
        match self.qr_rows(state) {
            Some(Ok(rows)) => return PanelContent::new(title, PanelSize::FullScreen, rows),
            Some(Err(why)) => {
                rows.push(ContentRow::text(Tone::Danger, format!("{} {why}", glyphs.error)));
            }
            None => {}
        }
        rows.extend([
            ContentRow::text(
                Tone::Soft,
                "There is no browser here. Open this link in a browser on any machine:",
            ),
            ContentRow::Blank,
        ]);
        let length = url.chars().count();
        if length > MAX_SHOWN_CHARS {
            let start: String = url.chars().take(SHOWN_CHARS).collect();
            let total = group_digits(length);
            rows.push(ContentRow::text(Tone::Text, format!("{start}{}", glyphs.ellipsis)));
            rows.push(ContentRow::text(Tone::Dim, format!("{total} characters")));
        } else {
            rows.push(ContentRow::text(Tone::Text, url));
        }
        rows.extend([
            ContentRow::Blank,
            match self.link.access {
                LinkAccess::Holder => ContentRow::text(
                    Tone::Danger,
                    "Anyone who has the link is signed in as this role. It is valid for 15 minutes.",
                ),
                LinkAccess::SignedIn => ContentRow::text(
                    Tone::Soft,
                    "The browser asks for your sign-in to the access portal.",
                ),
            },
        ]);
        if self.copied {
            rows.push(ContentRow::text(Tone::Dim, "link copied"));
        }
        PanelContent::new(title, PanelSize::Text, rows)
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![
            (PickerCommand::CopySignInUrl, "copy link"),
            (
                PickerCommand::Refresh,
                if self.is_qr_shown(state) { "hide QR code" } else { "QR code" },
            ),
            (PickerCommand::Activate, "quit and print it"),
            (PickerCommand::Back, "close"),
        ]
    }
}
