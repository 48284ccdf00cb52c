//! Keys and mouse reports in control sequences: VT220 and xterm, the kitty keyboard protocol, the
//! Linux console.
//!
//! The picker does not enable any of the newer protocols, but a program that crashed may have left
//! them enabled.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::Background;
use crate::tui::event::{Key, MouseKind};

/// A decoded input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InputEvent {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// A mouse button was pressed or the wheel turned, at this column and row, counted from 0.
    Mouse(MouseKind, u16, u16),
    /// The terminal answered which background it has.
    Background(Option<Background>),
}

/// Decodes `CSI parameters final_byte`; `None` for answers, focus reports, key releases and unknown
/// sequences.
pub(super) fn decode_csi(parameters: &[u8], final_byte: u8) -> Option<InputEvent> {
    let text = std::str::from_utf8(parameters).ok()?;
    if let Some(report) = text.strip_prefix('<') {
        // Releases are ignored: buttons act when they are pressed.
        return if final_byte == b'M' { decode_mouse_report(report, 0) } else { None };
    }
    let parameters = Parameters::parse(text)?;
    let first = parameters.number(0, 0).unwrap_or(1);
    let second = parameters.number(1, 0).unwrap_or(1);
    let code = match final_byte {
        b'M' => return decode_mouse_report(text, 32),
        b'u' => return decode_kitty(&parameters),
        b'~' if first == 27 => {
            return key_event(code_point_key(parameters.number(2, 0)?, None)?, &parameters);
        }
        b'~' => tilde_key(first)?,
        b'Z' => KeyCode::BackTab,
        // F3 with modifiers. Without them it is `ESC O R`, and any other `CSI row ; column R` is a
        // cursor position report, which the picker does not ask for.
        b'R' if first == 1 && (2..=16).contains(&second) => KeyCode::F(3),
        b'R' => return None,
        letter => letter_key(letter)?,
    };
    key_event(code, &parameters)
}

/// Decodes `ESC O letter`.
pub(super) fn decode_ss3(parameters: &[u8], letter: u8) -> Option<InputEvent> {
    let code = match letter {
        b'M' => KeyCode::Enter,
        b'R' => KeyCode::F(3),
        // The keypad: `*+,-./` and the digits.
        b'j'..=b'y' => KeyCode::Char((letter - b'j' + b'*').into()),
        letter => letter_key(letter)?,
    };
    // A single number is the modifier here.
    let modifiers = std::str::from_utf8(parameters).ok()?.rsplit(';').next()?.parse().unwrap_or(1);
    Some(InputEvent::Key(Key::new(code, key_modifiers(modifiers))))
}

/// Decodes `ESC [ [ letter`.
pub(super) fn decode_linux_console(letter: u8) -> Option<InputEvent> {
    matches!(letter, b'A'..=b'E')
        .then(|| InputEvent::Key(Key::new(KeyCode::F(letter - b'A' + 1), KeyModifiers::NONE)))
}

/// Decodes a press of the left button or a turn of the wheel; `None` for other buttons and
/// movements. Modifiers are ignored.
pub(super) fn decode_mouse(button: u32, x: u16, y: u16) -> Option<InputEvent> {
    let kind = match button & !0b1_1100 {
        0 => MouseKind::Click,
        64 => MouseKind::WheelUp,
        65 => MouseKind::WheelDown,
        _ => return None,
    };
    Some(InputEvent::Mouse(kind, x, y))
}

/// Decodes `button;column;row`. Columns and rows count from 1, the button from `base`.
fn decode_mouse_report(report: &str, base: u32) -> Option<InputEvent> {
    let numbers = Parameters::parse(report)?;
    let place = |at| Some(u16::try_from(numbers.number(at, 0)?).ok()?.saturating_sub(1));
    decode_mouse(numbers.number(0, 0)?.checked_sub(base)?, place(1)?, place(2)?)
}

/// The key of a VT sequence that ends with a letter.
fn letter_key(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// The key of a VT sequence that ends with a number and `~`.
fn tilde_key(number: u32) -> Option<KeyCode> {
    let function =
        |from: u32, first: u8| u8::try_from(number - from).map(|at| KeyCode::F(first + at)).ok();
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28..=29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => None,
    }
}

/// `CSI code:shifted:base ; modifiers:event ; text u` (<https://sw.kovidgoyal.net/kitty/keyboard-protocol/>).
fn decode_kitty(parameters: &Parameters) -> Option<InputEvent> {
    let code = parameters.number(0, 0)?;
    let named = match code {
        57_376..=57_398 => KeyCode::F(u8::try_from(code - 57_376).ok()? + 13),
        57_399..=57_408 => KeyCode::Char(char::from_digit(code - 57_399, 10)?),
        57_409..=57_413 => {
            KeyCode::Char(['.', '/', '*', '-', '+'][usize::try_from(code - 57_409).ok()?])
        }
        57_414 => KeyCode::Enter,
        57_415 => KeyCode::Char('='),
        57_416 => KeyCode::Char(','),
        57_417 => KeyCode::Left,
        57_418 => KeyCode::Right,
        57_419 => KeyCode::Up,
        57_420 => KeyCode::Down,
        57_421 => KeyCode::PageUp,
        57_422 => KeyCode::PageDown,
        57_423 => KeyCode::Home,
        57_424 => KeyCode::End,
        57_425 => KeyCode::Insert,
        57_426 => KeyCode::Delete,
        // Other keys in this private range are modifiers, locks and media keys.
        57_344..=63_743 => return None,
        _ => {
            let shift = parameters.modifiers() & 1 != 0;
            let shifted = parameters.number(0, 1).and_then(char::from_u32);
            code_point_key(code, if shift { Some(shifted) } else { None })?
        }
    };
    key_event(named, parameters)
}

/// The key of a code point. With Shift, `shift` holds the shifted letter if the terminal sent it.
fn code_point_key(code: u32, shift: Option<Option<char>>) -> Option<KeyCode> {
    Some(match char::from_u32(code)? {
        '\x1b' => KeyCode::Esc,
        '\r' => KeyCode::Enter,
        '\t' if shift.is_some() => KeyCode::BackTab,
        '\t' => KeyCode::Tab,
        '\x7f' => KeyCode::Backspace,
        letter if letter.is_control() => return None,
        letter => KeyCode::Char(match shift {
            Some(Some(shifted)) => shifted,
            Some(None) => letter.to_uppercase().next().unwrap_or(letter),
            None => letter,
        }),
    })
}

/// The key with the modifiers of the second parameter; `None` if it was released.
fn key_event(code: KeyCode, parameters: &Parameters) -> Option<InputEvent> {
    const RELEASED: u32 = 3;
    (parameters.number(1, 1) != Some(RELEASED))
        .then(|| InputEvent::Key(Key::new(code, key_modifiers(parameters.modifiers() + 1))))
}

/// The modifiers of a parameter: 1 plus one bit each for Shift, Alt and Ctrl. Other bits are
/// ignored.
fn key_modifiers(parameter: u32) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    let known = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)];
    known
        .into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier)
}

/// Numbers separated by `;`, each with subparameters separated by `:`.
struct Parameters(Vec<Vec<Option<u32>>>);

impl Parameters {
    /// Parses parameters; `None` for anything but digits, `;` and `:`, such as the `?` of an
    /// answer.
    fn parse(text: &str) -> Option<Self> {
        let number = |digits: &str| {
            if digits.is_empty() { Some(None) } else { digits.parse().ok().map(Some) }
        };
        let group = |group: &str| group.split(':').map(number).collect::<Option<Vec<_>>>();
        text.split(';').map(group).collect::<Option<Vec<_>>>().map(Self)
    }

    /// A number, unless it was omitted.
    fn number(&self, parameter: usize, part: usize) -> Option<u32> {
        self.0.get(parameter)?.get(part).copied().flatten()
    }

    /// The bits of the modifiers held down.
    fn modifiers(&self) -> u32 {
        self.number(1, 0).unwrap_or(1).saturating_sub(1) & 0xFF
    }
}
