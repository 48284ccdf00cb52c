//! The file as sections and keys with their line numbers, each section under the name that was
//! meant.

use crate::awsconfig::header;
use crate::awsconfig::scan::{Line, Reader};
use crate::awsconfig::values::plain_text;

use super::headers::{self, Header};

/// What a section is about, also if its header is misspelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// `[sso-session NAME]`.
    Session(String),
    /// `[profile NAME]` or `[default]`.
    Profile(String),
    /// A section that is not about sign-in, or has no name.
    Other,
}

/// A key with its value.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    /// Its line, from 1.
    pub(super) line: usize,
    /// The key in lower case.
    pub(super) key: String,
    /// The first line of its value.
    pub(super) value: &'t str,
    /// The lines that continue the value.
    pub(super) more: Vec<(usize, &'t str)>,
}

impl Entry<'_> {
    /// The value without comments, quotes and blanks around it.
    pub(super) fn plain(&self) -> &str {
        match (self.value.is_empty(), self.more.first()) {
            (true, Some((_, first))) => plain_text(first),
            _ => plain_text(self.value),
        }
    }
}

/// A section.
#[derive(Debug)]
pub(super) struct Part<'t> {
    /// The line of its header, from 1.
    pub(super) line: usize,
    /// What is between the brackets.
    pub(super) inside: &'t str,
    /// What it is about.
    pub(super) subject: Subject,
    /// What is wrong with its header.
    pub(super) header: Option<Header>,
    /// Its keys.
    pub(super) entries: Vec<Entry<'t>>,
}

impl<'t> Part<'t> {
    /// The last entry of a key that has a value, as readers take it.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        self.entries.iter().rev().find(|entry| entry.key == key && !entry.plain().is_empty())
    }

    /// Whether it has anything to do with sign-in.
    pub(super) fn is_about_sso(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.contains("sso"))
    }

    /// The section as messages show it.
    pub(super) fn shown(&self) -> String {
        format!("[{}]", super::shown(self.inside.trim()))
    }
}

/// The sections of a text, and its lines with their ends.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    pub(super) parts: Vec<Part<'t>>,
    pub(super) lines: Vec<&'t str>,
}

impl<'t> Outline<'t> {
    /// Reads a text without a byte order mark.
    pub(super) fn read(text: &'t str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (mut parts, mut reader) = (Vec::<Part<'t>>::new(), Reader::default());
        for (line, number) in lines.iter().copied().zip(1..) {
            match (reader.read(line), parts.last_mut()) {
                (Line::Header(inside), _) => {
                    parts.push(Part {
                        line: number,
                        inside,
                        subject: Subject::Other,
                        header: None,
                        entries: Vec::new(),
                    });
                }
                (Line::Key(key, value), Some(part)) => {
                    part.entries.push(Entry {
                        line: number,
                        key: key.to_lowercase(),
                        value,
                        more: Vec::new(),
                    });
                }
                (Line::More(text), Some(part)) => {
                    if let Some(entry) = part.entries.last_mut() {
                        entry.more.push((number, text));
                    }
                }
                _ => {}
            }
        }
        for part in &mut parts {
            (part.subject, part.header) = headers::examine(part);
        }
        Self { parts, lines }
    }

    /// A line by its number, without its end.
    pub(super) fn line(&self, number: usize) -> &'t str {
        self.lines.get(number - 1).map_or("", |line| line.trim_end_matches(['\r', '\n']))
    }

    /// Whether a section has this subject without a mistake in its header.
    pub(super) fn has(&self, subject: &Subject) -> bool {
        self.parts.iter().any(|part| part.subject == *subject && part.header.is_none())
    }
}

/// The name behind the first word of a header: the second word, or all that follow.
pub(super) fn rest(inside: &str) -> &str {
    inside.trim().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim())
}

/// The subject that a well-formed header has.
pub(super) fn subject(inside: &str) -> Option<Subject> {
    let name = header::name(inside)?;
    match header::kind(inside) {
        header::Kind::SsoSession => Some(Subject::Session(name)),
        header::Kind::Profile => Some(Subject::Profile(name)),
        _ => None,
    }
}
