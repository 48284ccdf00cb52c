//! The file as sections and keys with their line numbers, each section under the name that was
//! meant.

use crate::awsconfig::lexer::{IniLexer, IniLine};
use crate::awsconfig::values::plain_text;

use super::subject::{self, HeaderProblem, Subject};

/// A key with its value.
#[derive(Debug)]
pub(super) struct KeyEntry<'t> {
    /// Its line, from 1.
    pub(super) line: usize,
    /// The key in lower case.
    pub(super) key: String,
    /// The first line of its value.
    pub(super) value: &'t str,
    /// The lines that continue the value.
    pub(super) continuation: Vec<(usize, &'t str)>,
}

impl KeyEntry<'_> {
    /// The value without comments, quotes and blanks around it.
    pub(super) fn plain_value(&self) -> &str {
        match (self.value.is_empty(), self.continuation.first()) {
            (true, Some((_, first))) => plain_text(first),
            _ => plain_text(self.value),
        }
    }
}

/// A section.
#[derive(Debug)]
pub(super) struct OutlineSection<'t> {
    /// The line of its header, from 1.
    pub(super) line: usize,
    /// What is between the brackets.
    pub(super) header_text: &'t str,
    /// What it is about.
    pub(super) subject: Subject,
    /// What is wrong with its header.
    pub(super) header_problem: Option<HeaderProblem>,
    /// Its keys.
    pub(super) entries: Vec<KeyEntry<'t>>,
}

impl<'t> OutlineSection<'t> {
    /// The last entry of a key that has a value, as readers take it.
    pub(super) fn entry(&self, key: &str) -> Option<&KeyEntry<'t>> {
        self.entries.iter().rev().find(|entry| entry.key == key && !entry.plain_value().is_empty())
    }

    /// Whether it has anything to do with sign-in.
    pub(super) fn is_about_sso(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.contains("sso"))
    }

    /// The section as messages show it.
    pub(super) fn label(&self) -> String {
        format!("[{}]", super::truncate(self.header_text.trim()))
    }
}

/// The sections of a text, and its lines with their ends.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    pub(super) sections: Vec<OutlineSection<'t>>,
    pub(super) lines: Vec<&'t str>,
}

impl<'t> Outline<'t> {
    /// Reads a text without a byte order mark.
    pub(super) fn parse(text: &'t str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (mut parts, mut reader) = (Vec::<OutlineSection<'t>>::new(), IniLexer::default());
        for (line, number) in lines.iter().copied().zip(1..) {
            match (reader.lex_line(line), parts.last_mut()) {
                (IniLine::Header(inside), _) => {
                    parts.push(OutlineSection {
                        line: number,
                        header_text: inside,
                        subject: Subject::Other,
                        header_problem: None,
                        entries: Vec::new(),
                    });
                }
                (IniLine::Key(key, value), Some(part)) => {
                    part.entries.push(KeyEntry {
                        line: number,
                        key: key.to_lowercase(),
                        value,
                        continuation: Vec::new(),
                    });
                }
                (IniLine::Continuation(text), Some(part)) => {
                    if let Some(entry) = part.entries.last_mut() {
                        entry.continuation.push((number, text));
                    }
                }
                _ => {}
            }
        }
        for part in &mut parts {
            (part.subject, part.header_problem) =
                subject::classify(part.header_text, part.is_about_sso());
        }
        Self { sections: parts, lines }
    }

    /// A line by its number, without its end.
    pub(super) fn line(&self, number: usize) -> &'t str {
        self.lines.get(number - 1).map_or("", |line| line.trim_end_matches(['\r', '\n']))
    }

    /// Whether a section has this subject without a mistake in its header.
    pub(super) fn has_section(&self, subject: &Subject) -> bool {
        self.sections.iter().any(|part| part.subject == *subject && part.header_problem.is_none())
    }
}
