//! Keys and values of one section.
//!
//! `rust-ini` separates keys and values. Its dialect is not botocore's: it fails on a comment
//! behind a header, joins a line that ends in a backslash with the next one, merges a key without a
//! value with the line below, and either flattens indented values or takes keys for a part of them.
//! So [`to_rust_ini`] first lexes the section and writes it again with one `key=value` per line,
//! which leaves `rust-ini` nothing to interpret. The result is what botocore would read.

use std::collections::BTreeMap;

use ini::{Ini, ParseOption};

use super::lexer::{IniLexer, IniLine};

/// Values by key in lower case.
pub(super) type SectionKeys = BTreeMap<String, String>;

/// Replaces the line breaks inside a value while `rust-ini` parses it.
const LINE_BREAK: char = '\u{1f}';

/// Adds the keys of a section's lines; later ones win.
pub(super) fn parse_keys(body: &str, keys: &mut SectionKeys) {
    let options =
        ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    let Ok(ini) = Ini::load_from_str_opt(&to_rust_ini(body), options) else { return };
    for (key, value) in ini.general_section().iter() {
        keys.insert(key.to_lowercase(), value.replace(LINE_BREAK, "\n").trim_end().to_owned());
    }
}

/// Writes a section for `rust-ini`: one `key=value` per line, without comments and invalid lines.
fn to_rust_ini(body: &str) -> String {
    // The space keeps a backslash at the end of a line from joining the next one to it.
    const LINE_END: &str = " \n";
    let (mut out, mut lexer) = (String::with_capacity(body.len() + 16), IniLexer::default());
    for line in body.lines() {
        match lexer.lex_line(line) {
            IniLine::Key(key, value) => {
                if !out.is_empty() {
                    out.push_str(LINE_END);
                }
                out.extend(without_line_breaks(key).chain(['=']).chain(without_line_breaks(value)));
            }
            // Above the first key there is no value to continue.
            _ if out.is_empty() => {}
            IniLine::Continuation(text) => {
                out.extend([LINE_BREAK].into_iter().chain(without_line_breaks(text)));
            }
            IniLine::Blank => out.push(LINE_BREAK),
            IniLine::Header(_) | IniLine::Comment | IniLine::Invalid => {}
        }
    }
    if !out.is_empty() {
        out.push_str(LINE_END);
    }
    out
}

/// Replaces characters that would end a line or a value for `rust-ini`.
fn without_line_breaks(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|letter| if matches!(letter, '\r' | '\n' | LINE_BREAK) { ' ' } else { letter })
}

/// Returns the value without things that users put around it by mistake: any kind of whitespace, a
/// comment, quotes, further lines.
///
/// AWS programs disagree on comments after a value, and treat quotes as part of it. URLs, regions,
/// IDs and names of profiles contain neither, so the intended value is clear.
pub(super) fn plain_text(value: &str) -> &str {
    const PAIRS: [(char, char); 4] =
        [('"', '"'), ('\'', '\''), ('\u{201c}', '\u{201d}'), ('`', '`')];
    let invisible = |letter: char| {
        letter.is_whitespace()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let line = value.trim_matches(invisible).lines().next().unwrap_or_default();
    for (open, close) in PAIRS {
        // If anything but a comment follows the closing quote, the value is not quoted.
        let Some((inside, rest)) = line.strip_prefix(open).and_then(|rest| rest.split_once(close))
        else {
            continue;
        };
        let rest = rest.trim_start_matches(invisible);
        if rest.is_empty() || rest.starts_with(['#', ';']) {
            return inside.trim_matches(invisible);
        }
    }
    let comment =
        line.match_indices(['#', ';']).find(|(at, _)| *at == 0 || line[..*at].ends_with(invisible));
    comment.map_or(line, |(at, _)| &line[..at]).trim_matches(invisible)
}

/// Parses the keys of an indented block such as `s3 =` or `sso_oidc =`.
pub(super) fn parse_nested(value: &str) -> SectionKeys {
    let pair = |line: &str| {
        line.split_once('=')
            .map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_owned()))
    };
    value.lines().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(body: &str) -> Vec<(String, String)> {
        let mut keys = SectionKeys::new();
        parse_keys(body, &mut keys);
        keys.into_iter().collect()
    }

    fn value_of_k(body: &str) -> String {
        keys(body)
            .into_iter()
            .find(|(key, _)| key == "k")
            .map(|(_, value)| value)
            .unwrap_or_default()
    }

    #[test]
    fn values_are_those_that_botocore_reads() {
        let cases = [
            ("k = v", "v"),
            ("k=v", "v"),
            ("k: v", "v"),
            ("k = v # c", "v # c"),
            ("k = v ; c", "v ; c"),
            ("k = https://x/start#/", "https://x/start#/"),
            ("k = v\n  # c\n", "v"),
            ("k = v1\n  v2", "v1\nv2"),
            ("k = v1\n\n  v2\n\n", "v1\n\nv2"),
            ("k =\n  a = 1\n  b = 2", "\na = 1\nb = 2"),
            ("k = \"quoted\"", "\"quoted\""),
            ("k = \"open", "\"open"),
            ("k = C:\\Users\\x", "C:\\Users\\x"),
            ("k = ends in \\\nregion = x", "ends in \\"),
            ("k = \\\\\nregion = x", "\\\\"),
            ("k =\nregion = x", ""),
            ("region\nk = v", "v"),
            ("\nk = v", "v"),
            ("k = ends the file in \\", "ends the file in \\"),
            ("K = v\r\nregion = x\r\n", "v"),
            ("k = a\nK = b", "b"),
            ("k = a=b:c", "a=b:c"),
            ("[k = 1\nk = v", "v"),
            ("k = ünï ☃", "ünï ☃"),
        ];
        for (body, want) in cases {
            assert_eq!(value_of_k(body), want, "{body:?}");
        }
    }

    #[test]
    fn a_plain_value_is_one_line_without_comment_and_quotes() {
        for value in [
            "eu-west-1",
            " eu-west-1\t",
            "\u{a0}eu-west-1\u{200b}",
            "eu-west-1 # Ireland",
            "eu-west-1\t; Ireland",
            "\"eu-west-1\"",
            "'eu-west-1'  # Ireland",
            "\u{201c}eu-west-1\u{201d}",
            "' eu-west-1 '",
            "eu-west-1\nsso_account_id = 012345678901",
            "\neu-west-1",
        ] {
            assert_eq!(plain_text(value), "eu-west-1", "{value:?}");
        }
        for value in
            ["https://corp.awsapps.com/start#/", "it's", "\"open", "\"a\" b", "a#b", "", "'"]
        {
            assert_eq!(plain_text(value), value, "{value:?}");
        }
        assert_eq!([plain_text("# nothing"), plain_text("''")], [""; 2]);
    }

    #[test]
    fn keys_around_an_indented_value_are_kept() {
        let want = [("output", "json"), ("region", "eu"), ("s3", "\nmax = 10")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(keys("region = eu\ns3 =\n  max = 10\noutput = json\n"), want);
    }

    proptest! {
        #[test]
        fn rust_ini_reads_rewritten_lines_as_they_are(
            lines in prop::collection::vec(("[a-z][a-z_0-9.]{0,8}", "[ -~\u{e9}\t]{0,30}"), 0..12)
        ) {
            let body: String = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
            let want: SectionKeys = lines.iter().map(|(key, value)| (key.clone(), value.trim().to_owned())).collect();
            let mut got = SectionKeys::new();
            parse_keys(&body, &mut got);
            prop_assert_eq!(got, want);
        }

        #[test]
        fn any_body_is_read_without_panic(body in "\\PC{0,80}") {
            parse_keys(&body, &mut SectionKeys::new());
        }
    }
}
