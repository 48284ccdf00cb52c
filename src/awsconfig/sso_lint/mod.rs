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
#[cfg(test)]
mod tests;

use std::fmt;

pub use fix::fixed;

use outline::{Outline, Subject};

/// What sort of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A section that AWS programs do not read.
    Header,
    /// A key that must be there.
    Missing,
    /// A key under a wrong name.
    Key,
    /// A value with something around it, or that is none.
    Value,
    /// A key on an indented line.
    Indented,
    /// A name that nothing has.
    Reference,
    /// Values that contradict each other.
    Conflict,
}

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its line, from 1.
    pub line: usize,
    /// The section's header as it is written, such as `[sso-session corp]`.
    pub section: String,
    /// What is wrong with it; follows the header in a sentence.
    pub what: String,
    /// What to write instead.
    pub advice: String,
    /// What sort of mistake it is.
    pub code: Code,
    edit: Option<Edit>,
    subject: Subject,
}

impl Problem {
    /// Whether [`fixed`] can correct it.
    pub fn is_fixable(&self) -> bool {
        self.edit.is_some()
    }

    /// Whether it is about the section of this session or profile.
    pub fn is_about(&self, name: &str) -> bool {
        matches!(&self.subject, Subject::Session(own) | Subject::Profile(own) if own == name)
    }
}

impl fmt::Display for Problem {
    /// `[sso-session corp] has no `sso_region``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.section, self.what)
    }
}

/// One line that becomes these lines.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    line: usize,
    lines: Vec<String>,
}

/// The mistakes in an AWS config file, by line.
pub fn problems(bytes: &[u8]) -> Vec<Problem> {
    let text = String::from_utf8_lossy(bytes);
    let outline = Outline::read(text.strip_prefix('\u{feff}').unwrap_or(&text));
    let mut found = Vec::new();
    headers::problems(&outline, &mut found);
    for part in &outline.parts {
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
pub fn misplaced(bytes: &[u8]) -> Vec<Problem> {
    let text = String::from_utf8_lossy(bytes);
    let outline = Outline::read(text.strip_prefix('\u{feff}').unwrap_or(&text));
    let sessions = outline.parts.iter().filter(|part| matches!(part.subject, Subject::Session(_)));
    let problem = |part: &outline::Part<'_>| Problem {
        line: part.line,
        section: part.shown(),
        what: "is in the credentials file, where AWS programs do not look for it".into(),
        advice: "move the section to the AWS config file".into(),
        code: Code::Header,
        edit: None,
        subject: part.subject.clone(),
    };
    sessions.map(problem).collect()
}

/// What may be very long, for messages.
fn shown(text: &str) -> String {
    super::dialect::shown(text)
}
