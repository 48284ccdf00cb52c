//! Decodes terminal input with a state machine: bytes in; keys, clicks and pasted text out. Every
//! byte costs constant time.
//!
//! Input may be incomplete. An unfinished sequence is given up after [`SEQUENCE_TIMEOUT`], a paste
//! without its end marker after the same time without a byte, and Ctrl-C ends any of them. Formats:
//! ECMA-48 for the framing of sequences, xterm's ctlseqs for mouse reports and bracketed paste; see
//! [`super::sequence`] for keys.

mod burst;
mod letters;
mod paste;

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyModifiers};

use super::background;
use super::sequence::{self, InputEvent};
use crate::tui::Background;
use crate::tui::event::Key;
use burst::{burst_len, complete_utf8_len};
use letters::{control_key, escape_key, text_key};

/// How long after Esc another byte still belongs to it. Over slow lines the bytes of a sequence
/// arrive one by one.
pub(super) const ESCAPE_TIMEOUT: Duration = Duration::from_millis(50);
/// The total timeout of an unfinished sequence, and of an unfinished paste after its last byte.
pub(super) const SEQUENCE_TIMEOUT: Duration = Duration::from_millis(100);
/// No known sequence has longer parameters.
const MAX_PARAMETER_BYTES: usize = 64;
/// Text of any length that follows a burst within this time belongs to it.
pub(super) const BURST_GAP: Duration = Duration::from_millis(50);

const CTRL_C: u8 = 0x03;
const ESC: u8 = 0x1b;

/// The unfinished sequence that the bytes so far belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum DecoderState {
    /// None.
    #[default]
    Ground,
    /// Esc: the start of a sequence, or of a key with Alt.
    Escape,
    /// Esc twice: two keys, or the start of a key with Alt on terminals that send it before the
    /// key's own sequence, such as rxvt and PuTTY.
    EscapeEscape,
    /// A control sequence, `ESC [`; `bytes` are its parameters.
    Csi,
    /// `ESC O` and a letter: a key in application mode.
    Ss3,
    /// `ESC [ [` and a letter: a function key of the Linux console.
    ConsoleKey,
    /// `ESC [ M` and three bytes: a mouse report of a terminal without SGR reports.
    X10Mouse,
    /// OSC, DCS, APC, PM or SOS, introduced by `ESC` and this byte: the answer to a query, such as
    /// the one for the background.
    ControlString(u8),
    /// The same, after an Esc that may start its terminator.
    ControlStringEscape,
    /// A UTF-8 character of this many bytes, with Alt if Esc came before it.
    Utf8 { length: usize, alt: bool },
    /// A bracketed paste; `bytes` is its text.
    Paste,
    /// A bracketed paste whose end did not arrive in time. Either the end marker is lost or the
    /// line has stalled; the next read decides.
    StalledPaste,
}

/// Decodes the bytes of one terminal.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    state: DecoderState,
    /// The bytes of the unfinished sequence, without its introducer.
    bytes: Vec<u8>,
    /// Whether an Esc came before the sequence's own.
    after_escape: bool,
    /// Whether a line end in a read of its own was the last part of a stalled paste.
    stalled_line_end: bool,
    /// When the unfinished sequence began; for a paste, when its last byte arrived.
    since: Option<Instant>,
    /// The number of bytes to come that were typed in line mode.
    cooked: usize,
    /// When the last burst of text was read.
    last_burst: Option<Instant>,
    /// Until when the answer to the question for the background may begin; `None` once it came.
    awaits_background: Option<Instant>,
}

impl Decoder {
    /// A decoder whose first `cooked` bytes were typed while the terminal was in line mode, in
    /// which Enter is a line feed. `asked` is when the terminal was asked for its background.
    pub(super) fn new(cooked: usize, asked: Option<Instant>) -> Self {
        let awaits_background = asked.map(|asked| asked + background::ANSWER_TIMEOUT);
        Self { cooked, awaits_background, ..Self::default() }
    }

    /// When to call [`Decoder::expire`] if no byte arrives before; `None` while nothing is
    /// unfinished.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let patience = match self.state {
            DecoderState::Ground | DecoderState::StalledPaste => return None,
            _ if self.is_answer() => background::ANSWER_TIMEOUT,
            DecoderState::Escape | DecoderState::ControlString(b']') if self.may_be_answer() => {
                background::ESCAPE_TIMEOUT
            }
            DecoderState::Escape | DecoderState::EscapeEscape => ESCAPE_TIMEOUT,
            _ => SEQUENCE_TIMEOUT,
        };
        self.since.map(|since| since + patience)
    }

    /// Whether the introducer so far may be that of the answer for the background.
    fn may_be_answer(&self) -> bool {
        let is_awaited =
            self.since.zip(self.awaits_background).is_some_and(|(since, until)| since < until);
        is_awaited && self.bytes.is_empty()
    }

    /// Whether the unfinished sequence is the start of that answer. It may arrive in pieces, which
    /// must not become keys.
    fn is_answer(&self) -> bool {
        let is_osc = matches!(
            self.state,
            DecoderState::ControlString(b']') | DecoderState::ControlStringEscape
        );
        is_osc
            && self.awaits_background.is_some()
            && !self.bytes.is_empty()
            && background::is_start(&self.bytes)
    }

    /// Ends a control string, and takes the answer for the background out of it.
    fn end_control_string(&mut self, out: &mut Vec<InputEvent>) {
        let answer = background::luminance(&self.bytes)
            .map(|luminance| InputEvent::Background(Background::from_luminance(luminance)));
        self.reset();
        if answer.is_some() {
            self.awaits_background = None;
        }
        out.extend(answer);
    }

    /// Decodes the bytes of one read.
    pub(super) fn feed(&mut self, bytes: &[u8], now: Instant, out: &mut Vec<InputEvent>) {
        if self.state == DecoderState::StalledPaste {
            // After a lost end marker, keys arrive one by one. The rest of a stalled paste arrives
            // in bulk. One line end may be that rest too, and must not choose a role; a second one
            // is the Enter key of a user for whom nothing happened.
            let is_line_end = matches!(bytes, [b'\r' | b'\n']) && !self.stalled_line_end;
            let continues = is_line_end || !is_one_key(bytes) && bytes.first() != Some(&ESC);
            self.stalled_line_end = is_line_end;
            self.enter(
                if continues { DecoderState::Paste } else { DecoderState::Ground },
                now,
                continues,
            );
        }
        let follows = self.last_burst.is_some_and(|last| now.duration_since(last) < BURST_GAP)
            && !is_one_key(bytes);
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            let taken = match self.state {
                DecoderState::Paste => self.paste_bytes(rest, now, out),
                DecoderState::Ground => match burst_len(rest, follows) {
                    0 => self.byte(*byte, now, out),
                    length => {
                        self.last_burst = Some(now);
                        out.push(InputEvent::Paste(
                            String::from_utf8_lossy(&rest[..length]).into_owned(),
                        ));
                        length
                    }
                },
                _ => self.byte(*byte, now, out),
            };
            self.cooked = self.cooked.saturating_sub(taken);
            rest = if taken == 1 { after } else { &rest[taken..] };
        }
    }

    /// Gives up the unfinished sequence after its timeout.
    pub(super) fn expire(&mut self, out: &mut Vec<InputEvent>) {
        if self.state != DecoderState::Paste {
            return self.abandon(out);
        }
        // A Ctrl-C at the very end was typed by a user whose picker seemed to hang. Anywhere else
        // it is part of the text.
        let end = self.bytes.iter().rposition(|byte| *byte != CTRL_C).map_or(0, |last| last + 1);
        let cancelled = end < self.bytes.len();
        self.bytes.truncate(end);
        let tail = self.bytes.split_off(complete_utf8_len(&self.bytes));
        self.push_paste(out);
        if cancelled {
            self.reset();
            out.push(InputEvent::Key(control_key(CTRL_C, false)));
        } else {
            (self.state, self.bytes) = (DecoderState::StalledPaste, tail);
        }
    }

    /// Decodes one byte outside of a paste. Returns the number of bytes consumed, which is always
    /// 1.
    fn byte(&mut self, byte: u8, now: Instant, out: &mut Vec<InputEvent>) -> usize {
        if byte == CTRL_C && self.state != DecoderState::Ground {
            self.reset();
        }
        match self.state {
            DecoderState::Ground => self.ground(byte, now, out),
            DecoderState::Escape => self.escape(byte, now, out),
            DecoderState::EscapeEscape => self.escape_escape(byte, now, out),
            DecoderState::Csi => self.csi(byte, now, out),
            DecoderState::Ss3 | DecoderState::ConsoleKey => self.final_letter(byte, now, out),
            DecoderState::X10Mouse if byte >= b' ' => {
                self.bytes.push(byte);
                if let [button, x, y] = self.bytes[..] {
                    let place = |value: u8| u16::from(value.saturating_sub(b'!'));
                    let button = u32::from(button - b' ');
                    self.push_decoded(sequence::decode_mouse(button, place(x), place(y)), out);
                    self.reset();
                }
            }
            DecoderState::ControlString(_) => match byte {
                0x07 => self.end_control_string(out),
                ESC => {
                    (self.state, self.since) = (DecoderState::ControlStringEscape, Some(now));
                }
                _ => {
                    let was_answer = self.is_answer();
                    if self.bytes.len() <= background::MAX_BYTES {
                        self.bytes.push(byte);
                    }
                    if self.is_answer() {
                        self.since = Some(now);
                    } else if was_answer && self.is_overdue(now) {
                        // The rest of the answer is lost, and this is a key.
                        self.reset();
                        return self.byte(byte, now, out);
                    }
                }
            },
            DecoderState::ControlStringEscape if byte == b'\\' => self.end_control_string(out),
            DecoderState::ControlStringEscape => {
                self.reset();
                self.enter(DecoderState::Escape, now, false);
                self.byte(byte, now, out);
            }
            DecoderState::Utf8 { length, alt } if byte & 0xC0 == 0x80 => {
                self.bytes.push(byte);
                if self.bytes.len() == length {
                    let letter =
                        std::str::from_utf8(&self.bytes).ok().and_then(|text| text.chars().next());
                    self.reset();
                    out.extend(letter.map(|letter| InputEvent::Key(text_key(letter, alt))));
                }
            }
            // The byte does not continue the sequence, which is dropped; the byte itself is
            // decoded.
            DecoderState::X10Mouse | DecoderState::Utf8 { .. } => {
                self.abandon(out);
                self.byte(byte, now, out);
            }
            DecoderState::Paste | DecoderState::StalledPaste => {}
        }
        1
    }

    fn ground(&mut self, byte: u8, now: Instant, out: &mut Vec<InputEvent>) {
        match byte {
            ESC => self.enter(DecoderState::Escape, now, false),
            b'\n' if self.cooked > 0 => {
                out.push(InputEvent::Key(Key::new(KeyCode::Enter, KeyModifiers::NONE)))
            }
            _ => self.character(byte, false, now, out),
        }
    }

    /// Whether the unfinished sequence has paused for longer than a sequence takes.
    fn is_overdue(&self, now: Instant) -> bool {
        self.since.is_some_and(|since| now.duration_since(since) > SEQUENCE_TIMEOUT)
    }

    /// Decodes a control character, a letter, or the first byte of one.
    fn character(&mut self, byte: u8, alt: bool, now: Instant, out: &mut Vec<InputEvent>) {
        let length = match byte {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            // Bytes that are not UTF-8 are ignored.
            0x80.. => return,
            0x20..=0x7E => return out.push(InputEvent::Key(text_key(byte.into(), alt))),
            _ => return out.push(InputEvent::Key(control_key(byte, alt))),
        };
        self.enter(DecoderState::Utf8 { length, alt }, now, false);
        self.bytes.push(byte);
    }

    /// Decodes the byte after Esc.
    fn escape(&mut self, byte: u8, now: Instant, out: &mut Vec<InputEvent>) {
        self.reset();
        match byte {
            b'[' => self.enter(DecoderState::Csi, now, false),
            b'O' => self.enter(DecoderState::Ss3, now, false),
            b']' | b'P' | b'X' | b'^' | b'_' => {
                self.enter(DecoderState::ControlString(byte), now, false)
            }
            ESC => self.enter(DecoderState::EscapeEscape, now, false),
            _ => self.character(byte, true, now, out),
        }
    }

    /// Decodes the byte after two Esc.
    fn escape_escape(&mut self, byte: u8, now: Instant, out: &mut Vec<InputEvent>) {
        if matches!(byte, b'[' | b'O') {
            self.escape(byte, now, out);
            self.after_escape = true;
        } else {
            out.push(escape_key());
            self.escape(byte, now, out);
        }
    }

    /// Adds the input of a complete sequence. A key has Alt if an Esc came before its sequence;
    /// before anything else, that Esc was the key.
    fn push_decoded(&self, decoded: Option<InputEvent>, out: &mut Vec<InputEvent>) {
        match decoded {
            Some(InputEvent::Key(key)) if self.after_escape => {
                out.push(InputEvent::Key(Key::new(key.code, key.modifiers | KeyModifiers::ALT)));
            }
            decoded => {
                out.extend(self.after_escape.then(escape_key));
                out.extend(decoded);
            }
        }
    }

    /// Decodes a byte of a control sequence.
    fn csi(&mut self, byte: u8, now: Instant, out: &mut Vec<InputEvent>) {
        match byte {
            b' '..=b'?' => {
                if self.bytes.len() <= MAX_PARAMETER_BYTES {
                    self.bytes.push(byte);
                }
            }
            b'[' if self.bytes.is_empty() => self.state = DecoderState::ConsoleKey,
            b'M' if self.bytes.is_empty() => self.state = DecoderState::X10Mouse,
            b'@'..=b'~' => {
                let parameters = std::mem::take(&mut self.bytes);
                let is_paste = (&parameters[..], byte) == (b"200", b'~');
                let is_known = !is_paste && parameters.len() <= MAX_PARAMETER_BYTES;
                let decoded = if is_known { sequence::decode_csi(&parameters, byte) } else { None };
                self.push_decoded(decoded, out);
                self.reset();
                if is_paste {
                    self.enter(DecoderState::Paste, now, false);
                }
            }
            _ => {
                self.abandon(out);
                self.byte(byte, now, out);
            }
        }
    }

    /// Decodes the final letter of a short sequence.
    fn final_letter(&mut self, byte: u8, now: Instant, out: &mut Vec<InputEvent>) {
        match (self.state, byte) {
            // Some terminals put the number of a modifier before the letter.
            (DecoderState::Ss3, b'0'..=b'9' | b';') if self.bytes.len() <= MAX_PARAMETER_BYTES => {
                self.bytes.push(byte)
            }
            (DecoderState::Ss3, b'@'..=b'~') => {
                let parameters = std::mem::take(&mut self.bytes);
                self.push_decoded(sequence::decode_ss3(&parameters, byte), out);
                self.reset();
            }
            (_, b'@'..=b'~') => {
                self.push_decoded(sequence::decode_linux_console(byte), out);
                self.reset();
            }
            _ => {
                self.abandon(out);
                self.byte(byte, now, out);
            }
        }
    }

    /// Ends the unfinished sequence. An introducer without anything after it was a key with Alt;
    /// longer parts are ignored.
    fn abandon(&mut self, out: &mut Vec<InputEvent>) {
        if self.after_escape || self.state == DecoderState::EscapeEscape {
            out.push(escape_key());
        }
        let key = match self.state {
            DecoderState::Escape | DecoderState::EscapeEscape => {
                Some(Key::new(KeyCode::Esc, KeyModifiers::NONE))
            }
            DecoderState::Csi if self.bytes.is_empty() => Some(text_key('[', true)),
            DecoderState::Ss3 if self.bytes.is_empty() => Some(text_key('O', true)),
            DecoderState::ControlString(introducer) if self.bytes.is_empty() => {
                Some(text_key(introducer.into(), true))
            }
            _ => None,
        };
        self.reset();
        out.extend(key.map(InputEvent::Key));
    }

    fn enter(&mut self, unfinished: DecoderState, now: Instant, keep: bool) {
        (self.state, self.since) = (unfinished, Some(now));
        if !keep {
            self.bytes.clear();
        }
    }

    fn reset(&mut self) {
        (self.state, self.since) = (DecoderState::Ground, None);
        self.bytes.clear();
        self.after_escape = false;
    }
}

/// Whether the bytes of one read are a single character, typed with one key.
fn is_one_key(bytes: &[u8]) -> bool {
    bytes.len() == 1
        || bytes.len() <= 4
            && std::str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1)
}
