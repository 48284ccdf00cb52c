//! Pasted text between the markers of a bracketed paste.

use std::time::Instant;

use super::{CTRL_C, Decoder};
use crate::tui::input::sequence::InputEvent;

/// The bytes of a paste that are kept; no field holds more.
const MAX_PASTE_BYTES: usize = 64 * 1024;
/// The excess of an overlong paste that may accumulate before it is dropped.
const PASTE_SLACK: usize = 64 * 1024;
/// The end marker of a bracketed paste.
const PASTE_END: &[u8] = b"\x1b[201~";

impl Decoder {
    /// Consumes the bytes that belong to the paste, and returns their number.
    pub(super) fn paste_bytes(
        &mut self,
        bytes: &[u8],
        now: Instant,
        out: &mut Vec<InputEvent>,
    ) -> usize {
        self.since = Some(now);
        let mut taken = 0;
        while let Some(at) = bytes[taken..].iter().position(|byte| *byte == b'~') {
            self.bytes.extend(&bytes[taken..=taken + at]);
            taken += at + 1;
            if self.bytes.ends_with(PASTE_END) {
                self.bytes.truncate(self.bytes.len() - PASTE_END.len());
                self.push_paste(out);
                self.reset();
                return taken;
            }
        }
        self.bytes.extend(&bytes[taken..]);
        if self.bytes.len() > MAX_PASTE_BYTES && self.bytes.last() == Some(&CTRL_C) {
            // An endless stream, for example from a broken terminal. Ctrl-C must not wait for a
            // pause.
            self.expire(out);
        } else if self.bytes.len() > MAX_PASTE_BYTES + PASTE_SLACK {
            // The last bytes may be the start of the end marker.
            self.bytes.drain(MAX_PASTE_BYTES..self.bytes.len() - PASTE_END.len());
        }
        bytes.len()
    }

    pub(super) fn push_paste(&mut self, out: &mut Vec<InputEvent>) {
        let text = std::mem::take(&mut self.bytes);
        if !text.is_empty() {
            out.push(InputEvent::Paste(
                String::from_utf8_lossy(&text[..text.len().min(MAX_PASTE_BYTES)]).into_owned(),
            ));
        }
    }
}
