//! The console of Windows: modes, typed text and output as UTF-16.

use std::io::{self, Write};

use crossterm_winapi::{Console, ConsoleMode, Handle, InputRecord, KeyEventRecord};

/// Ctrl-C is an event, not a key.
const ENABLE_PROCESSED_INPUT: u32 = 0x0001;
/// Input is delivered line by line.
const ENABLE_LINE_INPUT: u32 = 0x0002;
const ENABLE_ECHO_INPUT: u32 = 0x0004;
/// New sizes of the window are among the input.
const ENABLE_WINDOW_INPUT: u32 = 0x0008;
const ENABLE_MOUSE_INPUT: u32 = 0x0010;
/// The mouse selects text.
const ENABLE_QUICK_EDIT_MODE: u32 = 0x0040;
const ENABLE_EXTENDED_FLAGS: u32 = 0x0080;
/// Keys and the mouse are delivered as the sequences of a terminal of Unix.
const ENABLE_VIRTUAL_TERMINAL_INPUT: u32 = 0x0200;
/// Sequences in the output are obeyed.
const ENABLE_VIRTUAL_TERMINAL_PROCESSING: u32 = 0x0004;

/// The virtual key that an input method or Alt with digits uses; its character arrives when the key
/// is released.
const VK_MENU: u16 = 0x12;

/// Modes of the input.
pub(super) struct InputModes;

impl InputModes {
    /// The modes for a full-screen program.
    pub(super) const fn raw(modes: u32) -> u32 {
        let off =
            ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_QUICK_EDIT_MODE;
        let on = ENABLE_VIRTUAL_TERMINAL_INPUT
            | ENABLE_WINDOW_INPUT
            | ENABLE_MOUSE_INPUT
            | ENABLE_EXTENDED_FLAGS;
        modes & !off | on
    }

    /// The modes for reading single keys while Ctrl-C ends the program.
    const fn keys(modes: u32) -> u32 {
        modes & !(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_VIRTUAL_TERMINAL_INPUT)
            | ENABLE_PROCESSED_INPUT
    }
}

/// Opens the input of the console, whatever stdin is.
pub(super) fn open_input() -> io::Result<Console> {
    Ok(Console::from(Handle::current_in_handle()?))
}

/// The modes of the input, whatever stdin is.
pub(super) fn input_modes() -> io::Result<ConsoleMode> {
    Ok(ConsoleMode::from(Handle::current_in_handle()?))
}

/// Makes the console obey the sequences of a terminal of Unix. Consoles before Windows 10 can't.
pub(super) fn enable_sequences(output: &Handle) -> io::Result<()> {
    let modes = ConsoleMode::from(output.clone());
    modes.set_mode(modes.mode()? | ENABLE_VIRTUAL_TERMINAL_PROCESSING)
}

/// Text from the records of pressed keys. A character may take two records.
#[derive(Debug, Default)]
pub(super) struct TypedText {
    high_surrogate: Option<u16>,
}

impl TypedText {
    /// Appends the bytes of a key.
    pub(super) fn push(&mut self, key: &KeyEventRecord, bytes: &mut Vec<u8>) {
        let is_composed = !key.key_down && key.virtual_key_code == VK_MENU;
        if key.u_char == 0 || !(key.key_down || is_composed) {
            return;
        }
        if (0xD800..0xDC00).contains(&key.u_char) {
            self.high_surrogate = Some(key.u_char);
            return;
        }
        let units = self.high_surrogate.take().into_iter().chain([key.u_char]);
        let text: String = char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        for _ in 0..key.repeat_count.max(1) {
            bytes.extend_from_slice(text.as_bytes());
        }
    }
}

/// Restores the modes of the input when dropped.
pub(super) struct ModeGuard {
    console: ConsoleMode,
    previous: u32,
}

impl ModeGuard {
    /// Switches to reading single keys.
    pub(super) fn keys() -> io::Result<Self> {
        let console = input_modes()?;
        let previous = console.mode()?;
        console.set_mode(InputModes::keys(previous))?;
        Ok(Self { console, previous })
    }

    /// The modes to restore.
    pub(super) const fn previous(&self) -> u32 {
        self.previous
    }
}

impl Drop for ModeGuard {
    fn drop(&mut self) {
        let _ = self.console.set_mode(self.previous);
    }
}

/// Whether the characters of a line are shown while they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    Shown,
    Hidden,
}

/// Reads a line key by key, with a line feed at its end. Reading bytes from the console would
/// translate the line into its code page, which has not all characters. `None` after Ctrl-Z at the
/// start of a line.
pub(super) fn read_line(mut output: impl Write, echo: Echo) -> io::Result<Option<String>> {
    let console = open_input()?;
    let (mut line, mut text) = (String::new(), TypedText::default());
    loop {
        let InputRecord::KeyEvent(key) = console.read_single_input_event()? else { continue };
        let mut bytes = Vec::new();
        text.push(&key, &mut bytes);
        for letter in String::from_utf8_lossy(&bytes).chars() {
            match letter {
                '\r' | '\n' => {
                    output.write_all(b"\r\n")?;
                    line.push('\n');
                    return Ok(Some(line));
                }
                '\u{1a}' if line.is_empty() => {
                    output.write_all(b"\r\n")?;
                    return Ok(None);
                }
                '\u{8}' => {
                    if line.pop().is_some() && echo == Echo::Shown {
                        output.write_all(b"\x08 \x08")?;
                    }
                }
                letter if letter.is_control() => {}
                letter => {
                    line.push(letter);
                    if echo == Echo::Shown {
                        output.write_all(letter.encode_utf8(&mut [0; 4]).as_bytes())?;
                    }
                }
            }
        }
    }
}
