//! A running sign-in: address, code, QR code and countdown. The redirect address of a browser on
//! another machine can be pasted.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::qr::{self, QrMisfit, QrPanel};
use super::{EventResult, Panel};
use crate::domain::{Secret, format_countdown};
use crate::ops::backend::messages::{Request, SignInStep};
use crate::tui::commands::{KeyPress, PickerCommand};
use crate::tui::effect::Effect;
use crate::tui::glyphs::Glyphs;
use crate::tui::labels::{key_label, role_label};
use crate::tui::state::overlay::{RedirectInput, SignInPanel};
use crate::tui::state::paste::PasteResult;
use crate::tui::state::{State, WaitingFor};
use crate::tui::update::activate;

impl SignInPanel {
    /// Copies the sign-in address.
    pub(in crate::tui) fn copy_url(&mut self) -> Vec<Effect> {
        let SignInStep::Open { url, .. } = &self.step else { return Vec::new() };
        self.copied = true;
        vec![Effect::Request(Request::Copy { text: url.clone() })]
    }

    /// Cancels the sign-in and the task that waits for it.
    fn postpone(&self, state: &mut State) -> EventResult {
        state.pending.take_if(|pending| pending.waiting_for == WaitingFor::SignIn(self.number));
        let over = matches!(self.step, SignInStep::Failed(_));
        EventResult::Close(if over {
            Vec::new()
        } else {
            vec![Effect::Request(Request::CancelSignIn { number: self.number })]
        })
    }

    fn retry(&self, state: &mut State) -> EventResult {
        EventResult::Close(activate::retry_sign_in(state, self.instance.clone(), self.number))
    }
}

impl Panel for SignInPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        if let Some(redirect) = &mut self.redirect {
            return match redirect.handle_key(pressed, self.number) {
                Some(effects) => EventResult::Consumed(effects),
                None => {
                    self.redirect = None;
                    EventResult::Consumed(Vec::new())
                }
            };
        }
        match pressed.command {
            Some(PickerCommand::Back) => return self.postpone(state),
            Some(PickerCommand::Activate) if matches!(self.step, SignInStep::Failed(_)) => {
                return self.retry(state);
            }
            Some(PickerCommand::CopySignInUrl) => return EventResult::Consumed(self.copy_url()),
            Some(PickerCommand::Refresh) if matches!(self.step, SignInStep::Open { .. }) => {
                self.show_qr = !self.is_qr_shown(state)
            }
            Some(PickerCommand::PasteRedirect) if self.accepts_redirect() => {
                self.redirect = Some(RedirectInput::default())
            }
            _ => return EventResult::Forward,
        }
        EventResult::Consumed(Vec::new())
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        // A pasted redirect address is for the sign-in, wherever the cursor is.
        let redirect = self.accepts_redirect()
            && text.trim_start().starts_with("http")
            && text.contains("state=");
        if redirect && self.redirect.is_none() {
            self.redirect = Some(RedirectInput::default());
        }
        match &mut self.redirect {
            Some(redirect) if !redirect.sent => {
                // An address replaces the input. Other text is appended: some terminals deliver a
                // paste in several pieces.
                let begins = text.trim_start().starts_with("http");
                let mut input =
                    if begins { RedirectInput::default().input } else { redirect.input.clone() };
                let pasted = PasteResult::insert_whole(&mut input, text.trim());
                if pasted == PasteResult::Done {
                    redirect.input = input;
                }
                pasted
            }
            Some(_) => PasteResult::Done,
            None => PasteResult::Ignored,
        }
    }

    fn content(&self, state: &State) -> PanelContent {
        let mut rows = Vec::new();
        let mut field = None;
        match &self.step {
            SignInStep::Starting
            | SignInStep::Done
            | SignInStep::RedirectRejected(_)
            | SignInStep::BrowserFailed(_)
            | SignInStep::Connection(_)
            | SignInStep::Warning(_) => {
                rows.push(ContentRow::text(
                    Tone::Soft,
                    format!(
                        "Asking AWS for an address{}",
                        Glyphs::from_appearance(state.appearance).in_progress
                    ),
                ));
            }
            SignInStep::Failed(error) => {
                rows.push(ContentRow::text(
                    Tone::Danger,
                    format!(
                        "{} {}",
                        Glyphs::from_appearance(state.appearance).error,
                        error.message
                    ),
                ));
                rows.push(ContentRow::Blank);
                // A hint is dropped if a key here does the same.
                let hints = error.hints.iter().filter(|hint| !hint.contains("`rolecall login"));
                rows.extend(hints.map(|hint| ContentRow::text(Tone::Text, hint)));
                let waiting = state
                    .pending
                    .as_ref()
                    .filter(|pending| pending.waiting_for == WaitingFor::SignIn(self.number));
                let then = waiting
                    .map(|pending| {
                        format!(" and continues with {}", role_label(state, &pending.role))
                    })
                    .unwrap_or_default();
                rows.push(ContentRow::text(
                    Tone::Soft,
                    format!("{} signs in again{then}", key_label(state, PickerCommand::Activate)),
                ));
                rows.push(ContentRow::text(
                    Tone::Dim,
                    format!("{} postpones it", key_label(state, PickerCommand::Back)),
                ));
            }
            SignInStep::Open { .. } => {
                rows = self.open_rows(state);
                field = self.redirect.as_ref().map(|redirect| &redirect.input);
            }
        }
        let size = match self.qr(state) {
            Some(Ok(code)) => code.size,
            _ => PanelSize::Text,
        };
        let content = PanelContent::new(format!("sign in to {}", self.instance), size, rows);
        match field {
            Some(input) => {
                content.with_input("reply", input, "paste the address that the browser ended on")
            }
            None => content,
        }
    }

    fn hints(&self, state: &State) -> Vec<(PickerCommand, &'static str)> {
        if self.redirect.is_some() {
            return vec![(PickerCommand::Activate, "send"), (PickerCommand::Back, "close")];
        }
        match self.step {
            SignInStep::Open { .. } => {
                let qr = if self.is_qr_shown(state) { "hide QR code" } else { "QR code" };
                let mut hints = vec![
                    (PickerCommand::Back, "later"),
                    (PickerCommand::CopySignInUrl, "copy address"),
                    (PickerCommand::Refresh, qr),
                ];
                hints.extend(
                    self.accepts_redirect()
                        .then_some((PickerCommand::PasteRedirect, "paste reply")),
                );
                hints
            }
            SignInStep::Failed(_) => {
                vec![(PickerCommand::Activate, "try again"), (PickerCommand::Back, "later")]
            }
            SignInStep::Starting
            | SignInStep::Done
            | SignInStep::RedirectRejected(_)
            | SignInStep::BrowserFailed(_)
            | SignInStep::Connection(_)
            | SignInStep::Warning(_) => {
                vec![(PickerCommand::Back, "later")]
            }
        }
    }
}

impl SignInPanel {
    /// The address as a QR code, if the user asked for it.
    fn qr(&self, state: &State) -> Option<Result<QrPanel, QrMisfit>> {
        let SignInStep::Open { url, .. } = &self.step else { return None };
        // The code to compare, and the countdown.
        (self.show_qr && self.redirect.is_none()).then(|| qr::fit(url, state.size, 2))
    }

    /// Whether the QR code is wanted and there is room for it.
    fn is_qr_shown(&self, state: &State) -> bool {
        matches!(self.qr(state), Some(Ok(_)))
    }

    /// The rows while the user is in the browser.
    fn open_rows(&self, state: &State) -> Vec<ContentRow> {
        let SignInStep::Open { url, code, expires_at, browser_opened: browser } = &self.step else {
            return Vec::new();
        };
        let first = match (*browser && self.browser_error.is_none(), code) {
            (true, Some(_)) => "Your browser has opened. Compare this code there:",
            (true, None) => "Waiting for your browser: confirm there, then come back.",
            (false, Some(_)) => "Open this address on any machine and compare the code:",
            (false, None) => {
                "Open this address in a browser on this machine. If your browser is on another \
                 machine, paste the address that it ends on here:"
            }
        };
        let mut rows: Vec<ContentRow> = Vec::new();
        for error in [&self.browser_error, &self.connection_error].into_iter().flatten() {
            rows.push(ContentRow::text(
                Tone::Danger,
                format!("{} {}", Glyphs::from_appearance(state.appearance).error, error.message),
            ));
        }
        rows.extend([ContentRow::text(Tone::Soft, first), ContentRow::Blank]);
        if let Some(code) = code {
            rows.extend([ContentRow::Centered(space_out(code)), ContentRow::Blank]);
        }
        match self.qr(state) {
            // Only the code and the QR code, because every line is needed.
            Some(Ok(qr)) => {
                rows = code
                    .iter()
                    .map(|code| ContentRow::Centered(space_out(code)))
                    .chain(qr.rows)
                    .collect()
            }
            Some(Err(why)) => rows.push(ContentRow::text(
                Tone::Danger,
                format!("{} {why}", Glyphs::from_appearance(state.appearance).error),
            )),
            None => {}
        }
        if !rows.iter().any(|row| matches!(row, ContentRow::QrCode(_))) {
            rows.extend([ContentRow::text(Tone::Text, url), ContentRow::Blank]);
        }
        let copied = if self.copied {
            format!(" {} address copied", Glyphs::from_appearance(state.appearance).separator)
        } else {
            String::new()
        };
        let left = if state.appearance.motion {
            format!(", {} left", format_countdown(expires_at.seconds_since(state.now)))
        } else {
            String::new()
        };
        match &self.redirect {
            None => rows.push(ContentRow::text(Tone::Dim, format!("waiting{left}{copied}"))),
            Some(RedirectInput { error: Some(error), .. }) => {
                rows.push(ContentRow::text(
                    Tone::Danger,
                    format!(
                        "{} {}",
                        Glyphs::from_appearance(state.appearance).error,
                        error.message
                    ),
                ));
                rows.extend(error.hints.iter().map(|hint| ContentRow::text(Tone::Soft, hint)));
            }
            Some(RedirectInput { sent: true, .. }) => rows.push(ContentRow::text(
                Tone::Dim,
                format!(
                    "sending it to AWS{}",
                    Glyphs::from_appearance(state.appearance).in_progress
                ),
            )),
            Some(_) => rows.push(ContentRow::text(
                Tone::Soft,
                "Is your browser on another machine? Confirm there: it ends on a page at \
                 127.0.0.1 that it can't open. Paste the address of that page here.",
            )),
        }
        rows
    }
}

impl RedirectInput {
    /// Handles a key; `None` if the user closed the field.
    fn handle_key(&mut self, pressed: KeyPress, number: u64) -> Option<Vec<Effect>> {
        match (pressed.letter, pressed.command) {
            (_, Some(PickerCommand::Back)) => return None,
            _ if self.sent => {}
            (Some(letter), _) => drop(self.input.insert(letter.encode_utf8(&mut [0; 4]))),
            (None, Some(PickerCommand::Activate)) if !self.input.is_empty() => {
                (self.sent, self.error) = (true, None);
                return Some(vec![Effect::Request(Request::PasteRedirect {
                    number,
                    address: Secret::from(self.input.text()),
                })]);
            }
            (None, Some(PickerCommand::Edit(edit))) => drop(self.input.edit(edit)),
            _ => {}
        }
        Some(Vec::new())
    }
}

/// `K F Q T - H W L P`: spaced letters that are easy to compare.
fn space_out(code: &str) -> String {
    code.chars().map(String::from).collect::<Vec<_>>().join(" ")
}
