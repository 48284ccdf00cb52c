//! Formats of numbers and times.

use crate::domain::Timestamp;

/// `1,204`.
pub(in crate::tui) fn group_digits(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 role`, `1,204 roles`.
pub(in crate::tui) fn pluralize(number: usize, one: &str) -> String {
    format!("{} {one}{}", group_digits(number), if number == 1 { "" } else { "s" })
}

/// `12 s`, `47 min`, `2 h`, `3 days`: in the largest unit.
pub(in crate::tui) fn rough_duration(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..172_800 => format!("{} h", s / 3_600),
        s => format!("{} days", s / 86_400),
    }
}

/// `just now`, `2 h ago`.
pub(in crate::tui) fn ago(then: Timestamp, now: Timestamp) -> String {
    match now.since(then) {
        ..60 => "just now".to_owned(),
        seconds => format!("{} ago", rough_duration(seconds)),
    }
}

/// `9:41`.
pub(in crate::tui) fn countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `47:03`, `1:02:03`: a countdown with hours, if there are any.
pub(in crate::tui) fn long_countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds / 3_600 {
        0 => countdown(seconds),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(
            [group_digits(0), group_digits(999), group_digits(1_204), group_digits(15_000_000)],
            ["0", "999", "1,204", "15,000,000"]
        );
        assert_eq!([pluralize(1, "role"), pluralize(2, "role")], ["1 role", "2 roles"]);
    }

    #[test]
    fn times_are_shown_in_one_unit() {
        let texts: Vec<_> = [12, 2_820, 7_200, 200_000].into_iter().map(rough_duration).collect();
        assert_eq!(texts, ["12 s", "47 min", "2 h", "2 days"]);
        assert_eq!(
            [countdown(581), long_countdown(581), long_countdown(3_723)],
            ["9:41", "9:41", "1:02:03"]
        );
        assert_eq!(ago(Timestamp(0), Timestamp(30)), "just now");
    }
}
