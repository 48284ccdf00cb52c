//! The lexer of INI lines and sections. It makes one pass and no copies, so that 15,000 profiles
//! take milliseconds.

use std::ops::Range;

use super::header::{self, SectionKind};

/// The meaning of a line, as Python's `RawConfigParser` defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IniLine<'t> {
    /// A section header: the text between the brackets.
    Header(&'t str),
    /// A key with the first line of its value, both trimmed.
    Key(&'t str, &'t str),
    /// A further line of the value before it.
    Continuation(&'t str),
    /// An empty line.
    Blank,
    Comment,
    /// Anything else. It is skipped here, whereas botocore rejects the whole file.
    Invalid,
}

/// Lexes one line after another: the meaning of a line depends on the indentation of the key before
/// it.
#[derive(Debug, Default)]
pub(super) struct IniLexer {
    indent: usize,
    in_value: bool,
}

impl IniLexer {
    pub(super) fn lex_line<'t>(&mut self, line: &'t str) -> IniLine<'t> {
        let trimmed = line.trim_ascii();
        if trimmed.is_empty() {
            return IniLine::Blank;
        }
        if trimmed.starts_with(['#', ';']) {
            return IniLine::Comment;
        }
        let indent = line.len() - line.trim_ascii_start().len();
        if self.in_value && indent > self.indent {
            return IniLine::Continuation(trimmed);
        }
        self.indent = indent;
        if let Some(inside) = header::strip_brackets(trimmed) {
            self.in_value = false;
            return IniLine::Header(inside);
        }
        let delimiter = trimmed
            .bytes()
            .position(|byte| matches!(byte, b'=' | b':'))
            .filter(|at| *at > 0 && !trimmed.starts_with('['));
        self.in_value = delimiter.is_some();
        delimiter.map_or(IniLine::Invalid, |at| {
            IniLine::Key(trimmed[..at].trim_ascii_end(), trimmed[at + 1..].trim_ascii_start())
        })
    }
}

/// A legacy profile's start URL, region and scopes: the AWS CLI's keys, then Granted's.
pub(super) const LEGACY_SSO_KEYS: [&str; 6] = [
    "sso_start_url",
    "sso_region",
    "sso_registration_scopes",
    "granted_sso_start_url",
    "granted_sso_region",
    "granted_sso_registration_scopes",
];

/// A section: the positions of its parts in the text, and which keys of interest it has.
#[derive(Debug, Clone, Default)]
pub(super) struct SectionSpan {
    /// The text between the brackets.
    pub(super) header: Range<usize>,
    pub(super) kind: SectionKind,
    /// The lines after the header.
    pub(super) body: Range<usize>,
    /// The values of [`LEGACY_SSO_KEYS`], first lines only; empty for missing keys.
    pub(super) legacy_values: [Range<usize>; LEGACY_SSO_KEYS.len()],
    /// Whether it uses an `[sso-session]`.
    pub(super) has_session: bool,
    /// Whether it configures endpoints: `services` or `endpoint_url`.
    pub(super) has_endpoints: bool,
}

/// Finds the sections of a file, in order. Lines before the first header belong to no section.
pub(super) fn sections(text: &str) -> Vec<SectionSpan> {
    let (mut sections, mut lexer, mut offset) = (Vec::<SectionSpan>::new(), IniLexer::default(), 0);
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        match lexer.lex_line(line) {
            IniLine::Header(inside) => {
                if let Some(section) = sections.last_mut() {
                    section.body.end = start;
                }
                let (kind, inside) = (header::kind(inside), subslice_range(text, inside));
                sections.push(SectionSpan {
                    header: inside,
                    kind,
                    body: offset..text.len(),
                    ..SectionSpan::default()
                });
            }
            IniLine::Key(key, value) => {
                if let Some(section) = sections.last_mut() {
                    section.record_key(text, key, value);
                }
            }
            _ => {}
        }
    }
    sections
}

/// Returns the position of a subslice in its text.
fn subslice_range(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
}

impl SectionSpan {
    fn record_key(&mut self, text: &str, key: &str, value: &str) {
        // Fast path: the first byte excludes most keys of most files.
        if !matches!(key.as_bytes().first(), Some(b's' | b'S' | b'g' | b'G' | b'e' | b'E')) {
            return;
        }
        let is = |name: &&str| key.eq_ignore_ascii_case(name);
        if let Some(index) = LEGACY_SSO_KEYS.iter().position(is) {
            self.legacy_values[index] = subslice_range(text, value);
        }
        self.has_session |= is(&"sso_session");
        self.has_endpoints |= is(&"services") || is(&"endpoint_url");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indentation_distinguishes_a_value_from_a_key() {
        let mut lexer = IniLexer::default();
        let lexed: Vec<_> =
            "  [profile a]\n  s3 =\n    max = 1\n\n    # c\n    [x]\n  region: eu\nodd\n  k=v"
                .lines()
                .map(|l| lexer.lex_line(l))
                .collect();
        use IniLine::*;
        let want = [
            Header("profile a"),
            Key("s3", ""),
            Continuation("max = 1"),
            Blank,
            Comment,
            Continuation("[x]"),
            Key("region", "eu"),
            Invalid,
            Key("k", "v"),
        ];
        assert_eq!(lexed, want);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_bodies_never_overlap(text in "[\\[\\]a-z \t=:#;'\"\\\\\r\n\u{e9}\u{2003}]{0,200}") {
            let sections = sections(&text);
            for pair in sections.windows(2) {
                prop_assert!(pair[0].body.end <= pair[1].body.start);
            }
            for section in &sections {
                prop_assert!(text.get(section.body.clone()).is_some());
            }
        }

        #[test]
        fn every_section_of_a_valid_file_is_found(names in prop::collection::vec("[A-Za-z0-9_.@+-]{1,12}", 0..20), crlf: bool) {
            let end = if crlf { "\r\n" } else { "\n" };
            let text: String = names.iter().map(|n| format!("[profile {n}]{end}region = eu-west-1{end}{end}")).collect();
            let found: Vec<_> = sections(&text).iter().filter_map(|s| header::name(&text[s.header.clone()])).collect();
            prop_assert_eq!(found, names);
        }
    }
}
