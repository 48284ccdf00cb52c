//! Mistakes in the sign-in settings of an AWS config file: sections that nothing reads, keys that
//! are missing or misspelled, values that AWS programs read otherwise than they were meant.
//!
//! Every program passes over most of these in silence; a session without a region is simply not
//! there. Each mistake is found with its line, and fixed if there is only one right way.

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

use super::lexer::BYTE_ORDER_MARK;
use super::lint::truncate;

use outline::Outline;
use subject::Subject;

/// What sort of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SsoProblemKind {
    /// A section that AWS programs do not read.
    BadHeader,
    /// A key that must be there.
    MissingKey,
    /// A key under a wrong name.
    MisspelledKey,
    /// A value with something around it, or that is none.
    BadValue,
    /// A key on an indented line.
    IndentedKey,
    /// A name that nothing has.
    UnknownReference,
    /// Values that contradict each other.
    Conflict,
}

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoProblem {
    /// Its line, from 1.
    pub line: usize,
    /// The section's header as it is written, such as `[sso-session corp]`.
    pub section: String,
    /// What is wrong with it; follows the header in a sentence.
    pub message: String,
    /// What to write instead.
    pub advice: String,
    /// What sort of mistake it is.
    pub kind: SsoProblemKind,
    edit: Option<LineReplacement>,
    subject: Subject,
}

impl SsoProblem {
    /// Whether [`fixed`] can correct it.
    pub fn is_fixable(&self) -> bool {
        self.edit.is_some()
    }

    /// Whether it is about the section of this session or profile.
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

/// One line that becomes these lines.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LineReplacement {
    line: usize,
    lines: Vec<String>,
}

/// The mistakes in an AWS config file, by line.
pub fn problems(bytes: &[u8]) -> Vec<SsoProblem> {
    let text = String::from_utf8_lossy(bytes);
    let outline = Outline::parse(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text));
    let mut found = Vec::new();
    headers::problems(&outline, &mut found);
    for part in &outline.sections {
        let wanted = matches!(part.subject, Subject::Session(_)) || part.is_about_sso();
        if wanted && part.subject != Subject::Other {
            settings::problems(&outline, part, &mut found);
        }
    }
    references::problems(&outline, &mut found);
    found.sort_by_key(|problem| problem.line);
    found
}

/// Sessions in the AWS credentials file, where no program looks for them.
pub fn misplaced_sessions(bytes: &[u8]) -> Vec<SsoProblem> {
    let text = String::from_utf8_lossy(bytes);
    let outline = Outline::parse(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text));
    let sessions =
        outline.sections.iter().filter(|part| matches!(part.subject, Subject::Session(_)));
    let problem = |part: &outline::OutlineSection<'_>| SsoProblem {
        line: part.line,
        section: part.label(),
        message: "is in the credentials file, where AWS programs do not look for it".into(),
        advice: "move the section to the AWS config file".into(),
        kind: SsoProblemKind::BadHeader,
        edit: None,
        subject: part.subject.clone(),
    };
    sessions.map(problem).collect()
}
