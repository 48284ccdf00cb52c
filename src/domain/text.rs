//! Words of names: folded for comparing, made visible for showing, slugged for profile names.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Lower case and without accents: what two names have in common when a person says they are the
/// same.
pub fn normalize_text(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// The text with control characters, and characters that reorder others or can't be seen, shown as
/// `\u{…}` escapes. What joins emoji into one is left out, so that every terminal takes the same
/// cells for them: a family is shown as its members.
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
            // The style of the emoji before it; the joiner that follows is still one of an emoji.
            '\u{fe0f}' if after_emoji => continue,
            '\u{200d}' if after_emoji && letters.peek().copied().is_some_and(is_emoji) => {}
            _ if odd(letter) => out.extend(letter.escape_default()),
            _ => out.push(letter),
        }
        before = Some(letter);
    }
    out
}

/// The same for text of this program's own with colors: line ends, tabs and SGR sequences (`ESC [ …
/// m`) stay. A last line of defence for what goes to a terminal: text from elsewhere is made
/// [`visible`] before it gets there.
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

/// The length of the SGR sequence that a text begins with.
fn sgr_len(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

/// Pictures, and the skin tones that follow them.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}')
}

/// Whether every letter of it takes one cell and is shown as it is: so with nearly all names, and
/// they need no look at tables of Unicode.
pub fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..0x7f).contains(&byte))
}

/// The cells that a text takes on a terminal, once control characters are shown as escapes.
pub fn display_width(text: &str) -> usize {
    if is_printable_ascii(text) {
        text.len()
    } else {
        text.graphemes(true).map(|cluster| escape_unprintable(cluster).width()).sum()
    }
}

/// A profile name of a text: accents folded, runs outside `[A-Za-z0-9_.@+-]` become one `-`, case
/// kept.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut add = |letter: char| {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '@' | '+' | '-') {
            out.push(letter);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    };
    // Nearly all names are made of letters that are what they are.
    if text.is_ascii() {
        text.chars().for_each(&mut add);
    } else {
        text.nfkd().filter(|letter| !is_combining_mark(*letter)).for_each(&mut add);
    }
    let slug = out.trim_matches('-');
    if slug.len() == out.len() { out } else { slug.to_owned() }
}

/// The candidates nearest to `wanted`, best first, at most `limit`: those that contain it, then by
/// edit distance, and none that is more than half wrong.
pub fn nearest<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<&'a str> {
    let wanted = normalize_text(wanted);
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let folded = normalize_text(candidate);
            if folded.contains(&wanted) || (!folded.is_empty() && wanted.contains(&folded)) {
                return Some((0, candidate));
            }
            let (length, other) = (wanted.chars().count(), folded.chars().count());
            // A difference in length alone takes as many edits: what someone pasted is compared
            // with no name.
            let near = |edits: usize| edits * 2 <= length.max(other);
            let distance = near(length.abs_diff(other)).then(|| edit_distance(&wanted, &folded))?;
            near(distance).then_some((distance, candidate))
        })
        .collect();
    scored.sort();
    scored.dedup();
    scored.into_iter().take(limit).map(|(_, candidate)| candidate).collect()
}

/// Levenshtein's distance in characters.
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
    }

    #[test]
    fn a_typing_error_finds_its_name() {
        assert_eq!(nearest("sandbx", ["prod", "sandbox", "staging"], 3), ["sandbox"]);
    }
}
