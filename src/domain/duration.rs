//! Lengths of time as people read and type them.

/// `6h 41m`, `47m`, `9s`: two units at most, never negative.
pub fn format_duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, m) => format!("{m}m"),
        (0, h, m) => format!("{h}h {m:02}m"),
        (d, h, _) => format!("{d}d {h}h"),
    }
}

/// The one largest unit: `6h`, `47m`, `9s`, `3d`.
pub fn format_duration_short(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Reads `90`, `90s`, `15m`, `1h`, `1h30m`; a bare number is seconds. `None` for anything else.
pub fn parse_duration(text: &str) -> Option<i64> {
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
    if digits.is_empty() { Some(total) } else { total.checked_add(digits.parse().ok()?) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_two_units_at_most() {
        let said: Vec<_> =
            [-5, 9, 61, 2_820, 24_060, 200_000].into_iter().map(format_duration).collect();
        assert_eq!(said, ["0s", "9s", "1m", "47m", "6h 41m", "2d 7h"]);
    }

    #[test]
    fn typed_lengths_are_read() {
        for (text, want) in [
            ("90", Some(90)),
            ("15m", Some(900)),
            ("1h30m", Some(5_400)),
            ("", None),
            ("m", None),
            ("5x", None),
        ] {
            assert_eq!(parse_duration(text), want, "{text}");
        }
    }
}
