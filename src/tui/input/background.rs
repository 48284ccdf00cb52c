//! The background of the terminal: the question, and the answer among the keys.
//!
//! Terminals answer `OSC 11 ; ?` with `OSC 11 ; rgb:RRRR/GGGG/BBBB` (xterm's ctlseqs, "Operating
//! System Commands"), in one piece or, over slow lines, in several. Some never answer.

use std::time::Duration;

/// The question. It ends with BEL, so that the answer does, too: a single byte can't be torn apart.
pub(in crate::tui) const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// How long after the question the answer may begin. Until then, Esc waits longer for what may
/// follow it.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an Esc that may begin the answer waits for its next byte.
pub(super) const ESCAPE_TIMEOUT: Duration = Duration::from_millis(250);

/// How every answer begins, after the introducer.
const PREFIX: &[u8] = b"11;";
/// The longest answer: `11;rgba:ffff/ffff/ffff/ffff`.
pub(super) const MAX_BYTES: usize = 32;

/// Whether these bytes after the introducer can be the start of an answer.
pub(super) fn is_start(bytes: &[u8]) -> bool {
    let is_color = |byte: &u8| byte.is_ascii_hexdigit() || b"rg:/#".contains(byte);
    match bytes.strip_prefix(PREFIX) {
        Some(color) => bytes.len() <= MAX_BYTES && color.iter().all(is_color),
        None => PREFIX.starts_with(bytes),
    }
}

/// Returns the relative luminance, from 0 to 1, of the colour in an answer without introducer and
/// terminator.
pub(super) fn luminance(bytes: &[u8]) -> Option<f64> {
    let color = std::str::from_utf8(bytes.strip_prefix(PREFIX)?).ok()?;
    let parts: Vec<&str> = match color.split_once(':') {
        Some(("rgb" | "rgba", parts)) => parts.split('/').collect(),
        _ => {
            let digits = color.strip_prefix('#').filter(|digits| digits.is_ascii())?;
            let each = digits.len() / 3;
            (0..3).map(|part| digits.get(part * each..(part + 1) * each)).collect::<Option<_>>()?
        }
    };
    let [red, green, blue, ..] = parts[..] else { return None };
    let (red, green, blue) = (linear(red)?, linear(green)?, linear(blue)?);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

/// The linear intensity of one to four hexadecimal digits, from 0 to 1.
fn linear(digits: &str) -> Option<f64> {
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    let value = u16::from_str_radix(digits, 16).ok()?;
    let largest = [15.0, 255.0, 4_095.0, 65_535.0][digits.len() - 1];
    let share = f64::from(value) / largest;
    // sRGB, as WCAG 2 defines relative luminance.
    Some(if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Background;

    #[test]
    fn answers_of_terminals_are_dark_or_light_or_neither() {
        let (dark, light) = (Some(Background::Dark), Some(Background::Light));
        for (answer, want) in [
            ("11;rgb:0000/0000/0000", Some(dark)),
            ("11;rgb:1e1e/1e1e/2e2e", Some(dark)),
            ("11;rgb:00/2b/36", Some(dark)),
            ("11;#3f3f3f", Some(dark)),
            ("11;rgb:5555/5555/5555", Some(None)),
            ("11;#b0b0b0", Some(None)),
            ("11;rgb:ffff/ffff/ffff", Some(light)),
            ("11;rgb:fd/f6/e3", Some(light)),
            ("11;rgb:f/f/f", Some(light)),
            ("11;rgba:ffff/ffff/ffff/8000", Some(light)),
            ("11;#2e3440", Some(dark)),
            ("11;#fff", Some(light)),
            ("11;rgb:", None),
            ("11;rgb:ffff/ffff", None),
            ("11;rgb:fffff/0/0", None),
            ("11;?", None),
            ("10;rgb:ffff/ffff/ffff", None),
            ("52;c;aGk=", None),
        ] {
            let found = luminance(answer.as_bytes()).map(Background::from_luminance);
            assert_eq!(found, want, "{answer}");
        }
    }

    #[test]
    fn only_the_start_of_an_answer_is_one() {
        assert!(
            ["", "1", "11", "11;", "11;rg", "11;rgb:ff/f", "11;#a"]
                .iter()
                .all(|bytes| is_start(bytes.as_bytes()))
        );
        assert!(
            !["x", "12", "52;c", "11;rgb:ff/z", "11;prod"]
                .iter()
                .any(|bytes| is_start(bytes.as_bytes()))
        );
    }
}
