//! Problems in the sign-in settings of an AWS config file: unused sections, missing or misspelled
//! keys, values that AWS programs understand differently than intended.
//!
//! AWS programs ignore most of these silently; a session without a region, for example, is unknown
//! to them. Each problem is reported with its line, and can be fixed if there is only one possible
//! correction.

mod fix;
mod headers;
mod outline;
mod references;
mod settings;
mod subject;
#[cfg(test)]
mod tests;

use std::fmt;

pub use fix::apply_fixes;

use crate::domain::BYTE_ORDER_MARK;

use super::lint::truncate;

use outline::Outline;
use subject::Subject;

/// The kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SsoProblemKind {
    /// A section that AWS programs ignore.
    BadHeader,
    /// A missing key that is required.
    MissingKey,
    /// A key under a wrong name.
    MisspelledKey,
    /// A value with something around it, or an invalid one.
    BadValue,
    /// A key on an indented line.
    IndentedKey,
    /// A reference to a name that does not exist.
    UnknownReference,
    /// Values that contradict each other.
    Conflict,
}

/// A problem in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoProblem {
    /// The line, from 1.
    pub line: usize,
    /// The section's header as written, such as `[sso-session corp]`.
    pub section: String,
    /// What is wrong with the section; continues a sentence that begins with the header.
    pub message: String,
    /// What to write instead.
    pub advice: String,
    /// The kind.
    pub kind: SsoProblemKind,
    edit: Option<LineReplacement>,
    subject: Subject,
}

impl SsoProblem {
    /// Whether [`apply_fixes`] can correct it.
    pub fn is_fixable(&self) -> bool {
        self.edit.is_some()
    }

    /// Whether it is in the section of this session or profile.
    pub fn is_about(&self, name: &str) -> bool {
        matches!(&self.subject, Subject::Session(own) | Subject::Profile(own) if own == name)
    }
}

impl fmt::Display for SsoProblem {
    /// `[sso-session corp] has no `sso_region``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.section, self.message)
    }
}

/// The lines that replace a line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LineReplacement {
    line: usize,
    lines: Vec<String>,
}

/// Finds the problems in an AWS config file, sorted by line.
pub fn problems(bytes: &[u8]) -> Vec<SsoProblem> {
    let text = String::from_utf8_lossy(bytes);
    let outline = Outline::parse(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text));
    let mut found = Vec::new();
    headers::problems(&outline, &mut found);
    for section in &outline.sections {
        let is_relevant = matches!(section.subject, Subject::Session(_)) || section.is_about_sso();
        if is_relevant && section.subject != Subject::Other {
            settings::problems(&outline, section, &mut found);
        }
    }
    references::problems(&outline, &mut found);
    found.sort_by_key(|problem| problem.line);
    found
}

/// Finds sessions in the AWS credentials file, where AWS programs ignore them.
pub fn misplaced_sessions(bytes: &[u8]) -> Vec<SsoProblem> {
    let text = String::from_utf8_lossy(bytes);
    let outline = Outline::parse(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text));
    let sessions =
        outline.sections.iter().filter(|section| matches!(section.subject, Subject::Session(_)));
    let problem = |section: &outline::OutlineSection<'_>| SsoProblem {
        line: section.line,
        section: section.label(),
        message: "is in the credentials file, where AWS programs do not look for it".into(),
        advice: "move the section to the AWS config file".into(),
        kind: SsoProblemKind::BadHeader,
        edit: None,
        subject: section.subject.clone(),
    };
    sessions.map(problem).collect()
}
