//! Text: normalized for comparison, escaped and measured for display, slugged for profile names.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The byte order mark, with which some editors begin a file.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Converts to lower case without accents, so that names can be compared as users would.
pub fn normalize_text(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// Escapes control characters, and characters that are invisible or reorder others, as `\u{…}`.
/// Joiners between emoji are removed, so that all terminals use the same number of cells: a family
/// is displayed as its members.
pub fn escape_unprintable(text: &str) -> String {
    let odd = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe0f}')
            || matches!(letter, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    if !text.chars().any(odd) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let (mut before, mut letters) = (None, text.chars().peekable());
    while let Some(letter) = letters.next() {
        let after_emoji = before.is_some_and(is_emoji);
        match letter {
            // A variation selector of the emoji before it; a joiner may still follow.
            '\u{fe0f}' if after_emoji => continue,
            '\u{200d}' if after_emoji && letters.peek().copied().is_some_and(is_emoji) => {}
            _ if odd(letter) => out.extend(letter.escape_default()),
            _ => out.push(letter),
        }
        before = Some(letter);
    }
    out
}

/// As [`escape_unprintable`], but keeps line ends, tabs and SGR sequences (`ESC [ … m`). For output
/// of this program to a terminal, as a last line of defence: external text has already been escaped
/// with [`escape_unprintable`].
pub fn escape_unprintable_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\t', '\u{1b}']) {
        out.push_str(&escape_unprintable(&rest[..at]));
        let kept = sgr_len(&rest[at..]).unwrap_or(usize::from(!rest[at..].starts_with('\u{1b}')));
        if kept == 0 {
            out.push_str(&escape_unprintable("\u{1b}"));
        }
        out.push_str(&rest[at..at + kept]);
        rest = &rest[at + kept.max(1)..];
    }
    out.push_str(&escape_unprintable(rest));
    out
}

/// Returns the length of an SGR sequence at the start of a text.
fn sgr_len(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

/// Whether it is an emoji or a skin tone modifier.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}')
}

/// Whether every character takes one cell and needs no escape. This holds for nearly all names,
/// which then need no Unicode tables.
pub fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..0x7f).contains(&byte))
}

/// Returns the number of cells that a text takes on a terminal after [`escape_unprintable`].
pub fn display_width(text: &str) -> usize {
    if is_printable_ascii(text) {
        text.len()
    } else {
        text.graphemes(true).map(|cluster| escape_unprintable(cluster).width()).sum()
    }
}

/// Returns the noun, with an `s` unless the number is 1.
pub fn plural<N: PartialEq + From<u8>>(number: N, noun: &str) -> Cow<'_, str> {
    if number == N::from(1) { Cow::Borrowed(noun) } else { Cow::Owned(format!("{noun}s")) }
}

/// Joins words: `a`, `a and b`, `a, b and c`.
pub fn join_with_and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Converts a text to a profile name: removes accents, replaces runs of characters outside
/// `[A-Za-z0-9_.@+-]` by one `-`, and keeps the case.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut add = |letter: char| {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '@' | '+' | '-') {
            out.push(letter);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    };
    // Nearly all names are ASCII and need no normalization.
    if text.is_ascii() {
        text.chars().for_each(&mut add);
    } else {
        text.nfkd().filter(|letter| !is_combining_mark(*letter)).for_each(&mut add);
    }
    let slug = out.trim_matches('-');
    if slug.len() == out.len() { out } else { slug.to_owned() }
}

/// Returns up to `limit` candidates similar to `wanted`, best first: those that contain it or are
/// contained in it, then those whose edit distance is at most half their length. A single letter is
/// contained in too many names to mean one of them.
pub fn nearest<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<&'a str> {
    let wanted = normalize_text(wanted);
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let normalized = normalize_text(candidate);
            let contains =
                |text: &str, part: &str| part.chars().nth(1).is_some() && text.contains(part);
            if contains(&normalized, &wanted) || contains(&wanted, &normalized) {
                return Some((0, candidate));
            }
            let (length, other) = (wanted.chars().count(), normalized.chars().count());
            // The distance is at least the difference in length. Checking this first keeps long
            // pasted texts from being compared.
            let near = |edits: usize| edits * 2 <= length.max(other);
            let distance =
                near(length.abs_diff(other)).then(|| edit_distance(&wanted, &normalized))?;
            near(distance).then_some((distance, candidate))
        })
        .collect();
    scored.sort();
    scored.dedup();
    scored.into_iter().take(limit).map(|(_, candidate)| candidate).collect()
}

/// Computes the Levenshtein distance in characters.
pub fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let cost = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_are_folded() {
        assert_eq!(normalize_text("Zürich ANALYTICS"), "zurich analytics");
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(escape_unprintable("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
    }

    #[test]
    fn every_character_that_moves_or_breaks_text_is_shown_as_an_escape() {
        let bidi = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        let control = "\0\t\n\r\u{1b}\u{7f}\u{80}\u{85}\u{9b}\u{9f}\u{2028}\u{2029}";
        for letter in bidi.chars().chain(control.chars()) {
            assert_eq!(
                escape_unprintable(&letter.to_string()),
                letter.escape_default().to_string()
            );
        }
    }

    #[test]
    fn line_ends_tabs_and_colors_stay_and_nothing_else_does() {
        let plain = "a\tb\n\u{1b}[1;31mred\u{1b}[0m\n";
        assert_eq!(escape_unprintable_lines(plain), plain);
        assert_eq!(
            escape_unprintable_lines("\u{1b}]0;x\u{7}\u{1b}[2J\u{1b}[\r\u{9b}2J\u{202e}"),
            "\\u{1b}]0;x\\u{7}\\u{1b}[2J\\u{1b}[\\r\\u{9b}2J\\u{202e}"
        );
        assert_eq!(escape_unprintable_lines("\u{1b}"), "\\u{1b}");
        assert_eq!(escape_unprintable_lines("\u{1b}[m\u{1b}[31m\r"), "\u{1b}[m\u{1b}[31m\\r");
    }

    #[test]
    fn joined_emoji_are_shown_as_their_members_and_other_joiners_as_escapes() {
        assert_eq!(escape_unprintable("👩\u{200d}👩\u{200d}👧 family"), "👩👩👧 family");
        assert_eq!(escape_unprintable("❤\u{fe0f}\u{200d}🔥"), "❤🔥");
        assert_eq!(escape_unprintable("pr\u{200d}od\u{fe0f}"), "pr\\u{200d}od\\u{fe0f}");
        assert_eq!(escape_unprintable("👩\u{200d}od"), "👩\\u{200d}od");
    }

    #[test]
    fn slugs_keep_case_and_join_runs() {
        assert_eq!(slug("Zürich  Analytics (EU)/x"), "Zurich-Analytics-EU-x");
        assert_eq!(slug("(EU) west!"), "EU-west");
    }

    #[test]
    fn a_typing_error_finds_its_name() {
        assert_eq!(nearest("sandbx", ["prod", "sandbox", "staging"], 3), ["sandbox"]);
    }

    #[test]
    fn a_part_of_the_text_or_half_of_the_letters_is_near_and_an_empty_name_is_not() {
        assert_eq!(nearest("prod-eu", ["", "prod"], 3), ["prod"]);
        assert_eq!(nearest("prod", ["my-product-team"], 3), ["my-product-team"]);
        assert_eq!(nearest("prod", ["prix", "pxxx"], 3), ["prix"]);
        assert_eq!(nearest("x", ["sandbox", "x2"], 3), ["x2"]);
    }

    #[test]
    fn text_takes_the_cells_that_a_terminal_gives_it() {
        for (text, cells) in [("", 0), ("prod 1", 6), ("Zürich", 6), ("日本", 4), ("a\u{7}", 6)]
        {
            assert_eq!(display_width(text), cells, "{text}");
        }
        assert!(is_printable_ascii("Prod ~1"));
        assert!(!["ü", "a\tb", "\u{7f}"].into_iter().any(is_printable_ascii));
    }
}
