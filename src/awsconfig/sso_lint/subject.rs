//! Classification of sections by their headers, including misspelled ones.

use crate::awsconfig::header::{self, SectionKind};
use crate::awsconfig::render::{profile_header, sso_session_header};
use crate::domain::edit_distance;

/// The subject of a section, even if its header is misspelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// `[sso-session NAME]`.
    Session(String),
    /// `[profile NAME]` or `[default]`.
    Profile(String),
    /// A section that is not about sign-in, or has no name.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeaderProblem {
    pub(super) message: &'static str,
    pub(super) advice: String,
    /// The correct header, with brackets.
    pub(super) correction: Option<String>,
}

/// The largest edit distance between a misspelled word and the intended one.
const MAX_EDIT_DISTANCE: usize = 2;

/// Determines the subject of a section and the problem of its header, if any. `is_about_sso` is
/// whether the section has sign-in keys.
pub(super) fn classify(header_text: &str, is_about_sso: bool) -> (Subject, Option<HeaderProblem>) {
    let inside = header_text.trim();
    let first = inside.split_whitespace().next().unwrap_or_default();
    match header::kind(inside) {
        SectionKind::Services => (Subject::Other, None),
        SectionKind::Profile if inside == "default" => (Subject::Profile("default".into()), None),
        kind @ (SectionKind::Profile | SectionKind::SsoSession) => {
            let word = if kind == SectionKind::Profile { "profile" } else { "sso-session" };
            match parse_subject(inside) {
                Some(subject) if first == word => (subject, None),
                Some(subject) => misspelled_header(subject),
                None => unnamed_header(word, inside),
            }
        }
        SectionKind::Other => classify_unknown(inside, first, is_about_sso),
    }
}

fn unnamed_header(word: &str, inside: &str) -> (Subject, Option<HeaderProblem>) {
    let name = after_first_word(inside);
    let problem = |message, advice: String| {
        (Subject::Other, Some(HeaderProblem { message, advice, correction: None }))
    };
    if header::split_shell_words(inside).is_none() {
        return problem(
            "has a quote that is not closed",
            "put the whole name in double quotes".into(),
        );
    }
    if name.is_empty() {
        return problem("has no name", format!("write [{word} NAME]"));
    }
    let correction =
        if word == "profile" { profile_header(name) } else { sso_session_header(name) }.ok();
    let subject = if word == "profile" {
        Subject::Profile(name.into())
    } else {
        Subject::Session(name.into())
    };
    let advice = correction.as_ref().map_or_else(
        || "put the name in double quotes".into(),
        |correction| format!("write {correction}"),
    );
    (
        subject,
        Some(HeaderProblem {
            message: "has a name of several words without quotes",
            advice,
            correction,
        }),
    )
}

/// Classifies a header that AWS programs take neither for a profile nor for a session.
fn classify_unknown(
    inside: &str,
    first: &str,
    is_about_sso: bool,
) -> (Subject, Option<HeaderProblem>) {
    let spelled = first.to_lowercase().replace('_', "-");
    let name = header::split_shell_words(after_first_word(inside)).unwrap_or_default();
    let is_named_and_about_sso = |name: &str| !name.is_empty() && is_about_sso;
    match &name[..] {
        // `[sso session NAME]`
        [second, name]
            if spelled == "sso"
                && edit_distance(&second.to_lowercase(), "session") <= MAX_EDIT_DISTANCE =>
        {
            misspelled_header(Subject::Session(name.clone()))
        }
        [name] if edit_distance(&spelled, "sso-session") <= MAX_EDIT_DISTANCE => {
            misspelled_header(Subject::Session(name.clone()))
        }
        [name] if edit_distance(&spelled, "profile") <= MAX_EDIT_DISTANCE => {
            misspelled_header(Subject::Profile(name.clone()))
        }
        [name]
            if is_named_and_about_sso(name) && ["sso", "session"].contains(&spelled.as_str()) =>
        {
            misspelled_header(Subject::Session(name.clone()))
        }
        [] if edit_distance(&spelled, "sso-session") <= MAX_EDIT_DISTANCE => {
            unnamed_header("sso-session", "sso-session")
        }
        [] if is_named_and_about_sso(inside) && inside.eq_ignore_ascii_case("default") => {
            misspelled_header(Subject::Profile("default".into()))
        }
        [] if is_named_and_about_sso(inside) => {
            let (subject, header) = misspelled_header(Subject::Profile(inside.to_owned()));
            (
                subject,
                header.map(|header| HeaderProblem {
                    message: "is a profile in the credentials file only",
                    ..header
                }),
            )
        }
        _ => (Subject::Other, None),
    }
}

fn misspelled_header(subject: Subject) -> (Subject, Option<HeaderProblem>) {
    let correction = match &subject {
        Subject::Session(name) => sso_session_header(name).ok(),
        Subject::Profile(name) => profile_header(name).ok(),
        Subject::Other => None,
    };
    let advice = correction.as_ref().map_or_else(
        || "write [profile NAME] or [sso-session NAME]".into(),
        |correction| format!("write {correction}"),
    );
    (
        subject,
        Some(HeaderProblem {
            message: "is misspelled, so AWS programs do not read it",
            advice,
            correction,
        }),
    )
}

/// Returns what follows the first word of a header.
pub(super) fn after_first_word(inside: &str) -> &str {
    inside.trim().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim())
}

/// Returns the subject of a well-formed header.
pub(super) fn parse_subject(inside: &str) -> Option<Subject> {
    let name = header::name(inside)?;
    match header::kind(inside) {
        header::SectionKind::SsoSession => Some(Subject::Session(name)),
        header::SectionKind::Profile => Some(Subject::Profile(name)),
        _ => None,
    }
}
