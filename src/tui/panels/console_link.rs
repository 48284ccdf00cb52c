//! The link to a console that no browser on this machine can open: to copy, to scan, or to print
//! after the picker.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::qr::{self, QrMisfit, QrPanel};
use super::{EventResult, Panel};
use crate::ops::backend::messages::{LinkAccess, Request};
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::format::group_digits;
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::{key_label, role_label};
use crate::tui::state::State;
use crate::tui::state::console_link::ConsoleLinkPanel;
use crate::tui::text::wrap;
use crate::tui::update::console_link;

/// The lines of the panel besides a link that is shown whole: frame, footer and text.
const OTHER_LINES: u16 = 8;
/// The widest line of a link.
const MAX_LINK_COLUMNS: u16 = 100;
/// The characters that are shown of a link that does not fit on the screen.
const SHOWN_CHARS: usize = 150;

/// What is above the QR code of the portal's link, on one line.
const PORTAL_LINK: &str = "This shorter link asks you to sign in.";

/// What the QR key shows.
enum Shown {
    /// The link.
    Link(QrPanel),
    /// The shorter link of the access portal, because there is no room for the other.
    PortalLink(QrPanel),
    /// Nothing fits.
    Nothing(QrMisfit),
}

impl ConsoleLinkPanel {
    /// The QR code, if it is wanted.
    fn qr(&self, state: &State) -> Option<Shown> {
        self.show_qr.then(|| {
            let misfit = match qr::fit(self.link.url.expose(), state.size, 0) {
                Ok(code) => return Shown::Link(code),
                Err(misfit) => misfit,
            };
            // The size that the shorter one needs is the one to name.
            match self.link.portal_url.as_deref().map(|url| qr::fit(url, state.size, 1)) {
                Some(Ok(code)) => Shown::PortalLink(code),
                Some(Err(misfit)) => Shown::Nothing(misfit),
                None => Shown::Nothing(misfit),
            }
        })
    }

    /// Whether a QR code is wanted and there is room for it.
    fn is_qr_shown(&self, state: &State) -> bool {
        matches!(self.qr(state), Some(Shown::Link(_) | Shown::PortalLink(_)))
    }

    /// The rows with the link, whole if it fits on the screen.
    fn link_rows(&self, state: &State) -> Vec<ContentRow> {
        let (columns, lines) = state.size;
        let columns = columns.saturating_sub(6).clamp(1, MAX_LINK_COLUMNS);
        let url = self.link.url.expose();
        let needed = wrap(url, usize::from(columns)).len();
        if needed <= usize::from(lines.saturating_sub(OTHER_LINES)) {
            return vec![ContentRow::text(Tone::Text, url)];
        }
        let length = url.chars().count();
        let start: String = url.chars().take(SHOWN_CHARS).collect();
        let ellipsis = Glyphs::from_appearance(state.appearance).ellipsis;
        let key = key_label(state, PickerCommand::CopySignInUrl);
        let total = group_digits(length);
        vec![
            ContentRow::text(Tone::Text, format!("{start}{ellipsis}")),
            ContentRow::text(Tone::Dim, format!("{total} characters; {key} copies all of them")),
        ]
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
        let mut rows = Vec::new();
        match self.qr(state) {
            Some(Shown::Link(code)) => return PanelContent::new(title, code.size, code.rows),
            Some(Shown::PortalLink(code)) => {
                rows.push(ContentRow::text(Tone::Soft, PORTAL_LINK));
                rows.extend(code.rows);
                return PanelContent::new(title, code.size, rows);
            }
            Some(Shown::Nothing(misfit)) => {
                rows.push(ContentRow::text(Tone::Danger, format!("{} {misfit}", glyphs.error)));
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
        rows.extend(self.link_rows(state));
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
        // A long link may need the lines of header and query.
        let size = match self.link.access {
            LinkAccess::Holder => PanelSize::FullScreen,
            LinkAccess::SignedIn => PanelSize::Columns,
        };
        PanelContent::new(title, size, rows)
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        vec![
            (
                PickerCommand::CopySignInUrl,
                if matches!(self.qr(state), Some(Shown::PortalLink(_))) {
                    "copy the full link"
                } else {
                    "copy link"
                },
            ),
            (
                PickerCommand::Refresh,
                if self.is_qr_shown(state) { "hide QR code" } else { "QR code" },
            ),
            (PickerCommand::Activate, "quit and print it"),
            (PickerCommand::Back, "close"),
        ]
    }
}
