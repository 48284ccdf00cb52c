//! Lengths of time as users type them.

use std::time::Duration;

/// Parses `90`, `90s`, `15m`, `1h`, `1d` or `1h30m`; a bare number is seconds. Returns `None` for
/// anything else, and for more seconds than an `i64` holds.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let (mut total, mut digits) = (0_i64, String::new());
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    if !digits.is_empty() {
        total = total.checked_add(digits.parse().ok()?)?;
    }
    u64::try_from(total).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_lengths_are_read() {
        for (text, seconds) in [
            ("90", Some(90)),
            ("45s", Some(45)),
            ("15m", Some(900)),
            ("2d1h", Some(176_400)),
            ("1h30m", Some(5_400)),
            ("", None),
            ("m", None),
            ("5x", None),
            ("9223372036854775808", None),
        ] {
            assert_eq!(parse_duration(text), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
