//! What makes AWS programs give up an AWS file as a whole: one odd line, and no profile of it works
//! any more.

use std::collections::HashSet;

use super::header;
use super::scan::{Line, Reader};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The programs that give up a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// All of them.
    All,
    /// The AWS CLI, and whatever else is written in Python.
    Python,
    /// SDKs of other languages, the one for Rust among them.
    Others,
}

impl Whose {
    /// In words, as the subject of a sentence in the plural.
    pub const fn words(self) -> &'static str {
        match self {
            Self::All => "AWS programs",
            Self::Python => "the AWS CLI and Python programs",
            Self::Others => "AWS programs in other languages than Python",
        }
    }
}

/// A line for which a program gives up the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1.
    pub line: usize,
    /// What is the matter with it.
    pub what: String,
    /// Whose complaint it is.
    pub whose: Whose,
}

/// The complaints about a file, at most one a line, in order. As measured: botocore's reading, and
/// that of the SDK for Rust.
pub fn complaints(bytes: &[u8]) -> Vec<Complaint> {
    let mut found = Vec::new();
    let bare = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if bare.len() < bytes.len() {
        found.push(Complaint {
            line: 1,
            what: "the file begins with a byte order mark".into(),
            whose: Whose::All,
        });
    }
    let text = match std::str::from_utf8(bare) {
        Ok(text) => text,
        Err(error) => {
            let line =
                1 + bare[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            found.push(Complaint { line, what: "it is not UTF-8".into(), whose: Whose::All });
            return found;
        }
    };
    let mut reading = Reading::default();
    for (at, line) in text.lines().enumerate() {
        found.extend(reading.next(line).map(|(what, whose)| Complaint {
            line: at + 1,
            what,
            whose,
        }));
    }
    found
}

#[derive(Default)]
struct Reading<'t> {
    reader: Reader,
    sections: HashSet<&'t str>,
    /// The section's name and the keys so far; `None` above the first.
    section: Option<(&'t str, HashSet<String>)>,
    /// The key before had nothing behind its equals sign: its lines are keys of their own.
    nested: bool,
    /// The line before was a header.
    fresh: bool,
}

impl<'t> Reading<'t> {
    /// What is the matter with the next line.
    fn next(&mut self, line: &'t str) -> Option<(String, Whose)> {
        let indented = line.starts_with([' ', '\t']);
        let fresh = std::mem::take(&mut self.fresh);
        match self.reader.read(line) {
            Line::Blank => {
                self.fresh = fresh;
                None
            }
            Line::Comment => (fresh && indented)
                .then(|| ("the first line of a section is indented".into(), Whose::Others)),
            Line::Header(inside) => self.header(inside, indented),
            Line::Key(key, value) => self.key(line, key, value),
            Line::More(text) => (self.nested && !text.contains('='))
                .then(|| ("a line of a nested key has no `=`".into(), Whose::All)),
            Line::Odd => {
                self.nested = false;
                Some(("it is neither a section nor `key = value`".into(), Whose::All))
            }
        }
    }

    fn header(&mut self, inside: &'t str, indented: bool) -> Option<(String, Whose)> {
        (self.nested, self.fresh) = (false, true);
        self.section = Some((inside, HashSet::new()));
        // Python's parser has a section of that name by itself.
        if inside != "DEFAULT" && !self.sections.insert(inside) {
            return Some((
                format!("[{}] stands there a second time", shown(inside)),
                Whose::Python,
            ));
        }
        if indented {
            return Some((format!("[{}] is indented", shown(inside)), Whose::Others));
        }
        let odd = header::name(inside).is_some_and(|name| name.contains(';'));
        odd.then(|| (format!("[{}] has a semicolon in it", shown(inside)), Whose::Others))
    }

    fn key(&mut self, line: &str, key: &str, value: &str) -> Option<(String, Whose)> {
        self.nested = value.is_empty();
        let Some((section, keys)) = &mut self.section else {
            return Some((
                format!("{} stands above the first section", key_shown(key)),
                Whose::All,
            ));
        };
        if !keys.insert(key.to_lowercase()) {
            return Some((
                format!("[{}] has {} a second time", shown(section), key_shown(key)),
                Whose::Python,
            ));
        }
        (!line.contains('='))
            .then(|| (format!("{} has a colon in place of `=`", key_shown(key)), Whose::Others))
    }
}

/// What may be very long.
pub(super) fn shown(text: &str) -> String {
    const LETTERS: usize = 40;
    let cut: String = text.chars().take(LETTERS).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}

/// A key by its name, where that looks like one: in a broken file a secret may stand in its place.
fn key_shown(key: &str) -> String {
    let named = key.len() < 40
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    if named { format!("`{key}`") } else { "a key".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        complaints(text.as_bytes())
            .iter()
            .map(|one| format!("{} {:?} {}", one.line, one.whose, one.what))
            .collect()
    }

    #[test]
    fn what_every_program_reads_is_passed_over() {
        let text = "# c\r\n[default]\r\nregion = x\r\n\r\n  ; c\n[profile  a] # c\n\ts3 =\n\t\tmax = 1\n[profile \"a b\"]\nk=v # c\n  more\n[sso-session a]\nk=v";
        assert_eq!(said(text), Vec::<String>::new());
        assert_eq!(said(""), Vec::<String>::new());
    }

    #[test]
    fn each_line_that_costs_the_file_is_named_with_whom_it_stops() {
        for (text, want) in [
            ("\u{feff}[a]\n", "1 All the file begins"),
            ("k = v\n", "1 All `k` stands above"),
            ("[a]\nodd\n", "2 All it is neither"),
            ("[a\nk=v", "1 All it is neither"),
            ("[a]\ns3 =\n  odd\n", "3 All a line of a nested key"),
            ("[profile a]\nk=v\n\n[profile a]\nk=v\n", "4 Python [profile a] stands"),
            ("[a]\nRegion=x\nregion = y\n", "3 Python [a] has `region`"),
            ("[a]\nk: v\n", "2 Others `k` has a colon"),
            ("  [a]\nk=v\n", "1 Others [a] is indented"),
            ("[a]\n  # c\nk=v\n", "2 Others the first line"),
            ("[profile a;b]\nk=v\n", "1 Others [profile a;b]"),
        ] {
            let said = said(text);
            assert!(!said.is_empty() && said[0].starts_with(want), "{text:?}: {said:?}");
        }
        assert_eq!(
            complaints(b"[a]\nk = \xff\n"),
            [Complaint { line: 2, what: "it is not UTF-8".into(), whose: Whose::All }]
        );
    }

    #[test]
    fn what_may_be_a_secret_is_not_told() {
        for text in
            ["[a]\nhunter2hunter2\n", "hunter2+/=\n", "[a]\ns3 =\n  hunter2\n", "[a]\nhunter2: x\n"]
        {
            assert!(
                !said(text).is_empty() && !said(text).concat().contains("hunter2"),
                "{:?}",
                said(text)
            );
        }
        assert!(said(&format!("[{0}]\n[{0}]\n", "x".repeat(200)))[0].len() < 100);
    }
}
