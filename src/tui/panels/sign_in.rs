//! A sign-in under way: address, code, QR code, countdown; the reply of a browser elsewhere can be
//! pasted.

use super::content::{ContentRow, PanelContent, PanelSize, Tone};
use super::{EventResult, KeyPress, Panel, PasteResult, key_label, qr, role_label};
use crate::domain::{Error, InstanceName, Secret, format_countdown};
use crate::ops::backend::messages::{Request, SignInStep};
use crate::tui::commands::PickerCommand;
use crate::tui::effect::Effect;
use crate::tui::state::text_input::TextInput;
use crate::tui::state::{State, WaitingFor};
use crate::tui::update::activate;
use crate::tui::view::panel_glyphs;

/// Characters of a redirect address. Its code is a signed token of some 1,500 characters.
const MAX_REDIRECT_CHARS: usize = 8_192;

/// A sign-in under way.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct SignInPanel {
    /// Where to.
    pub(in crate::tui) instance: InstanceName,
    /// The request's number.
    pub(in crate::tui) number: u64,
    /// Where it stands.
    pub(in crate::tui) step: SignInStep,
    copied: bool,
    show_qr: bool,
    redirect: Option<RedirectInput>,
    /// Why the browser does not show the page.
    browser_error: Option<Error>,
}

/// An address on its way back by hand.
#[derive(Debug, Clone, PartialEq)]
struct RedirectInput {
    input: TextInput,
    error: Option<Error>,
    sent: bool,
}

impl Default for RedirectInput {
    fn default() -> Self {
        Self { input: TextInput::with_max_chars(MAX_REDIRECT_CHARS), error: None, sent: false }
    }
}

impl SignInPanel {
    /// One that was just asked for.
    pub(in crate::tui) fn new(instance: InstanceName, number: u64) -> Self {
        Self {
            instance,
            number,
            step: SignInStep::Starting,
            copied: false,
            show_qr: false,
            redirect: None,
            browser_error: None,
        }
    }

    /// Takes in where it stands now.
    pub(in crate::tui) fn on_step(&mut self, step: SignInStep) {
        match (step, &mut self.redirect) {
            (SignInStep::RedirectRejected(error), Some(reply)) => {
                (reply.error, reply.sent) = (Some(error), false)
            }
            (SignInStep::RedirectRejected(_), None) => {}
            // The page is still to be opened, by hand: whatever is being pasted stays.
            (SignInStep::BrowserFailed(error), _) => self.browser_error = Some(error),
            (step, _) => (self.step, self.redirect, self.browser_error) = (step, None, None),
        }
    }

    /// Puts the address on the clipboard.
    pub(in crate::tui) fn copy_url(&mut self) -> Vec<Effect> {
        let SignInStep::Open { url, .. } = &self.step else { return Vec::new() };
        self.copied = true;
        vec![Effect::Request(Request::Copy { text: url.clone() })]
    }

    /// Whether a browser elsewhere could not come back by itself: with a code nobody has to.
    fn accepts_redirect(&self) -> bool {
        matches!(self.step, SignInStep::Open { code: None, .. })
    }

    /// The sign-in is put off, and with it what waits for it.
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
        EventResult::Close(activate::retry_sign_in(state, self))
    }
}

impl Panel for SignInPanel {
    fn handle_key(&mut self, state: &mut State, pressed: KeyPress) -> EventResult {
        if let Some(reply) = &mut self.redirect {
            return match reply.handle_key(pressed, self.number) {
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
                self.show_qr = !self.show_qr
            }
            Some(PickerCommand::PasteRedirect) if self.accepts_redirect() => {
                self.redirect = Some(RedirectInput::default())
            }
            _ => return EventResult::Forward,
        }
        EventResult::Consumed(Vec::new())
    }

    fn handle_paste(&mut self, text: &str) -> PasteResult {
        // A pasted redirect address is meant for the sign-in, whatever has the cursor.
        let redirect = self.accepts_redirect()
            && text.trim_start().starts_with("http")
            && text.contains("state=");
        if redirect && self.redirect.is_none() {
            self.redirect = Some(RedirectInput::default());
        }
        match &mut self.redirect {
            Some(reply) if !reply.sent => {
                // An address replaces what is there. Anything else goes on with it: not every
                // terminal hands a paste over in one piece.
                let begins = text.trim_start().starts_with("http");
                let mut typed = if begins {
                    TextInput::with_max_chars(MAX_REDIRECT_CHARS)
                } else {
                    reply.input.clone()
                };
                let pasted = PasteResult::insert_whole(&mut typed, text.trim());
                if pasted == PasteResult::Done {
                    reply.input = typed;
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
            | SignInStep::BrowserFailed(_) => {
                rows.push(ContentRow::text(
                    Tone::Soft,
                    format!(
                        "Asking AWS for an address{}",
                        panel_glyphs(state.appearance).in_progress
                    ),
                ));
            }
            SignInStep::Failed(error) => {
                rows.push(ContentRow::text(
                    Tone::Danger,
                    format!("{} {}", panel_glyphs(state.appearance).error, error.message),
                ));
                rows.push(ContentRow::Blank);
                // What a key does here needs no command.
                let hints = error.hints.iter().filter(|hint| !hint.contains("`rolecall login"));
                rows.extend(hints.map(|hint| ContentRow::text(Tone::Text, hint)));
                let waiting = state
                    .pending
                    .as_ref()
                    .filter(|pending| pending.waiting_for == WaitingFor::SignIn(self.number));
                let then = waiting
                    .map(|pending| format!(" and goes on to {}", role_label(state, &pending.role)))
                    .unwrap_or_default();
                rows.push(ContentRow::text(
                    Tone::Soft,
                    format!("{} signs in again{then}", key_label(state, PickerCommand::Activate)),
                ));
                rows.push(ContentRow::text(
                    Tone::Dim,
                    format!("{} puts it off", key_label(state, PickerCommand::Back)),
                ));
            }
            SignInStep::Open { .. } => {
                rows = self.open_rows(state);
                field = self.redirect.as_ref().map(|reply| &reply.input);
            }
        }
        let extent = if matches!(self.qr_rows(state), Some(Ok(_))) {
            PanelSize::FullScreen
        } else {
            PanelSize::Text
        };
        let sheet = PanelContent::new(format!("sign in to {}", self.instance), extent, rows);
        match field {
            Some(typed) => {
                sheet.with_input("reply", typed, "paste the address that the browser ended on")
            }
            None => sheet,
        }
    }

    fn hints(&self, _: &State) -> Vec<(PickerCommand, &'static str)> {
        if self.redirect.is_some() {
            return vec![(PickerCommand::Activate, "send"), (PickerCommand::Back, "close")];
        }
        match self.step {
            SignInStep::Open { .. } => {
                let qr = if self.show_qr { "no QR code" } else { "QR code" };
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
            | SignInStep::BrowserFailed(_) => {
                vec![(PickerCommand::Back, "later")]
            }
        }
    }

    fn is_modeless(&self) -> bool {
        self.redirect.is_none()
    }

    fn has_countdown(&self) -> bool {
        matches!(self.step, SignInStep::Open { .. })
    }
}

impl SignInPanel {
    /// The address as a QR code, when that is wanted.
    fn qr_rows(&self, state: &State) -> Option<Result<Vec<ContentRow>, String>> {
        let SignInStep::Open { url, .. } = &self.step else { return None };
        let (width, height) = state.size;
        // Around it stand the frame, the code to compare and the countdown; below it the footer.
        (self.show_qr && self.redirect.is_none())
            .then(|| qr::rows(url, width.saturating_sub(6), height.saturating_sub(5)))
    }

    /// What stands there while a person is in the browser.
    fn open_rows(&self, state: &State) -> Vec<ContentRow> {
        let SignInStep::Open { url, code, expires_at, browser_opened: browser } = &self.step else {
            return Vec::new();
        };
        let first = match (*browser && self.browser_error.is_none(), code) {
            (true, Some(_)) => "Your browser has opened. Compare this code there:",
            (true, None) => "Waiting for your browser: confirm there, then come back.",
            (false, Some(_)) => "Open this address on any machine and compare the code:",
            (false, None) => {
                "Open this address in a browser on this machine. From another one its reply has to be pasted here:"
            }
        };
        let mut rows: Vec<ContentRow> = Vec::new();
        if let Some(error) = &self.browser_error {
            rows.push(ContentRow::text(
                Tone::Danger,
                format!("{} {}", panel_glyphs(state.appearance).error, error.message),
            ));
        }
        rows.extend([ContentRow::text(Tone::Soft, first), ContentRow::Blank]);
        if let Some(code) = code {
            rows.extend([ContentRow::Centered(space_out(code)), ContentRow::Blank]);
        }
        match self.qr_rows(state) {
            // Nothing else that could do without: every line counts.
            Some(Ok(paper)) => {
                rows = code
                    .iter()
                    .map(|code| ContentRow::Centered(space_out(code)))
                    .chain(paper)
                    .collect()
            }
            Some(Err(why)) => rows.push(ContentRow::text(
                Tone::Danger,
                format!("{} {why}", panel_glyphs(state.appearance).error),
            )),
            None => {}
        }
        if !rows.iter().any(|row| matches!(row, ContentRow::QrCode(_))) {
            rows.extend([ContentRow::text(Tone::Text, url), ContentRow::Blank]);
        }
        let copied = if self.copied {
            format!(" {} address copied", panel_glyphs(state.appearance).separator)
        } else {
            String::new()
        };
        let left = if state.appearance.motion {
            format!(", {} left", format_countdown(expires_at.since(state.now)))
        } else {
            String::new()
        };
        match &self.redirect {
            None => rows.push(ContentRow::text(Tone::Dim, format!("waiting{left}{copied}"))),
            Some(RedirectInput { error: Some(error), .. }) => {
                rows.push(ContentRow::text(Tone::Danger, format!("{} {}", panel_glyphs(state.appearance).error, error.message)));
                rows.extend(error.hints.iter().map(|hint| ContentRow::text(Tone::Soft, hint)));
            }
            Some(RedirectInput { sent: true, .. }) => rows.push(ContentRow::text(Tone::Dim, format!("sending it to AWS{}", panel_glyphs(state.appearance).in_progress))),
            Some(_) => rows.push(ContentRow::text(
                Tone::Soft,
                "The browser is on another machine? Confirm there; it ends on a page of 127.0.0.1 that it can't open. Paste that page's address here.",
            )),
        }
        rows
    }
}

impl RedirectInput {
    /// A key while it is typed; `None` when the person gave it up.
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

/// `K F Q T - H W L P`: letters that can be compared at a glance.
fn space_out(code: &str) -> String {
    code.chars().map(String::from).collect::<Vec<_>>().join(" ")
}
