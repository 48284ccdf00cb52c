//! Edits of single keys in the AWS credentials file. All other bytes stay unchanged.

use crate::domain::{BYTE_ORDER_MARK, Error, ErrorKind, Result};

use super::lexer::{IniLexer, IniLine};

/// Keys of a section and their new values. Missing keys are added in this order.
pub type KeyValuePairs<'a> = [(&'a str, &'a str)];

/// Sets these keys in the section `[name]` of a credentials file and returns the new bytes. Other
/// keys and sections stay unchanged; a missing section is added at the end.
///
/// # Errors
/// [`ErrorKind::Config`] if the file format can't hold the name or a value, or if the file is
/// indented in a way that a new line would change the meaning of others.
pub fn set(bytes: &[u8], name: &str, pairs: &KeyValuePairs) -> Result<Vec<u8>> {
    let is_valid =
        |text: &str| !text.is_empty() && text == text.trim() && !text.chars().any(char::is_control);
    if !is_valid(name)
        || name.contains(['[', ']', '#', ';'])
        || pairs.iter().any(|(_, value)| !is_valid(value))
    {
        return Err(Error::new(
            ErrorKind::Config,
            format!("[{name}] is not valid in an AWS credentials file"),
        ));
    }
    let lines = parse_lines(bytes);
    let changed = match lines.iter().any(|line| line.is_header_of(name)) {
        true => replace_keys(&lines, name, pairs),
        false => append_section(bytes, name, pairs),
    };
    if has_values(&parse_lines(&changed), name, pairs)
        && other_sections(&lines, name) == other_sections(&parse_lines(&changed), name)
    {
        return Ok(changed);
    }
    Err(Error::new(
        ErrorKind::Config,
        format!("[{name}] can't be changed without changing other sections"),
    )
    .hint("its lines are indented in an unusual way: put them at the beginning of the line"))
}

/// Returns the value of a key in the section `[name]` of a credentials file. The last one counts;
/// an empty one counts as missing.
pub fn get(bytes: &[u8], name: &str, key: &str) -> Option<String> {
    let lines = parse_lines(bytes);
    let found = lines
        .iter()
        .rev()
        .find(|line| line.is_in_section(name) && line.key.eq_ignore_ascii_case(key))?;
    Some(found.value.clone()).filter(|value| !value.is_empty())
}

#[derive(Debug, PartialEq, Eq)]
struct EditableLine<'b> {
    raw: &'b [u8],
    /// The section that contains the line or that it begins; `None` above the first header.
    section: Option<String>,
    kind: IniLineKind,
    /// The key of an [`IniLineKind::Key`].
    key: String,
    /// The first line of its value.
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IniLineKind {
    Header,
    Key,
    Continuation,
    Other,
}

impl EditableLine<'_> {
    fn is_header_of(&self, name: &str) -> bool {
        self.kind == IniLineKind::Header && self.is_in_section(name)
    }

    fn is_in_section(&self, name: &str) -> bool {
        self.section.as_deref() == Some(name)
    }

    fn indent(&self) -> &[u8] {
        &self.raw[..self.raw.len() - self.raw.trim_ascii_start().len()]
    }

    /// The line ending: `\n`, `\r\n` or nothing.
    fn line_ending(&self) -> &'static [u8] {
        match self.raw {
            [.., b'\r', b'\n'] => b"\r\n",
            [.., b'\n'] => b"\n",
            _ => b"",
        }
    }

    /// Returns the line with another value; unchanged if it already has this value.
    fn with_value(&self, value: &str) -> Vec<u8> {
        let delimiter = self
            .raw
            .iter()
            .position(|byte| matches!(byte, b'=' | b':'))
            .map_or(self.raw.len(), |at| at + 1);
        let (head, tail) = self.raw.split_at(delimiter);
        let spaces = &tail[..tail.len() - tail.trim_ascii_start().len()];
        let spaces = if self.value.is_empty() { b" " } else { spaces };
        [head, spaces, value.as_bytes(), self.line_ending()].concat()
    }
}

fn parse_lines(bytes: &[u8]) -> Vec<EditableLine<'_>> {
    let (mut lexer, mut section) = (IniLexer::default(), None);
    let mut parse = |(number, raw): (usize, &'_ [u8])| {
        let text = if number == 0 {
            raw.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(raw)
        } else {
            raw
        };
        let line = String::from_utf8_lossy(text);
        let (kind, key, value) = match lexer.lex_line(&line) {
            IniLine::Header(inside) => {
                section = Some(inside.trim().to_owned());
                (IniLineKind::Header, String::new(), String::new())
            }
            IniLine::Key(key, value) => (IniLineKind::Key, key.to_owned(), value.to_owned()),
            IniLine::Continuation(_) => (IniLineKind::Continuation, String::new(), String::new()),
            IniLine::Blank | IniLine::Comment | IniLine::Invalid => {
                (IniLineKind::Other, String::new(), String::new())
            }
        };
        (section.clone(), kind, key, value)
    };
    let line = |(number, raw)| {
        let (section, kind, key, value) = parse((number, raw));
        EditableLine { raw, section, kind, key, value }
    };
    bytes.split_inclusive(|byte| *byte == b'\n').enumerate().map(line).collect()
}

/// The line ending of the file, by its first line.
fn file_line_ending(lines: &[EditableLine<'_>]) -> &'static [u8] {
    lines.first().map(EditableLine::line_ending).filter(|end| !end.is_empty()).unwrap_or(b"\n")
}

/// Sets every occurrence of a key, because programs disagree on which one counts, and adds missing
/// keys after the last key of the first section of this name.
fn replace_keys(lines: &[EditableLine<'_>], name: &str, pairs: &KeyValuePairs) -> Vec<u8> {
    let first = lines.iter().position(|line| line.is_header_of(name)).unwrap_or_default();
    let until = lines[first + 1..]
        .iter()
        .position(|line| line.kind == IniLineKind::Header)
        .map_or(lines.len(), |at| first + 1 + at);
    let last =
        lines[..until].iter().rposition(|line| line.kind != IniLineKind::Other).unwrap_or(first);
    let known = |key: &str| {
        lines.iter().any(|line| {
            line.is_in_section(name)
                && line.kind == IniLineKind::Key
                && line.key.eq_ignore_ascii_case(key)
        })
    };
    let missing: Vec<_> = pairs.iter().filter(|(key, _)| !known(key)).collect();
    let indent = lines[first..=last]
        .iter()
        .rev()
        .find(|line| matches!(line.kind, IniLineKind::Key | IniLineKind::Header))
        .map_or(&b""[..], EditableLine::indent);
    let (end, mut out, mut replacing) = (file_line_ending(lines), Vec::new(), false);
    for (at, line) in lines.iter().enumerate() {
        let wanted = pairs.iter().find(|(key, _)| {
            line.is_in_section(name)
                && line.kind == IniLineKind::Key
                && line.key.eq_ignore_ascii_case(key)
        });
        replacing = match (line.kind, wanted) {
            (IniLineKind::Key | IniLineKind::Header, wanted) => wanted.is_some(),
            _ => replacing,
        };
        match wanted {
            Some((_, value)) => out.extend(line.with_value(value)),
            // The further lines of a replaced value.
            None if replacing && line.kind == IniLineKind::Continuation => {}
            None => out.extend(line.raw),
        }
        if at == last && !missing.is_empty() {
            if !out.ends_with(b"\n") {
                out.extend(end);
            }
            missing.iter().for_each(|(key, value)| {
                out.extend([indent, key.as_bytes(), b" = ", value.as_bytes(), end].concat())
            });
        }
    }
    // Keep the file without a final line ending if it had none.
    while lines.last().is_some_and(|line| line.line_ending().is_empty()) && out.ends_with(b"\n") {
        out.truncate(out.len() - if out.ends_with(b"\r\n") { 2 } else { 1 });
    }
    out
}

fn append_section(bytes: &[u8], name: &str, pairs: &KeyValuePairs) -> Vec<u8> {
    let lines = parse_lines(bytes);
    let (end, open) = (file_line_ending(&lines), !bytes.is_empty() && !bytes.ends_with(b"\n"));
    let text = bytes != BYTE_ORDER_MARK.as_bytes() && !bytes.is_empty();
    let mut out = bytes.to_vec();
    if open && text {
        out.extend(end);
    }
    if text && lines.last().is_some_and(|line| !line.raw.trim_ascii().is_empty()) {
        out.extend(end);
    }
    out.extend([b"[", name.as_bytes(), b"]"].concat());
    for (key, value) in pairs {
        out.extend([end, key.as_bytes(), b" = ", value.as_bytes()].concat());
    }
    if !open || !text {
        out.extend(end);
    }
    out
}

/// Whether every occurrence of these keys has exactly its value: an indented line after it may have
/// become part of it.
fn has_values(lines: &[EditableLine<'_>], name: &str, pairs: &KeyValuePairs) -> bool {
    let is_continued = |at: usize| {
        lines[at + 1..]
            .iter()
            .find(|line| line.kind != IniLineKind::Other)
            .is_some_and(|line| line.kind == IniLineKind::Continuation)
    };
    let mut values = pairs.iter().map(|(key, value)| {
        let all = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.is_in_section(name) && line.key.eq_ignore_ascii_case(key));
        let mut found = all.peekable();
        found.peek().is_some() && found.all(|(at, line)| line.value == *value && !is_continued(at))
    });
    values.all(|matches| matches)
}

/// The lines of all other sections with their meaning, without comments and blank lines.
fn other_sections<'l>(
    lines: &'l [EditableLine<'_>],
    name: &str,
) -> Vec<(Option<&'l str>, IniLineKind, &'l [u8])> {
    let others = lines.iter().filter(|line| !line.is_in_section(name));
    let meaningful = others.filter(|line| line.kind != IniLineKind::Other);
    meaningful.map(|line| (line.section.as_deref(), line.kind, line.raw.trim_ascii_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAIRS: [(&str, &str); 2] =
        [("aws_access_key_id", "ASIA1"), ("aws_session_token", "t0k=/")];

    fn edited(text: &str, name: &str) -> String {
        String::from_utf8(set(text.as_bytes(), name, &PAIRS).unwrap()).unwrap()
    }

    #[test]
    fn values_change_in_place_and_missing_keys_follow_the_last_one() {
        let text = "# mine\n\
                    [a]\nregion = eu\n\
                    [default]\n; c\nAWS_ACCESS_KEY_ID=old\noutput = json\n\n# for b\n\
                    [b]\nx = y\n";
        let want = "# mine\n\
                    [a]\nregion = eu\n\
                    [default]\n; c\nAWS_ACCESS_KEY_ID=ASIA1\noutput = json\n\
                    aws_session_token = t0k=/\n\n# for b\n\
                    [b]\nx = y\n";
        assert_eq!(edited(text, "default"), want);
        assert_eq!(edited(want, "default"), want);
    }

    #[test]
    fn a_new_section_is_added_at_the_end_and_the_file_ends_as_before() {
        let block = "[new]\naws_access_key_id = ASIA1\naws_session_token = t0k=/";
        assert_eq!(edited("", "new"), format!("{block}\n"));
        assert_eq!(edited("[a]\nx = 1\n", "new"), format!("[a]\nx = 1\n\n{block}\n"));
        assert_eq!(edited("[a]\nx = 1\n\n", "new"), format!("[a]\nx = 1\n\n{block}\n"));
        assert_eq!(edited("[a]\nx = 1", "new"), format!("[a]\nx = 1\n\n{block}"));
        assert_eq!(
            edited("\u{feff}[a]\r\nx = 1\r\n", "new"),
            format!("\u{feff}[a]\r\nx = 1\r\n\r\n{}\r\n", block.replace('\n', "\r\n"))
        );
    }

    #[test]
    fn unusual_files_keep_their_formatting() {
        let cases = [
            (
                "\u{feff}[x]\r\naws_access_key_id : old\r\n",
                "\u{feff}[x]\r\naws_access_key_id : ASIA1\r\naws_session_token = t0k=/\r\n",
            ),
            (
                "[x]\naws_access_key_id = a\n  longer\n\n  # c\n[y]",
                "[x]\naws_access_key_id = ASIA1\naws_session_token = t0k=/\n\n  # c\n[y]",
            ),
            (
                "[x]\naws_session_token =\naws_access_key_id=b",
                "[x]\naws_session_token = t0k=/\naws_access_key_id=ASIA1",
            ),
            ("[x]", "[x]\naws_access_key_id = ASIA1\naws_session_token = t0k=/"),
            (
                "[y]\naws_session_token = b\n[x]\naws_access_key_id = a\n",
                "[y]\naws_session_token = b\n[x]\naws_access_key_id = ASIA1\naws_session_token = t0k=/\n",
            ),
            ("\u{feff}", "\u{feff}[x]\naws_access_key_id = ASIA1\naws_session_token = t0k=/\n"),
            (
                "  [x]\n  k = v\n  [y]\n",
                "  [x]\n  k = v\n  aws_access_key_id = ASIA1\n  aws_session_token = t0k=/\n  [y]\n",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(edited(text, "x"), want);
        }
        let twice =
            "[x]\naws_access_key_id = a\naws_session_token = b\n[x]\naws_access_key_id = c\n";
        assert_eq!(
            edited(twice, "x"),
            "[x]\naws_access_key_id = ASIA1\naws_session_token = t0k=/\n\
             [x]\naws_access_key_id = ASIA1\n"
        );
        let bytes = set(b"[\xff]\nk = \xfe\n", "x", &PAIRS).unwrap();
        assert!(bytes.starts_with(b"[\xff]\nk = \xfe\n\n[x]\n"));
    }

    #[test]
    fn an_edit_that_would_change_other_sections_is_rejected() {
        let error = set(b"[x]\n  [y]\n  k = v\n", "x", &PAIRS).unwrap_err();
        assert!(
            error.kind == ErrorKind::Config && error.hints[0].contains("indented"),
            "{error:?}"
        );
    }

    #[test]
    fn names_and_values_that_the_format_can_not_hold_are_rejected() {
        let refusal = |name: &str, value: &str| {
            let error = set(b"", name, &[("aws_access_key_id", value)]).unwrap_err();
            (error.kind, error.message)
        };
        for name in ["", " x", "x ", "a]", "a\nb", "a#b"] {
            let message = format!("[{name}] is not valid in an AWS credentials file");
            assert_eq!(refusal(name, "a"), (ErrorKind::Config, message));
        }
        for value in ["", " a", "a ", "a\nb"] {
            let message = "[x] is not valid in an AWS credentials file".to_owned();
            assert_eq!(refusal("x", value), (ErrorKind::Config, message), "{value:?}");
        }
    }

    #[test]
    fn the_last_value_of_a_key_is_the_one_that_counts() {
        let text = b"[x]\nk = 1\nK = 2\n[y]\nk = 3\n[z]\nk =\n";
        assert_eq!(
            (get(text, "x", "k").as_deref(), get(text, "z", "k"), get(text, "w", "k")),
            (Some("2"), None, None)
        );
    }

    /// Generates files, most of whose lines have a meaning.
    fn text() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            "[ \t]{0,2}\\[[ab]\\][ \t]{0,2}",
            "[ \t]{0,2}(aws_access_key_id|AWS_SESSION_TOKEN|region)[ ]{0,2}[=:][ ]{0,2}[a-z=#]{0,4}",
            "[\\[\\]ab \t=:#;\u{e9}]{0,12}",
        ];
        let file =
            (prop::collection::vec(line, 0..12), any::<bool>(), any::<bool>(), any::<bool>());
        file.prop_map(|(lines, crlf, last, mark)| {
            let end = if crlf { "\r\n" } else { "\n" };
            let closing = if last && !lines.is_empty() { end } else { "" };
            format!("{}{}{closing}", if mark { "\u{feff}" } else { "" }, lines.join(end))
        })
    }

    /// The bytes of all sections but one, comments and blank lines included.
    fn other_bytes(bytes: &[u8], name: &str) -> Vec<u8> {
        let all = parse_lines(bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes));
        all.iter()
            .filter(|line| !line.is_in_section(name))
            .flat_map(|line| line.raw.iter().copied())
            .collect()
    }

    proptest! {
        #[test]
        fn other_sections_stay_and_a_second_time_changes_nothing(text in text()) {
            let Ok(once) = set(text.as_bytes(), "a", &PAIRS) else { return Ok(()) };
            prop_assert_eq!(&set(&once, "a", &PAIRS).unwrap(), &once);
            for (key, value) in PAIRS {
                prop_assert_eq!(get(&once, "a", key), Some(value.to_owned()));
            }
            let (before, after) = (other_bytes(text.as_bytes(), "a"), other_bytes(&once, "a"));
            // A new section may need a line ending and a blank line before it.
            prop_assert!(after.starts_with(&before) && after[before.len()..].trim_ascii().is_empty(), "{before:?} {after:?}");
            let ends = |bytes: &[u8]| bytes.ends_with(b"\n");
            prop_assert!(text.is_empty() || text == BYTE_ORDER_MARK || ends(&once) == ends(text.as_bytes()));
        }

        #[test]
        fn parsed_lines_concatenate_to_the_file(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let whole: Vec<u8> = parse_lines(&bytes).iter().flat_map(|line| line.raw.iter().copied()).collect();
            prop_assert_eq!(whole, bytes);
        }
    }
}
