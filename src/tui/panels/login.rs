//! A sign-in under way: address, code, QR code, countdown; the reply of a browser elsewhere can be
//! pasted.

use super::super::catalog::Command;
use super::super::effect::Effect;
use super::super::state::line::Line;
use super::super::state::{State, Waits};
use super::super::update::choose;
use super::super::view::{signs, words};
use super::sheet::{Extent, Row, Sheet, Tone};
use super::{Heard, Panel, Pasted, Pressed, key, name, qr};
use crate::domain::{Error, InstanceName, Secret};
use crate::ops::work::{Request, SignInStep};

/// Characters of a redirect address. Its code is a signed token of some 1,500 characters.
const LONGEST: usize = 8_192;

/// A sign-in under way.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Login {
    /// Where to.
    pub(in crate::tui) instance: InstanceName,
    /// The request's number.
    pub(in crate::tui) number: u64,
    /// Where it stands.
    pub(in crate::tui) step: SignInStep,
    copied: bool,
    qr: bool,
    reply: Option<Reply>,
    /// Why the browser does not show the page.
    failed: Option<Error>,
}

/// An address on its way back by hand.
#[derive(Debug, Clone, PartialEq)]
struct Reply {
    typed: Line,
    error: Option<Error>,
    sent: bool,
}

impl Default for Reply {
    fn default() -> Self {
        Self { typed: Line::limited(LONGEST), error: None, sent: false }
    }
}

impl Login {
    /// One that was just asked for.
    pub(in crate::tui) fn new(instance: InstanceName, number: u64) -> Self {
        Self {
            instance,
            number,
            step: SignInStep::Starting,
            copied: false,
            qr: false,
            reply: None,
            failed: None,
        }
    }

    /// Takes in where it stands now.
    pub(in crate::tui) fn hear(&mut self, step: SignInStep) {
        match (step, &mut self.reply) {
            (SignInStep::RedirectRejected(error), Some(reply)) => {
                (reply.error, reply.sent) = (Some(error), false)
            }
            (SignInStep::RedirectRejected(_), None) => {}
            // The page is still to be opened, by hand: whatever is being pasted stays.
            (SignInStep::BrowserFailed(error), _) => self.failed = Some(error),
            (step, _) => (self.step, self.reply, self.failed) = (step, None, None),
        }
    }

    /// Puts the address on the clipboard.
    pub(in crate::tui) fn copy(&mut self) -> Vec<Effect> {
        let SignInStep::Open { url, .. } = &self.step else { return Vec::new() };
        self.copied = true;
        vec![Effect::Request(Request::Copy { text: url.clone() })]
    }

    /// Whether a browser elsewhere could not come back by itself: with a code nobody has to.
    fn takes_reply(&self) -> bool {
        matches!(self.step, SignInStep::Open { code: None, .. })
    }

    /// The sign-in is put off, and with it what waits for it.
    fn later(&self, state: &mut State) -> Heard {
        state.pending.take_if(|pending| pending.waits == Waits::SignIn(self.number));
        let over = matches!(self.step, SignInStep::Failed(_));
        Heard::Close(if over {
            Vec::new()
        } else {
            vec![Effect::Request(Request::CancelSignIn { number: self.number })]
        })
    }

    fn again(&self, state: &mut State) -> Heard {
        Heard::Close(choose::sign_in_again(state, self))
    }
}

impl Panel for Login {
    fn press(&mut self, state: &mut State, pressed: Pressed) -> Heard {
        if let Some(reply) = &mut self.reply {
            return match reply.press(pressed, self.number) {
                Some(effects) => Heard::Stay(effects),
                None => {
                    self.reply = None;
                    Heard::Stay(Vec::new())
                }
            };
        }
        match pressed.command {
            Some(Command::Back) => return self.later(state),
            Some(Command::Act) if matches!(self.step, SignInStep::Failed(_)) => {
                return self.again(state);
            }
            Some(Command::CopyAddress) => return Heard::Stay(self.copy()),
            Some(Command::Refresh) if matches!(self.step, SignInStep::Open { .. }) => {
                self.qr = !self.qr
            }
            Some(Command::PasteReply) if self.takes_reply() => self.reply = Some(Reply::default()),
            _ => return Heard::Pass,
        }
        Heard::Stay(Vec::new())
    }

    fn paste(&mut self, text: &str) -> Pasted {
        // A pasted redirect address is meant for the sign-in, whatever has the cursor.
        let redirect =
            self.takes_reply() && text.trim_start().starts_with("http") && text.contains("state=");
        if redirect && self.reply.is_none() {
            self.reply = Some(Reply::default());
        }
        match &mut self.reply {
            Some(reply) if !reply.sent => {
                // An address replaces what is there. Anything else goes on with it: not every
                // terminal hands a paste over in one piece.
                let begins = text.trim_start().starts_with("http");
                let mut typed = if begins { Line::limited(LONGEST) } else { reply.typed.clone() };
                let pasted = Pasted::whole(&mut typed, text.trim());
                if pasted == Pasted::Done {
                    reply.typed = typed;
                }
                pasted
            }
            Some(_) => Pasted::Done,
            None => Pasted::NotWanted,
        }
    }

    fn sheet(&self, state: &State) -> Sheet {
        let mut rows = Vec::new();
        let mut field = None;
        match &self.step {
            SignInStep::Starting
            | SignInStep::Done
            | SignInStep::RedirectRejected(_)
            | SignInStep::BrowserFailed(_) => {
                rows.push(Row::text(
                    Tone::Soft,
                    format!("Asking AWS for an address{}", signs(state.looks).dots),
                ));
            }
            SignInStep::Failed(error) => {
                rows.push(Row::text(
                    Tone::Danger,
                    format!("{} {}", signs(state.looks).failed, error.message),
                ));
                rows.push(Row::Blank);
                // What a key does here needs no command.
                let hints = error.hints.iter().filter(|hint| !hint.contains("`rolecall login"));
                rows.extend(hints.map(|hint| Row::text(Tone::Text, hint)));
                let waiting = state
                    .pending
                    .as_ref()
                    .filter(|pending| pending.waits == Waits::SignIn(self.number));
                let then = waiting
                    .map(|pending| format!(" and goes on to {}", name(state, &pending.role)))
                    .unwrap_or_default();
                rows.push(Row::text(
                    Tone::Soft,
                    format!("{} signs in again{then}", key(state, Command::Act)),
                ));
                rows.push(Row::text(
                    Tone::Dim,
                    format!("{} puts it off", key(state, Command::Back)),
                ));
            }
            SignInStep::Open { .. } => {
                rows = self.open(state);
                field = self.reply.as_ref().map(|reply| &reply.typed);
            }
        }
        let extent =
            if matches!(self.code(state), Some(Ok(_))) { Extent::Whole } else { Extent::Words };
        let sheet = Sheet::new(format!("sign in to {}", self.instance), extent, rows);
        match field {
            Some(typed) => {
                sheet.field("reply", typed, "paste the address that the browser ended on")
            }
            None => sheet,
        }
    }

    fn hints(&self, _: &State) -> Vec<(Command, &'static str)> {
        if self.reply.is_some() {
            return vec![(Command::Act, "send"), (Command::Back, "close")];
        }
        match self.step {
            SignInStep::Open { .. } => {
                let qr = if self.qr { "no QR code" } else { "QR code" };
                let mut hints = vec![
                    (Command::Back, "later"),
                    (Command::CopyAddress, "copy address"),
                    (Command::Refresh, qr),
                ];
                hints.extend(self.takes_reply().then_some((Command::PasteReply, "paste reply")));
                hints
            }
            SignInStep::Failed(_) => vec![(Command::Act, "try again"), (Command::Back, "later")],
            SignInStep::Starting
            | SignInStep::Done
            | SignInStep::RedirectRejected(_)
            | SignInStep::BrowserFailed(_) => {
                vec![(Command::Back, "later")]
            }
        }
    }

    fn steps_aside(&self) -> bool {
        self.reply.is_none()
    }

    fn counts(&self) -> bool {
        matches!(self.step, SignInStep::Open { .. })
    }
}

impl Login {
    /// The address as a QR code, when that is wanted.
    fn code(&self, state: &State) -> Option<Result<Vec<Row>, String>> {
        let SignInStep::Open { url, .. } = &self.step else { return None };
        let (width, height) = state.size;
        // Around it stand the frame, the code to compare and the countdown; below it the footer.
        (self.qr && self.reply.is_none())
            .then(|| qr::rows(url, width.saturating_sub(6), height.saturating_sub(5)))
    }

    /// What stands there while a person is in the browser.
    fn open(&self, state: &State) -> Vec<Row> {
        let SignInStep::Open { url, code, expires_at, browser_opened: browser } = &self.step else {
            return Vec::new();
        };
        let first = match (*browser && self.failed.is_none(), code) {
            (true, Some(_)) => "Your browser has opened. Compare this code there:",
            (true, None) => "Waiting for your browser: confirm there, then come back.",
            (false, Some(_)) => "Open this address on any machine and compare the code:",
            (false, None) => {
                "Open this address in a browser on this machine. From another one its reply has to be pasted here:"
            }
        };
        let mut rows: Vec<Row> = Vec::new();
        if let Some(error) = &self.failed {
            rows.push(Row::text(
                Tone::Danger,
                format!("{} {}", signs(state.looks).failed, error.message),
            ));
        }
        rows.extend([Row::text(Tone::Soft, first), Row::Blank]);
        if let Some(code) = code {
            rows.extend([Row::Centre(spaced(code)), Row::Blank]);
        }
        match self.code(state) {
            // Nothing else that could do without: every line counts.
            Some(Ok(paper)) => {
                rows = code.iter().map(|code| Row::Centre(spaced(code))).chain(paper).collect()
            }
            Some(Err(why)) => {
                rows.push(Row::text(Tone::Danger, format!("{} {why}", signs(state.looks).failed)))
            }
            None => {}
        }
        if !rows.iter().any(|row| matches!(row, Row::Paper(_))) {
            rows.extend([Row::text(Tone::Text, url), Row::Blank]);
        }
        let copied = if self.copied {
            format!(" {} address copied", signs(state.looks).dot)
        } else {
            String::new()
        };
        let left = if state.looks.motion {
            format!(", {} left", words::countdown(expires_at.since(state.now)))
        } else {
            String::new()
        };
        match &self.reply {
            None => rows.push(Row::text(Tone::Dim, format!("waiting{left}{copied}"))),
            Some(Reply { error: Some(error), .. }) => {
                rows.push(Row::text(Tone::Danger, format!("{} {}", signs(state.looks).failed, error.message)));
                rows.extend(error.hints.iter().map(|hint| Row::text(Tone::Soft, hint)));
            }
            Some(Reply { sent: true, .. }) => rows.push(Row::text(Tone::Dim, format!("sending it to AWS{}", signs(state.looks).dots))),
            Some(_) => rows.push(Row::text(
                Tone::Soft,
                "The browser is on another machine? Confirm there; it ends on a page of 127.0.0.1 that it can't open. Paste that page's address here.",
            )),
        }
        rows
    }
}

impl Reply {
    /// A key while it is typed; `None` when the person gave it up.
    fn press(&mut self, pressed: Pressed, number: u64) -> Option<Vec<Effect>> {
        match (pressed.letter, pressed.command) {
            (_, Some(Command::Back)) => return None,
            _ if self.sent => {}
            (Some(letter), _) => drop(self.typed.insert(letter.encode_utf8(&mut [0; 4]))),
            (None, Some(Command::Act)) if !self.typed.is_empty() => {
                (self.sent, self.error) = (true, None);
                return Some(vec![Effect::Request(Request::PasteRedirect {
                    number,
                    address: Secret::from(self.typed.text()),
                })]);
            }
            (None, Some(Command::Edit(edit))) => drop(self.typed.edit(edit)),
            _ => {}
        }
        Some(Vec::new())
    }
}

/// `K F Q T - H W L P`: letters that can be compared at a glance.
fn spaced(code: &str) -> String {
    code.chars().map(String::from).collect::<Vec<_>>().join(" ")
}
