//! The outline of a file: sections and keys with their line numbers.

use crate::awsconfig::lexer::{IniLexer, IniLine};
use crate::awsconfig::values::plain_text;

use super::subject::{self, HeaderProblem, Subject};

#[derive(Debug)]
pub(super) struct KeyEntry<'t> {
    pub(super) line: usize,
    /// The key in lower case.
    pub(super) key: String,
    /// The first line of the value.
    pub(super) value: &'t str,
    /// The further lines of the value, with their numbers.
    pub(super) continuation: Vec<(usize, &'t str)>,
}

impl KeyEntry<'_> {
    /// Returns the value without comments, quotes and whitespace around it.
    pub(super) fn plain_value(&self) -> &str {
        match (self.value.is_empty(), self.continuation.first()) {
            (true, Some((_, first))) => plain_text(first),
            _ => plain_text(self.value),
        }
    }
}

#[derive(Debug)]
pub(super) struct OutlineSection<'t> {
    /// The line of its header, from 1.
    pub(super) line: usize,
    /// The text between the brackets.
    pub(super) header_text: &'t str,
    pub(super) subject: Subject,
    /// The problem of the header, if any.
    pub(super) header_problem: Option<HeaderProblem>,
    pub(super) entries: Vec<KeyEntry<'t>>,
}

impl<'t> OutlineSection<'t> {
    /// Returns the last entry of a key with a value, which is the one that programs use.
    pub(super) fn entry(&self, key: &str) -> Option<&KeyEntry<'t>> {
        self.entries.iter().rev().find(|entry| entry.key == key && !entry.plain_value().is_empty())
    }

    /// Whether it has keys for sign-in.
    pub(super) fn is_about_sso(&self) -> bool {
        self.entries.iter().any(|entry| entry.key.contains("sso"))
    }

    /// The header for messages.
    pub(super) fn label(&self) -> String {
        format!("[{}]", super::truncate(self.header_text.trim()))
    }
}

/// The sections of a text, and its lines with their line endings.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    pub(super) sections: Vec<OutlineSection<'t>>,
    pub(super) lines: Vec<&'t str>,
}

impl<'t> Outline<'t> {
    /// Parses a text without a byte order mark.
    pub(super) fn parse(text: &'t str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (mut sections, mut lexer) = (Vec::<OutlineSection<'t>>::new(), IniLexer::default());
        for (line, number) in lines.iter().copied().zip(1..) {
            match (lexer.lex_line(line), sections.last_mut()) {
                (IniLine::Header(inside), _) => {
                    sections.push(OutlineSection {
                        line: number,
                        header_text: inside,
                        subject: Subject::Other,
                        header_problem: None,
                        entries: Vec::new(),
                    });
                }
                (IniLine::Key(key, value), Some(section)) => {
                    section.entries.push(KeyEntry {
                        line: number,
                        key: key.to_lowercase(),
                        value,
                        continuation: Vec::new(),
                    });
                }
                (IniLine::Continuation(text), Some(section)) => {
                    if let Some(entry) = section.entries.last_mut() {
                        entry.continuation.push((number, text));
                    }
                }
                _ => {}
            }
        }
        for section in &mut sections {
            (section.subject, section.header_problem) =
                subject::classify(section.header_text, section.is_about_sso());
        }
        Self { sections, lines }
    }

    /// Returns a line by its number, without its line ending.
    pub(super) fn line(&self, number: usize) -> &'t str {
        self.lines.get(number - 1).map_or("", |line| line.trim_end_matches(['\r', '\n']))
    }
}
