//! Syntax problems for which AWS programs reject a whole AWS file: a single invalid line disables
//! all its profiles.

use std::collections::HashSet;

use crate::domain::BYTE_ORDER_MARK;

use super::header;
use super::lexer::{IniLexer, IniLine};

/// The programs that reject a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AffectedPrograms {
    /// All of them.
    All,
    /// The AWS CLI and other programs written in Python.
    Python,
    /// SDKs of other languages, including the one for Rust.
    NonPython,
}

impl AffectedPrograms {
    /// A description that works as the plural subject of a sentence.
    pub const fn description(self) -> &'static str {
        match self {
            Self::All => "AWS programs",
            Self::Python => "the AWS CLI and Python programs",
            Self::NonPython => "AWS programs that are not written in Python",
        }
    }
}

/// A line for which programs reject the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxProblem {
    pub line: usize,
    /// What is wrong with the line.
    pub message: String,
    /// The programs that reject the file.
    pub affects: AffectedPrograms,
}

/// Finds the syntax problems of a file, at most one per line, in order. The rules were measured
/// with botocore and the SDK for Rust.
pub fn syntax_problems(bytes: &[u8]) -> Vec<SyntaxProblem> {
    let mut found = Vec::new();
    let content = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes);
    if content.len() < bytes.len() {
        found.push(SyntaxProblem {
            line: 1,
            message: "the file begins with a byte order mark".into(),
            affects: AffectedPrograms::All,
        });
    }
    let text = match std::str::from_utf8(content) {
        Ok(text) => text,
        Err(error) => {
            let line =
                1 + content[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            found.push(SyntaxProblem {
                line,
                message: "it is not UTF-8".into(),
                affects: AffectedPrograms::All,
            });
            return found;
        }
    };
    let mut checker = SyntaxChecker::default();
    for (at, line) in text.lines().enumerate() {
        found.extend(checker.check_line(line).map(|(message, affects)| SyntaxProblem {
            line: at + 1,
            message,
            affects,
        }));
    }
    found
}

#[derive(Default)]
struct SyntaxChecker<'t> {
    lexer: IniLexer,
    sections: HashSet<&'t str>,
    /// The section's header text and its keys so far; `None` above the first header.
    section: Option<(&'t str, HashSet<String>)>,
    /// Whether the last key had no value on its line: the lines below it are nested keys.
    in_nested_value: bool,
    /// Whether the last line was a header.
    after_header: bool,
}

impl<'t> SyntaxChecker<'t> {
    /// Returns the problem of the next line.
    fn check_line(&mut self, line: &'t str) -> Option<(String, AffectedPrograms)> {
        let indented = line.starts_with([' ', '\t']);
        let after_header = std::mem::take(&mut self.after_header);
        match self.lexer.lex_line(line) {
            IniLine::Blank => {
                self.after_header = after_header;
                None
            }
            IniLine::Comment => (after_header && indented).then(|| {
                ("the first line of a section is indented".into(), AffectedPrograms::NonPython)
            }),
            IniLine::Header(inside) => self.check_header(inside, indented),
            IniLine::Key(key, value) => self.check_key(line, key, value),
            IniLine::Continuation(text) => (self.in_nested_value && !text.contains('='))
                .then(|| ("a line of a nested key has no `=`".into(), AffectedPrograms::All)),
            IniLine::Invalid => {
                self.in_nested_value = false;
                Some(("it is neither a section nor `key = value`".into(), AffectedPrograms::All))
            }
        }
    }

    fn check_header(
        &mut self,
        inside: &'t str,
        indented: bool,
    ) -> Option<(String, AffectedPrograms)> {
        (self.in_nested_value, self.after_header) = (false, true);
        self.section = Some((inside, HashSet::new()));
        // Python's parser has a built-in section of this name, which may be repeated.
        if inside != "DEFAULT" && !self.sections.insert(inside) {
            return Some((
                format!("[{}] is in the file twice", truncate(inside)),
                AffectedPrograms::Python,
            ));
        }
        if indented {
            return Some((
                format!("[{}] is indented", truncate(inside)),
                AffectedPrograms::NonPython,
            ));
        }
        let has_semicolon = header::name(inside).is_some_and(|name| name.contains(';'));
        has_semicolon.then(|| {
            (format!("[{}] contains a semicolon", truncate(inside)), AffectedPrograms::NonPython)
        })
    }

    fn check_key(
        &mut self,
        line: &str,
        key: &str,
        value: &str,
    ) -> Option<(String, AffectedPrograms)> {
        self.in_nested_value = value.is_empty();
        let Some((section, keys)) = &mut self.section else {
            return Some((
                format!("{} is above the first section", display_key(key)),
                AffectedPrograms::All,
            ));
        };
        if !keys.insert(key.to_lowercase()) {
            return Some((
                format!("[{}] has {} twice", truncate(section), display_key(key)),
                AffectedPrograms::Python,
            ));
        }
        (!line.contains('=')).then(|| {
            (
                format!("{} has a colon instead of `=`", display_key(key)),
                AffectedPrograms::NonPython,
            )
        })
    }
}

/// Cuts text to 40 characters for a message.
pub(super) fn truncate(text: &str) -> String {
    const MAX_CHARS: usize = 40;
    let cut: String = text.chars().take(MAX_CHARS).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}

/// Returns the key for a message if it looks like a key: in a broken file, the text may be a
/// secret.
fn display_key(key: &str) -> String {
    let looks_like_key = key.len() < 40
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    if looks_like_key { format!("`{key}`") } else { "a key".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        syntax_problems(text.as_bytes())
            .iter()
            .map(|problem| format!("{} {:?} {}", problem.line, problem.affects, problem.message))
            .collect()
    }

    #[test]
    fn valid_files_have_no_problems() {
        let text = "# c\r\n\
                    [default]\r\nregion = x\r\n\r\n  ; c\n\
                    [profile  a] # c\n\ts3 =\n\t\tmax = 1\n\
                    [profile \"a b\"]\nk=v # c\n  more\n\
                    [sso-session a]\nk=v";
        assert_eq!(messages(text), Vec::<String>::new());
        assert_eq!(messages(""), Vec::<String>::new());
    }

    #[test]
    fn each_invalid_line_is_reported_with_the_programs_it_stops() {
        for (text, want) in [
            ("\u{feff}[a]\n", "1 All the file begins"),
            ("k = v\n", "1 All `k` is above"),
            ("[a]\nodd\n", "2 All it is neither"),
            ("[a\nk=v", "1 All it is neither"),
            ("[a]\ns3 =\n  odd\n", "3 All a line of a nested key"),
            ("[profile a]\nk=v\n\n[profile a]\nk=v\n", "4 Python [profile a] is in"),
            ("[a]\nRegion=x\nregion = y\n", "3 Python [a] has `region`"),
            ("[a]\nk: v\n", "2 NonPython `k` has a colon"),
            ("  [a]\nk=v\n", "1 NonPython [a] is indented"),
            ("[a]\n  # c\nk=v\n", "2 NonPython the first line"),
            ("[profile a;b]\nk=v\n", "1 NonPython [profile a;b]"),
        ] {
            let messages = messages(text);
            assert!(
                !messages.is_empty() && messages[0].starts_with(want),
                "{text:?}: {messages:?}"
            );
        }
        assert_eq!(
            syntax_problems(b"[a]\nk = \xff\n"),
            [SyntaxProblem {
                line: 2,
                message: "it is not UTF-8".into(),
                affects: AffectedPrograms::All
            }]
        );
    }

    #[test]
    fn messages_do_not_quote_what_may_be_a_secret() {
        for text in
            ["[a]\nhunter2hunter2\n", "hunter2+/=\n", "[a]\ns3 =\n  hunter2\n", "[a]\nhunter2: x\n"]
        {
            assert!(
                !messages(text).is_empty() && !messages(text).concat().contains("hunter2"),
                "{:?}",
                messages(text)
            );
        }
        let long = messages(&format!("[{0}]\n[{0}]\n", "x".repeat(200)));
        assert!(long[0].contains(&format!("[{}…]", "x".repeat(40))), "{long:?}");
        let exact = messages(&format!("[{0}]\n[{0}]\n", "x".repeat(40)));
        assert!(exact[0].contains(&format!("[{}]", "x".repeat(40))), "{exact:?}");
    }
}
