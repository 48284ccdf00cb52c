//! What makes AWS programs give up an AWS file as a whole: one odd line, and no profile of it works
//! any more.

use std::collections::HashSet;

use super::header;
use super::lexer::{BYTE_ORDER_MARK, IniLexer, IniLine};

/// The programs that give up a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AffectedPrograms {
    /// All of them.
    All,
    /// The AWS CLI, and whatever else is written in Python.
    Python,
    /// SDKs of other languages, the one for Rust among them.
    NonPython,
}

impl AffectedPrograms {
    /// In words, as the subject of a sentence in the plural.
    pub const fn description(self) -> &'static str {
        match self {
            Self::All => "AWS programs",
            Self::Python => "the AWS CLI and Python programs",
            Self::NonPython => "AWS programs in other languages than Python",
        }
    }
}

/// A line for which a program gives up the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is the matter with it.
    pub message: String,
    /// Whose complaint it is.
    pub affects: AffectedPrograms,
}

/// The complaints about a file, at most one a line, in order. As measured: botocore's reading, and
/// that of the SDK for Rust.
pub fn syntax_problems(bytes: &[u8]) -> Vec<SyntaxProblem> {
    let mut found = Vec::new();
    let bare = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(bytes);
    if bare.len() < bytes.len() {
        found.push(SyntaxProblem {
            line: 1,
            message: "the file begins with a byte order mark".into(),
            affects: AffectedPrograms::All,
        });
    }
    let text = match std::str::from_utf8(bare) {
        Ok(text) => text,
        Err(error) => {
            let line =
                1 + bare[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            found.push(SyntaxProblem {
                line,
                message: "it is not UTF-8".into(),
                affects: AffectedPrograms::All,
            });
            return found;
        }
    };
    let mut reading = SyntaxChecker::default();
    for (at, line) in text.lines().enumerate() {
        found.extend(reading.check_line(line).map(|(what, whose)| SyntaxProblem {
            line: at + 1,
            message: what,
            affects: whose,
        }));
    }
    found
}

#[derive(Default)]
struct SyntaxChecker<'t> {
    lexer: IniLexer,
    sections: HashSet<&'t str>,
    /// The section's name and the keys so far; `None` above the first.
    section: Option<(&'t str, HashSet<String>)>,
    /// The key before had nothing behind its equals sign: its lines are keys of their own.
    in_nested_value: bool,
    /// The line before was a header.
    after_header: bool,
}

impl<'t> SyntaxChecker<'t> {
    /// What is the matter with the next line.
    fn check_line(&mut self, line: &'t str) -> Option<(String, AffectedPrograms)> {
        let indented = line.starts_with([' ', '\t']);
        let fresh = std::mem::take(&mut self.after_header);
        match self.lexer.lex_line(line) {
            IniLine::Blank => {
                self.after_header = fresh;
                None
            }
            IniLine::Comment => (fresh && indented).then(|| {
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
        // Python's parser has a section of that name by itself.
        if inside != "DEFAULT" && !self.sections.insert(inside) {
            return Some((
                format!("[{}] stands there a second time", truncate(inside)),
                AffectedPrograms::Python,
            ));
        }
        if indented {
            return Some((
                format!("[{}] is indented", truncate(inside)),
                AffectedPrograms::NonPython,
            ));
        }
        let odd = header::name(inside).is_some_and(|name| name.contains(';'));
        odd.then(|| {
            (format!("[{}] has a semicolon in it", truncate(inside)), AffectedPrograms::NonPython)
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
                format!("{} stands above the first section", display_key(key)),
                AffectedPrograms::All,
            ));
        };
        if !keys.insert(key.to_lowercase()) {
            return Some((
                format!("[{}] has {} a second time", truncate(section), display_key(key)),
                AffectedPrograms::Python,
            ));
        }
        (!line.contains('=')).then(|| {
            (
                format!("{} has a colon in place of `=`", display_key(key)),
                AffectedPrograms::NonPython,
            )
        })
    }
}

/// What may be very long.
pub(super) fn truncate(text: &str) -> String {
    const LETTERS: usize = 40;
    let cut: String = text.chars().take(LETTERS).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}

/// A key by its name, where that looks like one: in a broken file a secret may stand in its place.
fn display_key(key: &str) -> String {
    let named = key.len() < 40
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    if named { format!("`{key}`") } else { "a key".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        syntax_problems(text.as_bytes())
            .iter()
            .map(|one| format!("{} {:?} {}", one.line, one.affects, one.message))
            .collect()
    }

    #[test]
    fn what_every_program_reads_is_passed_over() {
        let text = "# c\r\n[default]\r\nregion = x\r\n\r\n  ; c\n[profile  a] # c\n\ts3 =\n\t\tmax = 1\n[profile \"a b\"]\nk=v # c\n  more\n[sso-session a]\nk=v";
        assert_eq!(messages(text), Vec::<String>::new());
        assert_eq!(messages(""), Vec::<String>::new());
    }

    #[test]
    fn each_invalid_line_is_reported_with_the_programs_it_stops() {
        for (text, want) in [
            ("\u{feff}[a]\n", "1 All the file begins"),
            ("k = v\n", "1 All `k` stands above"),
            ("[a]\nodd\n", "2 All it is neither"),
            ("[a\nk=v", "1 All it is neither"),
            ("[a]\ns3 =\n  odd\n", "3 All a line of a nested key"),
            ("[profile a]\nk=v\n\n[profile a]\nk=v\n", "4 Python [profile a] stands"),
            ("[a]\nRegion=x\nregion = y\n", "3 Python [a] has `region`"),
            ("[a]\nk: v\n", "2 NonPython `k` has a colon"),
            ("  [a]\nk=v\n", "1 NonPython [a] is indented"),
            ("[a]\n  # c\nk=v\n", "2 NonPython the first line"),
            ("[profile a;b]\nk=v\n", "1 NonPython [profile a;b]"),
        ] {
            let said = messages(text);
            assert!(!said.is_empty() && said[0].starts_with(want), "{text:?}: {said:?}");
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
        assert!(messages(&format!("[{0}]\n[{0}]\n", "x".repeat(200)))[0].len() < 100);
    }
}
